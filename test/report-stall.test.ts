import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { PushError } from '../src/errors.ts';
import { reportStall } from '../src/report-stall.ts';

/** What is reported at the end of a process with this exit code. */
function reportedAt(exitCode: number | undefined): readonly PushError[] {
  const reported: PushError[] = [];
  const emitter = new EventEmitter();
  const on = (event: 'exit', listener: () => void) => emitter.on(event, listener);
  reportStall({ exitCode, on }, (error) => reported.push(error));
  emitter.emit('exit');
  return reported;
}

test('a process that ends with its work undone reports a stall', () => {
  assert.deepEqual(
    reportedAt(13).map(({ code }) => code),
    ['STALLED'],
  );
});

for (const code of [undefined, 0, 1]) {
  test(`one that ends with ${String(code)} does not`, () => {
    assert.deepEqual(reportedAt(code), []);
  });
}
