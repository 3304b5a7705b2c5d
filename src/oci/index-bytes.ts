import { type Fields, isFields } from './fields.ts';
import { parseStrictJson } from './json.ts';
import { OCI_INDEX } from './media-types.ts';

/** The entries of an index that `parseManifest` accepted, in order, including members unknown to this code. */
export function rawEntries(index: Uint8Array): readonly Fields[] {
  const { manifests } = parseObject(index);
  return Array.isArray(manifests) ? manifests.filter(isFields) : [];
}

/** The same index with other entries; everything else in it stays, but for a `mediaType` that says nothing. */
export function withEntries(index: Uint8Array, entries: readonly Fields[]): Uint8Array {
  const members = parseObject(index);
  const saysNothing = members['mediaType'] === null || members['mediaType'] === '';
  return toBytes({ ...members, ...(saysNothing && { mediaType: undefined }), manifests: entries });
}

/**
 * The same index without the entries of these digests, and with the `schemaVersion` that an `index.json` may lack and ECR
 * requires. The same bytes if nothing of it has to change.
 */
export function leanIndex(index: Uint8Array, without: ReadonlySet<string>): Uint8Array {
  const fields = parseObject(index);
  const entries = rawEntries(index);
  const kept = entries.filter(({ digest }) => !(typeof digest === 'string' && without.has(digest)));
  if (kept.length === entries.length && fields['schemaVersion'] === 2) return index;
  const version = { schemaVersion: 2 };
  return toBytes({ ...version, ...fields, ...version, manifests: kept });
}

export function newIndex(entries: readonly Fields[], mediaType = OCI_INDEX): Uint8Array {
  return toBytes({ schemaVersion: 2, mediaType, manifests: entries });
}

function parseObject(bytes: Uint8Array): Fields {
  const value = parseStrictJson(bytes, 'index');
  return isFields(value) ? value : {};
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
