import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';

export type LayerSpec =
  /** Seeded random bytes in the frame of a gzip: what clients that look take for a compressed layer. */
  | { readonly seed: string; readonly size: number }
  /** Zeros that take no room on disk. */
  | { readonly sparse: number };

export interface PoolBlob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly path: string;
}

const CHUNK = Buffer.alloc(1 << 20);

/** Layers made once and kept, for layouts to link to: the gigabytes of the bench take seconds to make. */
export class LayerPool {
  readonly #directory: string;
  readonly #layers = new Map<string, Promise<PoolBlob>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Images of one layout are made at the same time, and may share a layer. */
  layer(spec: LayerSpec): Promise<PoolBlob> {
    const name = 'sparse' in spec ? `sparse-${spec.sparse}` : `${spec.seed}-${spec.size}`;
    const made = this.#layers.get(name) ?? this.#make(name, spec);
    this.#layers.set(name, made);
    return made;
  }

  async #make(name: string, spec: LayerSpec): Promise<PoolBlob> {
    await mkdir(this.#directory, { recursive: true });
    const path = join(this.#directory, name);
    const known = `${path}.digest`;
    if (!(await exists(known))) {
      if ('sparse' in spec) await writeSparse(path, spec.sparse);
      else await writeRandom(path, spec.seed, spec.size);
      await writeFile(known, await digestOfFile(path));
    }
    const { size } = await stat(path);
    return { mediaType: OCI_LAYER_GZIP, digest: await readFile(known, 'utf8'), size, path };
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writeRandom(path: string, seed: string, size: number): Promise<void> {
  const partial = `${path}.partial`;
  const gzip = createGzip({ level: 0, chunkSize: CHUNK.length });
  await pipeline(Readable.from(randomChunks(seed, size)), gzip, createWriteStream(partial));
  await rename(partial, path);
}

/** The key stream of AES-CTR: the same for the same seed on every machine, and nothing compresses it. */
function* randomChunks(seed: string, size: number): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  for (let left = size; left > 0; left -= CHUNK.length) {
    yield cipher.update(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
  }
}

async function writeSparse(path: string, size: number): Promise<void> {
  await using file = await open(path, 'w');
  await file.truncate(size);
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK.length })) {
    hash.update(chunk as Buffer);
  }
  return `sha256:${hash.digest('hex')}`;
}
