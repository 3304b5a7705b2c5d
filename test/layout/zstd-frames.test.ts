import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { MAX_ZSTD_FRAMES, zstdFrames } from '../../src/layout/zstd-frames.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The content of the frames that are found in these bytes. */
async function framesOf(bytes: Uint8Array): Promise<Buffer[]> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar.zst');
  await writeFile(path, bytes);
  await using handle = await open(path);
  const found: Buffer[] = [];
  for await (const { position, size } of zstdFrames({ handle, path, size: bytes.byteLength })) {
    found.push(Buffer.from(bytes.subarray(position, position + size)));
  }
  return found;
}

const noise = seededBytes('noise', 400_000);
const skipped = Buffer.from('5a2a4d180400000001020304', 'hex');

/** Frames with all that their headers can announce; none has a dictionary. */
const frames: Readonly<Record<string, Buffer>> = {
  'of nothing': zstdCompressSync(''),
  'of a byte': zstdCompressSync('x'),
  'of one block that repeats a byte': zstdCompressSync(Buffer.alloc(100_000)),
  'of several raw blocks': zstdCompressSync(noise),
  'of several compressed blocks': zstdCompressSync(Buffer.alloc(400_000, 'compressible, ')),
  'with a checksum': zstdCompressSync(noise, {
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
  }),
  'without the size of its content': zstdCompressSync(noise, {
    params: { [constants.ZSTD_c_contentSizeFlag]: 0 },
  }),
};

for (const [name, frame] of Object.entries(frames)) {
  test(`a frame ${name} ends where it ends`, async () => {
    assert.deepEqual(await framesOf(frame), [frame]);
    assert.deepEqual(await framesOf(Buffer.concat([frame, frame])), [frame, frame]);
    assert.deepEqual(await framesOf(Buffer.concat([skipped, frame, skipped])), [frame]);
  });

  test(`a frame ${name} that is cut short is refused, wherever it is cut`, async () => {
    const step = Math.max(1, Math.floor(frame.length / 20));
    for (let length = 1; length < frame.length; length += step) {
      await assert.rejects(
        framesOf(frame.subarray(0, length)),
        refused('INVALID_TAR', 'image.tar.zst', 'cut short', `byte ${length}`),
      );
    }
  });
}

test('a frame to be skipped that is cut short is refused', () =>
  assert.rejects(framesOf(skipped.subarray(0, -1)), refused('INVALID_TAR', 'cut short')));

test('what is no frame is refused, with its byte', async () => {
  const frame = zstdCompressSync('x');
  await assert.rejects(
    framesOf(Buffer.concat([frame, Buffer.alloc(20)])),
    refused('INVALID_TAR', `byte ${frame.length}`, 'no frame'),
  );
});

test('a block of the type that no program writes is refused', async () => {
  const frame = Buffer.from(zstdCompressSync(noise, { params: {} }));
  const header = frame.indexOf(noise.subarray(0, 16)) - 3;
  frame.writeUInt8(frame.readUInt8(header) | 6, header);
  await assert.rejects(framesOf(frame), refused('INVALID_TAR', `byte ${header}`, 'no block'));
});

test('more frames than the limit are refused', async () => {
  const frame = zstdCompressSync('');
  const most = Buffer.concat(Array<Buffer>(MAX_ZSTD_FRAMES).fill(frame));
  assert.equal((await framesOf(most)).length, MAX_ZSTD_FRAMES);
  await assert.rejects(
    framesOf(Buffer.concat([most, frame])),
    refused('INVALID_TAR', 'too many frames'),
  );
});
