import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareStep } from '../e2e/step.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** Takes too long, and too much disk, for the tests of every day. */

const MiB = 1024 * 1024;

test('a layer of 2 GiB goes through with less than 300 MB of memory', async () => {
  await using step = await prepareStep();
  const image = buildImage({ seed: 'large', layers: [{ sparse: 2048 * MiB }] });
  await writeLayoutDirectory(step.path('layout'), [image]);
  const { peakMemory = Infinity } = await step.push({}, { measureMemory: true });
  assert.ok(peakMemory < 300_000_000, `${peakMemory} bytes`);
  const [layer] = image.layers;
  assert.equal(step.repository.layers.get(layer?.digest ?? '')?.size, 2048 * MiB);
  assert.deepEqual(step.ecr.log.partsOutOfOrder(), []);
});
