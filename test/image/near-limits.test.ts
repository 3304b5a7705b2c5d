import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearLimits } from '../../src/image/near-limits.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { walked } from '../support/walked.ts';

const MIB = 1024 * 1024;
const withLayers = (number: number) =>
  buildImage({ seed: 'many', layers: Array.from({ length: number }, () => ({ size: 10 })) });

test('an image of a few layers is far from all limits', async () => {
  const { graph } = await walked(withLayers(449));
  assert.deepEqual(nearLimits(graph, 'private'), []);
  assert.deepEqual(nearLimits(graph, 'public'), []);
});

test('an image is named whose layers are 90 % of what ECR accepts', async () => {
  const image = withLayers(450);
  const { graph } = await walked(buildIndex([image]));
  assert.deepEqual(nearLimits(graph, 'private'), [
    `450 layers in image ${image.descriptor.digest} (linux/amd64) of the index: ECR accepts at most 500. Combine RUN steps, or squash the image`,
  ]);
});

const sizes = [
  ['private', 46_799, []],
  ['private', 46_800, ['has 46800 MiB: ECR accepts at most 52000.']],
  ['public', 8999, []],
  ['public', 9000, ['has 9000 MiB: ECR accepts at most 10000.']],
] as const;

for (const [registry, size, expected] of sizes) {
  test(`a layer of ${size} MiB is ${expected.length > 0 ? 'near' : 'far from'} the limit of a ${registry} registry`, async () => {
    const { graph } = await walked(withLayers(1));
    const [blob] = graph.blobs;
    assert.ok(blob);
    const large = { ...blob, size: size * MIB };
    const told = nearLimits({ ...graph, blobs: [large] }, registry);
    assert.equal(told.length, expected.length);
    assert.ok(expected.every((part, at) => told[at]?.includes(`Layer ${blob.digest} ${part}`)));
    assert.deepEqual(nearLimits({ ...graph, blobs: [], absentLayers: [large] }, registry), told);
  });
}
