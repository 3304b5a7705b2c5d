import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Descriptor, isForeignLayer } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';

const layer: Descriptor = { mediaType: OCI_LAYER, digest: digestOf(Buffer.from('x')), size: 1 };

const layers: readonly [name: string, properties: Partial<Descriptor>, isForeign: boolean][] = [
  ['by its urls', { urls: ['https://example.com/layer'] }, true],
  [
    'by the media type of Docker',
    { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' },
    true,
  ],
  [
    'by the media type of OCI',
    { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' },
    true,
  ],
  ['by nothing that a plain one has', {}, false],
  ['by an empty list of urls', { urls: [] }, false],
];

for (const [name, properties, isForeign] of layers) {
  test(`a layer is ${isForeign ? 'foreign' : 'not foreign'} ${name}`, () => {
    assert.equal(isForeignLayer({ ...layer, ...properties }), isForeign);
  });
}
