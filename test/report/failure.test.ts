import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportFailure } from '../../src/report/failure.ts';
import { PushError } from '../../src/errors.ts';

/** What is shown of an error, and what only debug logs show. */
function reported(error: unknown): { failed: string[]; debug: string[] } {
  const failed: string[] = [];
  const debug: string[] = [];
  reportFailure(error, {
    setFailed: (message) => void failed.push(message),
    error: () => assert.fail('one error is enough'),
    debug: (message) => void debug.push(message),
  });
  return { failed, debug };
}

test('an error of ours is shown with its code and its hint, the stacks in debug logs', () => {
  const cause = new Error('ENOENT');
  const error = new PushError('BLOB_MISSING', 'a blob is missing', { hint: 'Build again.', cause });
  const { failed, debug } = reported(error);
  assert.deepEqual(failed, ['BLOB_MISSING: a blob is missing\nBuild again.']);
  assert.match(debug.join(), /failure\.test\.ts[^]*caused by Error: ENOENT/);
});

test('an error without a hint is shown without one', () => {
  assert.deepEqual(reported(new PushError('CANCELLED', 'cancelled')).failed, [
    'CANCELLED: cancelled',
  ]);
});

test('any other error is a bug, shown with its stack and its causes', () => {
  const error = new TypeError('not a function', { cause: new Error('deeper') });
  const [message = ''] = reported(error).failed;
  assert.match(message, /^INTERNAL: TypeError: not a function\n +at [^]*caused by Error: deeper/);
  assert.match(message, /please open an issue/);
});

test('what is thrown and is no error is shown, too', () => {
  assert.match(reported('text').failed.join(), /^INTERNAL: text\n/);
});
