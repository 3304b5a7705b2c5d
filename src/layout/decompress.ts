import { createGunzip, createZstdDecompress } from 'node:zlib';

/** Bytes that are decompressed at once. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Decompresses a stream in memory that does not grow with it. It may consist of several gzip members or zstd frames.
 * `take` gets the bytes as they come; what it throws ends the work.
 * @throws what zlib says of bytes that are damaged, cut short or followed by something else
 */
export async function decompress(
  chunks: AsyncIterable<Uint8Array>,
  form: 'gzip' | 'zstd',
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  let member = new Member(form, take);
  try {
    for await (const chunk of chunks) {
      for (let rest = chunk; ; member = new Member(form, take)) {
        rest = rest.subarray(await member.write(rest));
        if (rest.byteLength === 0) break;
      }
    }
    await member.end();
  } finally {
    member.destroy();
  }
}

/** One of Node's streams, which ends where a zstd frame does: whatever follows needs another one. */
class Member {
  readonly #stream: ReturnType<typeof createGunzip | typeof createZstdDecompress>;
  readonly #over: Promise<unknown>;

  constructor(form: 'gzip' | 'zstd', take: (bytes: Uint8Array) => void) {
    const stream = (form === 'gzip' ? createGunzip : createZstdDecompress)({
      chunkSize: CHUNK_BYTES,
    });
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    stream.on('data', (bytes: Uint8Array) => {
      try {
        take(bytes);
      } catch (error) {
        reject(error);
        stream.destroy();
      }
    });
    stream.on('end', resolve);
    stream.on('error', reject);
    // It is awaited by the next call, which may come later.
    promise.catch(() => undefined);
    this.#stream = stream;
    this.#over = promise;
  }

  /** @returns how many of the bytes it took: fewer than all if it ends there */
  async write(bytes: Uint8Array): Promise<number> {
    const before = this.#stream.bytesWritten;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#stream.write(bytes, (error) => (error ? reject(error) : resolve(undefined)));
    // Where it ends before all is taken, the first never settles.
    promise.catch(() => undefined);
    await Promise.race([promise, this.#over]);
    return this.#stream.bytesWritten - before;
  }

  async end(): Promise<void> {
    this.#stream.end();
    await this.#over;
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
