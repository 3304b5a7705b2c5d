import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rate } from '../../src/report/rate.ts';

const MIB = 1024 * 1024;

/** MiB a second, after so many MiB at each second, from second 0 on. */
function rateAfter(...bytes: readonly number[]): number | undefined {
  const rate = new Rate();
  bytes.forEach((all, second) => rate.note(second * 1000, all * MIB));
  return rate.perSecond === undefined ? undefined : rate.perSecond / MIB;
}

/** `number` times the same. */
const times = (number: number, bytes: number): number[] => Array<number>(number).fill(bytes);

test('it is unknown before anything has arrived', () => {
  assert.equal(new Rate().isEmpty, true);
  assert.equal(rateAfter(), undefined);
  assert.equal(rateAfter(0), undefined);
  assert.equal(rateAfter(0, 0, 0), undefined);
});

test('it is what has arrived, by the time that took', () => {
  assert.equal(rateAfter(0, 100), 100);
  assert.equal(rateAfter(0, 100, 400), 200);
});

test('it is not told of less than a second', () => {
  const rate = new Rate();
  rate.note(0, 0);
  rate.note(900, 100 * MIB);
  assert.equal(rate.perSecond, undefined);
});

test('it is not told of a few bytes: the first part of a large layer may still be on its way', () => {
  const rate = new Rate();
  rate.note(0, 0);
  rate.note(5000, MIB - 1);
  const rates = [rate.perSecond];
  rate.note(10_000, 20 * MIB);
  rates.push(rate.perSecond);
  rate.note(40_000, 20 * MIB + 276);
  rates.push(rate.perSecond);
  assert.deepEqual(rates, [undefined, 2 * MIB, (19 * MIB + 277) / 35]);
});

test('what is long past counts no more', () => {
  const fast = Array.from({ length: 61 }, (_, second) => second * 1000);
  const slow = Array.from({ length: 30 }, (_, second) => 60_000 + (second + 1) * 10);
  assert.equal(rateAfter(...fast, ...slow), 10);
});

test('where nothing arrives any more, it falls', () => {
  const before = rateAfter(0, 1000);
  const later = rateAfter(0, ...times(30, 1000)) ?? 0;
  const muchLater = rateAfter(0, ...times(300, 1000)) ?? 0;
  assert.equal(before, 1000);
  assert.equal(Math.round(later), 33);
  assert.equal(Math.round(muchLater), 3);
});
