import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Detail, Details, finishedBlob, resumedBlob } from '../../src/report/details.ts';
import { layersOf, MIB } from './sample-events.ts';

const [large, small, ...others] = layersOf(3 * MIB, 512, ...Array<number>(60).fill(100));
if (!large || !small) throw new Error('there are two');

const retry = (at: number): Detail => ({ kind: 'retry', line: `retry ${at}` });
const manifest = (at: number): Detail => ({ kind: 'manifest', line: `manifest ${at}` });
const numbers = (length: number): number[] => Array.from({ length }, (_, at) => at);

function collect(): { details: Details; lines: string[] } {
  const lines: string[] = [];
  return { details: new Details((line) => lines.push(line)), lines };
}

test('as long as there are few, each has its line at once', () => {
  const { details, lines } = collect();
  for (const at of numbers(20)) details.tell(manifest(at));
  details.flush();
  assert.deepEqual(
    lines,
    numbers(20).map((at) => `manifest ${at}`),
  );
});

test('of many, the others are told after a while, on one line', () => {
  const { details, lines } = collect();
  for (const at of numbers(20)) details.tell(manifest(at));
  lines.length = 0;
  for (const layer of [small, large, ...others]) details.tell(done(layer));
  details.tell(resumedBlob(large, MIB, ''));
  for (const at of numbers(3)) details.tell(manifest(at));
  for (const at of numbers(41)) details.tell(retry(at));
  assert.deepEqual(lines, []);
  details.tick();
  assert.deepEqual(lines, [
    `Besides: going on with 1 blob; 62 blobs done (3.0 MiB), the largest ${large.digest.slice(0, 19)}, 3.0 MiB; 3 manifests put; 41 retries, the last: retry 40`,
  ]);
  details.flush();
  assert.equal(lines.length, 1);
});

test('one that was held back alone has its own line', () => {
  const { details, lines } = collect();
  for (const at of numbers(21)) details.tell(manifest(at));
  details.flush();
  assert.deepEqual(
    lines,
    numbers(21).map((at) => `manifest ${at}`),
  );
});

test('retries leave room for what is done', () => {
  const { details, lines } = collect();
  for (const at of numbers(1000)) details.tell(retry(at));
  assert.equal(lines.length, 12);
  for (const layer of others.slice(0, 9)) details.tell(done(layer));
  assert.equal(lines.length, 20);
  details.tick();
  assert.match(lines.at(-1) ?? '', /^Besides: 1 blob done \(100 B\), sha256:\w{12}; 988 retries/);
});

test('there is room again after a while', () => {
  const { details, lines } = collect();
  for (const at of numbers(20)) details.tell(manifest(at));
  for (const at of numbers(3)) {
    details.tick();
    details.tell(manifest(at));
  }
  assert.equal(lines.length, 23);
  for (let ticks = 0; ticks < 100; ticks += 1) details.tick();
  for (const at of numbers(30)) details.tell(manifest(at));
  assert.equal(lines.length, 43, 'and never for more at once');
});

function done(layer: typeof large): Detail {
  assert.ok(layer);
  return finishedBlob({ layer, kind: 'sent', from: 0, took: 1000 }, '');
}

const digest = large.digest.slice(0, 19);
const blobs: readonly [Parameters<typeof finishedBlob>[0], string][] = [
  [
    { layer: large, kind: 'sent', from: 0, took: 1500 },
    `Uploaded ${digest}, 3.0 MiB in 1.5 s at 2.0 MiB/s`,
  ],
  [
    { layer: large, kind: 'sent', from: 1.5 * MIB, took: 1500 },
    `Uploaded ${digest}, 3.0 MiB in 1.5 s at 1.0 MiB/s`,
  ],
  [
    { layer: small, kind: 'sent', from: 0, took: 130 },
    `Uploaded ${small.digest.slice(0, 19)}, 512 B in 130 ms`,
  ],
  [{ layer: large, kind: 'sent', from: 0, took: 0 }, `Uploaded ${digest}, 3.0 MiB in 0 ms`],
  [
    { layer: large, kind: 'completed-elsewhere', from: 0, took: 1500 },
    `Another job completed ${digest}, 3.0 MiB`,
  ],
];

for (const [blob, line] of blobs) {
  test(`a blob that is there is told as: ${line}`, () => {
    assert.equal(finishedBlob(blob, '').line, line);
    assert.equal(finishedBlob(blob, '[a target] ').line, `[a target] ${line}`);
  });
}

test('a blob that goes on where an earlier run ended is told with where that is', () => {
  assert.equal(
    resumedBlob(large, MIB, '[a target] ').line,
    `[a target] Going on with ${digest} at 1.0 MiB of 3.0 MiB`,
  );
});
