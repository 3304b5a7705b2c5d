import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { parseDiffIds } from '../../src/oci/parse-diff-ids.ts';
import { jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';

const [one, two] = ['one', 'two'].map((text) => digestOf(Buffer.from(text)));

test('the uncompressed digests of the layers stand in the order of the config', () => {
  const config = jsonBytes({ os: 'linux', rootfs: { type: 'layers', diff_ids: [one, two, one] } });
  assert.deepEqual(parseDiffIds(config, 'config'), [one, two, one]);
});

for (const config of [{}, { rootfs: null }, { rootfs: {} }, { rootfs: { diff_ids: null } }]) {
  test(`${JSON.stringify(config)} has no layers`, () => {
    assert.deepEqual(parseDiffIds(jsonBytes(config), 'config'), []);
  });
}

for (const [config, says] of [
  [[], 'config'],
  [{ rootfs: 'layers' }, 'rootfs'],
  [{ rootfs: { diff_ids: {} } }, 'diff_ids'],
  [{ rootfs: { diff_ids: [1] } }, 'diff_ids'],
  [{ rootfs: { diff_ids: [one, 'sha256:1'] } }, 'rootfs.diff_ids[1]'],
] as const) {
  test(`${JSON.stringify(config).slice(0, 60)} is refused, and the message says where`, () => {
    assert.throws(
      () => parseDiffIds(jsonBytes(config), 'config'),
      refused('INVALID_MANIFEST', 'config', says),
    );
  });
}

test('a config that is no JSON is refused', () => {
  assert.throws(() => parseDiffIds(Buffer.from('{'), 'config'), refused('INVALID_JSON', 'config'));
});
