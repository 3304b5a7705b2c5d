import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { PushError } from '../../src/errors.ts';
import { checkLabels } from '../../src/layout/check-labels.ts';
import { readWhole } from '../../src/layout/read.ts';
import { OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD } from '../../src/oci/media-types.ts';
import { MemoryContent, rawBlob } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const text = Buffer.from('the content of a layer');
const [gzip, zstd] = [gzipSync(text), zstdCompressSync(text)];

const layers: readonly [mediaType: string, bytes: Buffer, found: string | undefined][] = [
  [OCI_LAYER_GZIP, gzip, undefined],
  [OCI_LAYER_ZSTD, zstd, undefined],
  [OCI_LAYER_GZIP, zstd, 'zstd'],
  [DOCKER_LAYER, zstd, 'zstd'],
  [OCI_LAYER_ZSTD, gzip, 'gzip'],
  [OCI_LAYER_GZIP, Buffer.from('fd377a585a0000', 'hex'), 'xz'],
  [OCI_LAYER_GZIP, text, undefined],
  [OCI_LAYER_GZIP, Buffer.from('a'), undefined],
  [OCI_LAYER, gzip, undefined],
  ['application/json', gzip, undefined],
];

for (const [mediaType, bytes, found] of layers) {
  const what = `${bytes.subarray(0, 4).toString('hex')} as ${mediaType}`;
  test(`a layer of ${what} is ${found === undefined ? 'not ' : ''}told of, once`, async () => {
    const layer = rawBlob(mediaType, bytes);
    const notices: string[] = [];
    const checked = checkLabels(new MemoryContent(layer), (notice) => notices.push(notice));
    for (let times = 0; times < 2; times++) {
      await using blob = await checked.openBlob(layer.descriptor);
      assert.deepEqual(Buffer.from(await readWhole(blob, 1000)), bytes);
    }
    const { digest } = layer.descriptor;
    const notice = `Layer ${digest} is compressed with ${found}, though its media type is ${mediaType}: some programs cannot unpack it`;
    assert.deepEqual(notices, found === undefined ? [] : [notice]);
  });
}

test('a layer that cannot be read is closed', async () => {
  const layer = rawBlob(OCI_LAYER_GZIP, gzip);
  let isOpen = true;
  const close = () => {
    isOpen = false;
    return Promise.resolve();
  };
  const read = () => Promise.reject(new PushError('LAYOUT_UNREADABLE', 'broken'));
  const broken = { location: 'layer', size: 10, read, [Symbol.asyncDispose]: close };
  const checked = checkLabels({ openBlob: () => Promise.resolve(broken) }, () => assert.fail());
  await assert.rejects(checked.openBlob(layer.descriptor), refused('LAYOUT_UNREADABLE'));
  assert.equal(isOpen, false);
});
