import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionsByLayer } from '../../src/image/instructions.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { walked } from '../support/walked.ts';

const image = buildImage({ seed: 'image', layers: [{ size: 100 }, { size: 200 }] });
const [lower, upper] = image.layers;
assert.ok(lower && upper);

test('layers and steps belong together in their order', () => {
  const found = instructionsByLayer(image.layers, ['ADD a /', 'RUN b']);
  assert.deepEqual(
    [...found],
    [
      [lower.digest, 'ADD a /'],
      [upper.digest, 'RUN b'],
    ],
  );
});

test('a step that says nothing is none', () => {
  assert.deepEqual(
    [...instructionsByLayer(image.layers, ['', 'RUN b'])],
    [[upper.digest, 'RUN b']],
  );
});

for (const steps of [[], ['one'], ['one', 'two', 'three']]) {
  test(`of ${steps.length} steps none is taken for the step of one of two layers`, () => {
    assert.equal(instructionsByLayer(image.layers, steps).size, 0);
  });
}

test('the graph of an index tells what made the layers of each image, and its platform', async () => {
  const other = buildImage({ seed: 'other', platform: { os: 'linux', architecture: 'arm64' } });
  const { graph } = await walked(buildIndex([image, other]));
  assert.deepEqual(
    new Map(graph.instructions),
    new Map([
      [lower.digest, 'layer 0'],
      [upper.digest, 'layer 1'],
      ...other.layers.map(({ digest }) => [digest, 'layer 0'] as const),
    ]),
  );
  assert.deepEqual(graph.platforms.get(other.config.digest), {
    os: 'linux',
    architecture: 'arm64',
  });
});

test('so it does of what refers to the image', async () => {
  const referrer = buildImage({ seed: 'referrer', subject: image.descriptor });
  const { graph } = await walked(image, referrer);
  const [layer] = referrer.layers;
  assert.ok(layer);
  assert.equal(graph.instructions.get(layer.digest), 'layer 0');
  assert.equal(graph.instructions.size, 3);
});
