import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, parseDigest } from '../oci/digest.ts';
import { FieldReader, shown } from '../oci/fields.ts';
import { parseStrictJson } from '../oci/json.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { parseDescriptor } from '../oci/parse-descriptor.ts';

/** The most layers that are kept; the oldest go first. One takes 300 bytes. */
export const MAX_KEPT_LAYERS = 5000;

/** The most bytes of a map that is read. */
export const MAX_MAP_BYTES = MAX_MANIFEST_BYTES;

/** Another number when the members change: a map of another version is not read. */
const VERSION = 1;

/** What layers were compressed to: an uncompressed digest and a format lead to the compressed layer. */
export class LayerMap {
  /** In the order in which they were last added. */
  readonly #layers = new Map<string, Kept>();

  get(diffId: Digest, format: string): Descriptor | undefined {
    return this.#layers.get(keyOf(diffId, format))?.compressed;
  }

  add(diffId: Digest, format: string, { mediaType, digest, size }: Descriptor): void {
    const key = keyOf(diffId, format);
    this.#layers.delete(key);
    this.#layers.set(key, { diffId, format, compressed: { mediaType, digest, size } });
    for (const [oldest] of this.#layers) {
      if (this.#layers.size <= MAX_KEPT_LAYERS) return;
      this.#layers.delete(oldest);
    }
  }

  /** Adds what the other one has and this one has not. */
  addMissing(other: LayerMap): void {
    for (const [key, { diffId, format, compressed }] of other.#layers) {
      if (!this.#layers.has(key)) this.add(diffId, format, compressed);
    }
  }

  toBytes(): Uint8Array {
    return Buffer.from(JSON.stringify({ version: VERSION, layers: [...this.#layers.values()] }));
  }
}

interface Kept {
  readonly diffId: Digest;
  readonly format: string;
  readonly compressed: Descriptor;
}

/**
 * What `toBytes` wrote, on this machine or on another one.
 * @throws PushError INVALID_MANIFEST, TOO_LARGE, and what `parseStrictJson` throws; `where` names the map in messages
 */
export function parseLayerMap(bytes: Uint8Array, where: string): LayerMap {
  const fields = new FieldReader(parseStrictJson(bytes, where), where, 'INVALID_MANIFEST');
  const version = fields.get('version');
  if (version !== VERSION) throw fields.invalid(`version is ${shown(version)}, not ${VERSION}`);
  const layers = fields.array('layers') ?? [];
  if (layers.length > MAX_KEPT_LAYERS) {
    throw new PushError('TOO_LARGE', `${where} has ${layers.length} layers`);
  }
  const map = new LayerMap();
  for (const [at, layer] of layers.entries()) {
    const place = `${where}: layers[${at}]`;
    const member = new FieldReader(layer, place, 'INVALID_MANIFEST');
    const diffId = parseDigest(member.requiredString('diffId'), `${place}.diffId`);
    const compressed = parseDescriptor(member.get('compressed'), `${place}.compressed`);
    map.add(diffId, member.requiredString('format'), compressed);
  }
  return map;
}

function keyOf(diffId: Digest, format: string): string {
  return `${diffId} ${format}`;
}
