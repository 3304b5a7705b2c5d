import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterOf } from '../../../src/ecr/calls/retry-after.ts';

const NOW = Date.UTC(2026, 0, 1);

const answered = (headers: unknown): Error =>
  Object.assign(new Error('refused'), { $response: { headers } });

const cases: readonly [what: string, error: unknown, milliseconds: number][] = [
  ['seconds', answered({ 'retry-after': '3' }), 3000],
  ['a fraction of seconds', answered({ 'retry-after': ' 0.25 ' }), 250],
  ['no time', answered({ 'retry-after': '0' }), 0],
  ['less than no time', answered({ 'retry-after': '-5' }), 0],
  ['a date to come', answered({ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }), 7000],
  ['a date gone by', answered({ 'retry-after': 'Thu, 01 Jan 2025 00:00:00 GMT' }), 0],
  ['words', answered({ 'retry-after': 'soon' }), 0],
  ['nothing', answered({}), 0],
  ['no headers', answered(undefined), 0],
  ['a header that is no text', answered({ 'retry-after': 3 }), 0],
  ['no answer', new Error('ECONNRESET'), 0],
  ['no error', 'ECONNRESET', 0],
];

for (const [what, error, milliseconds] of cases) {
  test(`an answer that asks to wait for ${what} is waited for ${milliseconds} ms`, () => {
    assert.equal(
      retryAfterOf(error, () => NOW),
      milliseconds,
    );
  });
}
