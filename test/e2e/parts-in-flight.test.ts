import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, type Step } from './step.ts';

const MiB = 1024 * 1024;
const PARTS = 8;
/** Beside a smaller one, the largest layer has several parts on the wire also where other processes use the CPU. */
const PARTS_OF_OTHER = 4;
const layers = [PARTS, PARTS_OF_OTHER].map((parts) => ({ sparse: parts * 5 * MiB }));
const image = buildImage({ seed: 'one', layers });
const [layer] = image.layers;

/** Its connections are slow enough that the network is the bottleneck. */
async function prepare(options: LocalEcrOptions = {}): Promise<Step> {
  const step = await prepareStep({ connectionRate: 30_000_000, ...options });
  await writeLayoutDirectory(step.path('layout'), [image]);
  return step;
}

/** Each part takes ECR so long that the next is held back (ms). */
function slow(step: Step, milliseconds: number): void {
  step.ecr.fault({ kind: 'delay', milliseconds, operation: 'UploadLayerPart', times: 1000 });
}

/** The layer arrived, and ECR met its parts one after another. */
function assertInOrder({ ecr, repository }: Step): void {
  assert.equal(repository.layers.get(layer?.digest ?? '')?.size, PARTS * 5 * MiB);
  assert.deepEqual(ecr.log.partsOutOfOrder(), []);
}

function mostAtOnce({ ecr }: Step): number {
  return Math.max(...ecr.log.openParts().values());
}

/** Of parts, as a multiple of what is enough. */
function bytesSent({ ecr }: Step): number {
  const sent = ecr.calls('UploadLayerPart').reduce((sum, call) => sum + call.requestBytes, 0);
  return sent / (((PARTS + PARTS_OF_OTHER) * 5 * MiB * 4) / 3);
}

const asked: readonly [given: string, least: number, most: number][] = [
  ['auto', 2, 8],
  ['1', 1, 1],
  // That of the first may be whole already, while ECR handles it.
  ['3', 2, 3],
];

for (const [given, least, most] of asked) {
  test(`parts-in-flight: ${given} puts ${least === most ? least : `${least} to ${most}`} on the wire at once, in order`, async () => {
    await using step = await prepare();
    slow(step, 50);
    await step.push({ 'part-size': '5', 'parts-in-flight': given });
    assertInOrder(step);
    const parts = mostAtOnce(step);
    assert(parts >= least && parts <= most, `${parts} at once`);
    assert.equal(
      step.ecr.calls('UploadLayerPart').length,
      PARTS + PARTS_OF_OTHER + 1,
      'and no part twice',
    );
  });
}

const CLOSED = /The server closes the connection of a part that waits for the part before it: /g;
const REFUSED = /The server takes no part of a layer while another is on its way: /g;

const servers: readonly [what: string, options: LocalEcrOptions, says: RegExp][] = [
  ['closes bodies after 0.4 s without a byte', { bodyTimeout: 400 }, CLOSED],
  [
    'answers 408 to bodies after 0.4 s without a byte',
    { bodyTimeout: 400, bodyTimeoutAnswer: '408' },
    CLOSED,
  ],
  ['refuses a second part with 409', { refuseEarly: 409 }, REFUSED],
  ['refuses a second part as ECR would', { refuseEarly: 'InvalidLayerPartException' }, REFUSED],
  ['closes the connection of a second part', { refuseEarly: 'close' }, CLOSED],
];

for (const [what, options, says] of servers) {
  test(`a server that ${what} gets a part at a time, and one line says so`, async () => {
    await using step = await prepare(options);
    slow(step, 'bodyTimeout' in options ? 900 : 50);
    const { stdout } = await step.push({ 'part-size': '5' });
    assertInOrder(step);
    assert.equal(stdout.match(says)?.length, 1, stdout);
    assert(bytesSent(step) <= 1.6, `${bytesSent(step)} times the bytes`);
  });
}
