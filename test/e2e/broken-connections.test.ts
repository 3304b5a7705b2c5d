import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Fault, startFaultyLine } from '../support/faulty-line.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep } from './step.ts';

/** `PUSHES=200 node --test test/e2e/broken-connections.test.ts` for the long run. */
const PUSHES = Number(process.env['PUSHES'] ?? 6);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const MiB = 1024 * 1024;
const PART = 5 * MiB;
/** Of a part on the wire. */
const BODY = (PART * 4) / 3 + 1000;
/** A step makes so many requests once more: what is cut more often may fail, as it should. */
const MOST_CUTS = 3;

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('cut', 'stall', 'slow'),
  // Of the client, up to some parts; of the server, answers to some calls.
  after: fc.noBias(fc.nat({ max: 3 * BODY })),
  of: fc.constantFrom('client', 'client', 'server'),
  milliseconds: fc.nat({ max: 1500 }),
});

const pushes = fc.sample(
  fc.record({
    layers: fc.array(fc.noBias(fc.integer({ min: 100, max: 45 * MiB })), {
      minLength: 1,
      maxLength: 3,
    }),
    /** In the order in which connections are made; those after them are sound. */
    faults: fc.array(fc.option(fault, { nil: undefined }), { maxLength: 12 }),
    partTime: fc.nat({ max: 150 }),
    asked: fc.constantFrom('auto', 'auto', '1', '3', '8'),
  }),
  { numRuns: PUSHES, seed },
);

pushes.forEach(({ layers, faults, partTime, asked }, at) => {
  const kinds = faults.map((each) => each?.kind ?? 'sound').join(' ') || 'sound';
  test(`push ${at}, seed ${seed}: ${layers.length} layers, ${asked} in flight, connections ${kinds}`, async () => {
    await using step = await prepareStep({ connectionRate: 40_000_000 });
    const image = buildImage({
      seed: `push ${at}`,
      layers: layers.map((size) => ({ sparse: size })),
    });
    await writeLayoutDirectory(step.path('layout'), [image]);
    const milliseconds = partTime;
    step.ecr.fault({ kind: 'delay', milliseconds, operation: 'UploadLayerPart', times: 1000 });
    const left = withFewCuts(faults).map(scaled);
    await using line = await startFaultyLine(step.ecr.url, () => left.shift());
    const env = { AWS_ENDPOINT_URL_ECR: line.url };
    await step.push({ 'part-size': '5', 'parts-in-flight': asked }, { env });

    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
    for (const { digest, size } of image.layers)
      assert.equal(step.repository.layers.get(digest)?.size, size);
    const { log } = step.ecr;
    assert.deepEqual(log.partsOutOfOrder(), []);
    const sent = log.calls('UploadLayerPart').reduce((sum, call) => sum + call.requestBytes, 0);
    const needed = image.layers.reduce((sum, { size }) => sum + bodies(size), 0);
    const inFlight = Math.max(...log.openParts().values());
    const again = (sent - needed) / BODY;
    assert(again <= line.cuts() * inFlight, `${again} parts again after ${line.cuts()} cuts`);
  });
});

/** Of a layer, with the JSON around its parts. */
function bodies(size: number): number {
  return (size * 4) / 3 + Math.ceil(size / PART) * 1000;
}

function withFewCuts(faults: readonly (Fault | undefined)[]): (Fault | undefined)[] {
  let cuts = 0;
  return faults.map((each) => (each?.kind === 'cut' && ++cuts > MOST_CUTS ? undefined : each));
}

/** Answers are short, and a slow connection waits at each chunk. */
function scaled(each: Fault | undefined): Fault | undefined {
  if (each === undefined) return undefined;
  const after = each.of === 'server' ? each.after % 2000 : each.after;
  return each.kind === 'slow'
    ? { ...each, after, milliseconds: each.milliseconds / 300 }
    : { ...each, after };
}
