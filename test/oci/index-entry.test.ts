import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { indexEntry } from '../../src/oci/index-entry.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parseDescriptor } from '../../src/oci/parse-descriptor.ts';

const bytes = Buffer.from('{}');
const plain = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: 2 };
const full = {
  ...plain,
  urls: ['https://example.com/'],
  annotations: { a: '1', b: '2' },
  platform: {
    ...{ architecture: 'amd64', os: 'windows', 'os.version': '10.0' },
    ...{ 'os.features': ['win32k'], variant: 'v1' },
  },
  artifactType: 'application/example',
};

for (const [what, entry] of [
  ['little', plain],
  ['all that there is', full],
] as const) {
  test(`an entry of an index that says ${what} is as it was read`, () => {
    assert.equal(JSON.stringify(indexEntry(parseDescriptor(entry, 'x'))), JSON.stringify(entry));
  });
}

test('members and annotations in another order make the same bytes, and inline data none', () => {
  const { platform, artifactType, urls } = full;
  const annotations = { b: '2', a: '1' };
  const data = bytes.toString('base64');
  const mixed = { annotations, data, artifactType, platform, urls, ...plain };
  assert.equal(JSON.stringify(indexEntry(parseDescriptor(mixed, 'x'))), JSON.stringify(full));
});
