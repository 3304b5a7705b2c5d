import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { ActionsCache } from '../../src/resume/actions-cache.ts';
import { openLayerMemory } from '../../src/resume/open-layer-memory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const digest = digestOf(Buffer.from('layer'));
const compressed = { mediaType: OCI_LAYER_GZIP, digest, size: 5 };
const debug = () => assert.fail('nothing fails');
const cache = new ActionsCache({ debug, environment: {} });

test('what one step adds is known to the next in the same folder, and to no other', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const first = openLayerMemory({ folder: path, cache, debug });
  first.add(digest, 'gzip', compressed);
  await first.save();
  const known = async (folder: string | undefined) =>
    (
      await openLayerMemory({ folder, cache: undefined, debug }).find([digest], 'gzip', (digests) =>
        Promise.resolve(new Set(digests)),
      )
    ).size;
  assert.equal(await known(path), 1);
  assert.equal(await known(undefined), 0);
  assert.equal((await readdir(path)).length, 1);
});
