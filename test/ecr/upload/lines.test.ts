import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type EarlyEnd, Lines } from '../../../src/ecr/upload/lines.ts';
import {
  LARGE_LAYER,
  LARGE_WEIGHT,
  MAX_CUTS,
  MAX_LINES,
  MAX_PARTS_IN_FLIGHT,
  PARTS_IN_FLIGHT_AT_FIRST,
} from '../../../src/ecr/upload/tuning.ts';
import type { Turn } from '../../../src/ecr/upload/turn.ts';

const { signal } = new AbortController();
const BYTES = 1024 * 1024 * 1024;
const LARGE = MAX_LINES / LARGE_WEIGHT;

/** So many parts in flight as lines allow. */
function fill(layer: Awaited<ReturnType<Lines['open']>>, bytesLeft = BYTES): number {
  let inFlight = 0;
  while (layer.hasRoomFor(inFlight, bytesLeft)) inFlight += 1;
  layer.giveBack(inFlight);
  return inFlight;
}

/** The turn of a part that was held for so long, after so long a transfer (ms). */
function turnHeld(held: number, transfer = 0): Pick<Turn, 'held' | 'transfer'> {
  return { held, transfer };
}

test('a layer begins with a few parts in flight, and has more as long as they are not held', async () => {
  using layer = await new Lines().open(BYTES, signal, 0);
  assert.equal(fill(layer), PARTS_IN_FLIGHT_AT_FIRST);
  layer.noteAnswer(undefined);
  for (let parts = PARTS_IN_FLIGHT_AT_FIRST + 1; parts <= MAX_PARTS_IN_FLIGHT; parts++) {
    await setImmediate();
    layer.noteAnswer(turnHeld(0));
    assert.equal(fill(layer), parts);
  }
  await setImmediate();
  layer.noteAnswer(turnHeld(0));
  assert.equal(fill(layer), MAX_PARTS_IN_FLIGHT, 'and no more than that');
});

test('where the system allows few connections, that is all there are', async () => {
  const lines = new Lines({ most: 2, partsInFlight: 8 });
  using first = await lines.open(100, signal, 0);
  assert.equal(fill(first), 2);
  first.giveBack(1);
  using second = await lines.open(100, signal, 0);
  assert.deepEqual([fill(first), fill(second)], [1, 1]);
});

test('more connections than a push needs change nothing', async () => {
  const lines = new Lines({ most: 100 * MAX_LINES, partsInFlight: MAX_LINES + 1 });
  using layer = await lines.open(100, signal, 0);
  assert.equal(fill(layer), MAX_LINES);
});

test('if a part takes no longer to transfer than to be answered, they become fewer', async () => {
  using layer = await new Lines().open(BYTES, signal, 0);
  layer.noteAnswer(undefined);
  for (const parts of [3, 3]) {
    await setImmediate();
    layer.noteAnswer(turnHeld(60_000, 0.0001));
    assert.equal(fill(layer), parts);
  }
});

test('parts that are held for long because they began long ago stay as many', async () => {
  using layer = await new Lines().open(BYTES, signal, 0);
  layer.noteAnswer(undefined);
  await setImmediate();
  layer.noteAnswer(turnHeld(60_000, 1000));
  assert.equal(fill(layer), PARTS_IN_FLIGHT_AT_FIRST);
});

for (const partsInFlight of [1, 2, 5, 8]) {
  test(`as many parts in flight as were asked for: ${partsInFlight}, whatever is measured`, async () => {
    using layer = await new Lines({ partsInFlight }).open(BYTES, signal, 0);
    layer.noteAnswer(undefined);
    for (const held of [0, 60_000, 0]) {
      assert.equal(fill(layer), partsInFlight);
      layer.noteAnswer(turnHeld(held));
    }
  });
}

test('where the CPU is the bottleneck, a part at a time, unless more were asked for', async () => {
  const pace = { isNetworkBound: () => false };
  using one = await new Lines({ pace }).open(BYTES, signal, 0);
  assert.equal(fill(one), 1);
  using three = await new Lines({ pace, partsInFlight: 3 }).open(BYTES, signal, 0);
  assert.equal(fill(three), 3);
});

