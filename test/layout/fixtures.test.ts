import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { findFixtures, FIXTURES, folder, type Outcome, skip } from '../support/fixtures.ts';
import { digestOfBlob, blobsToPush } from './read-layout.ts';

async function outcomeOf(layout: Layout, root: Descriptor): Promise<Outcome> {
  try {
    for (const blob of await blobsToPush(layout, root, { referrers: false })) {
      assert.equal(await digestOfBlob(layout, blob), blob.digest);
    }
    return 'whole';
  } catch (error) {
    if (error instanceof PushError) return error.code;
    throw error;
  }
}

test('the table names every layout that the fixtures hold', { skip }, async () => {
  assert.deepEqual(await findFixtures(), Object.keys(FIXTURES).toSorted());
});

for (const [path, expected] of Object.entries(FIXTURES)) {
  test(`${path}: ${[...new Set(expected)].join(', ')}`, { skip }, async () => {
    await using layout = await openLayout(join(folder, path));
    const outcomes = [];
    for (const root of layout.index.manifests) outcomes.push(await outcomeOf(layout, root));
    assert.deepEqual(outcomes, expected);
  });
}