test('where the CPU is the bottleneck, of several layers the one that the push would wait for has more', async () => {
  const lines = new Lines({ pace: { isNetworkBound: () => false } });
  using little = await lines.open(BYTES / 10, signal, 0);
  using much = await lines.open(BYTES, signal, 0);
  using some = await lines.open(BYTES / 3, signal, 0);
  assert.equal(fill(some, BYTES / 3), 1, 'another one has more left');
  assert.equal(fill(much), 4, 'the three others are left with less');
  assert.equal(fill(some, BYTES / 3), 2, 'until it has no more left a line than the others');
  assert.equal(fill(little, BYTES / 10), 1);
});

test('all layers share one number of lines: each has one, and waits for it', async () => {
  const lines = new Lines();
  const layers = await Promise.all(
    Array.from({ length: LARGE }, () => lines.open(LARGE_LAYER, signal, 0)),
  );
  assert.deepEqual(new Set(layers.map((layer) => fill(layer, LARGE_LAYER))), new Set([1]));
  let isOpen = false;
  const opened = lines.open(LARGE_LAYER, signal, 0).finally(() => (isOpen = true));
  await setImmediate();
  assert.equal(isOpen, false);
  layers[0]?.[Symbol.dispose]();
  assert.equal(fill(await opened), 1);
});

test('a layer that waits for its first line gets the next that another has beyond its own', async () => {
  const lines = new Lines({ partsInFlight: 8 });
  const eager = await Promise.all(
    Array.from({ length: LARGE / 8 }, () => lines.open(BYTES, signal, 0)),
  );
  for (const layer of eager) assert.equal(fill(layer), 8);
  let isOpen = false;
  const opened = lines.open(BYTES, signal, 0).finally(() => (isOpen = true));
  await setImmediate();
  assert.equal(isOpen, false);
  assert(eager[0]);
  assert(fill(eager[0]) < 8, 'it gives some back');
  assert.equal(fill(await opened) >= 1, true);
});

test('spare lines go to the layer that has most left for each of its own', async () => {
  const lines = new Lines({ partsInFlight: 8 });
  const others = await Promise.all(
    Array.from({ length: LARGE - 4 }, () => lines.open(BYTES, signal, 0)),
  );
  using little = await lines.open(BYTES, signal, 0);
  using much = await lines.open(BYTES, signal, 0);
  assert.equal(fill(little, 1000), 3, 'while nobody else needs them');
  assert.equal(fill(much, 3000), 1, 'there is none left, and it is noted');
  assert.equal(fill(little, 1000), 1, 'they are given back');
  assert.equal(fill(much, 3000), 3);
  others.forEach((layer) => layer[Symbol.dispose]());
});

const ends: readonly { end: EarlyEnd; times: number; says: RegExp }[] = [
  { end: 'held', times: 1, says: /closes the connection of a part that waits/ },
  { end: 'refused', times: 1, says: /takes no part of a layer while another/ },
  { end: 'cut', times: MAX_CUTS + 1, says: /closes the connection of a part that waits/ },
];

for (const { end, times, says } of ends) {
  test(`a request that ends early (${end}, ${times} in a row) ends it for the run, and one line says so`, async () => {
    const said: string[] = [];
    const lines = new Lines({ info: (line) => void said.push(line) });
    using layer = await lines.open(BYTES, signal, 0);
    for (let time = 1; time < times; time++) lines.noteEarlyEnd(end);
    assert.equal(fill(layer), PARTS_IN_FLIGHT_AT_FIRST);
    lines.noteEarlyEnd(end);
    lines.noteEarlyEnd(end);
    assert.equal(fill(layer), 1);
    using later = await lines.open(BYTES, signal, 0);
    assert.equal(fill(later), 1);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', says);
  });
}

test('a part that was held and arrived makes good for those that were cut off', async () => {
  const lines = new Lines();
  using layer = await lines.open(BYTES, signal, 0);
  for (let time = 0; time < 5 * MAX_CUTS; time++) {
    lines.noteEarlyEnd('cut');
    layer.noteAnswer(turnHeld(1));
  }
  assert.equal(lines.isSingle, false);
});

test('where one part at a time was asked for, nothing is said of a connection that falls', () => {
  const said: string[] = [];
  const lines = new Lines({ partsInFlight: 1, info: (line) => void said.push(line) });
  lines.noteEarlyEnd('held');
  assert.deepEqual(said, []);
});
