import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, PushError } from '../../src/errors.ts';
import { reportFailure, throwFailures } from '../../src/report/failure.ts';
import { refused } from '../support/refused.ts';
import { pushReport, REPOSITORY } from './sample-report.ts';

/** What is shown of an error, and what only debug logs show. */
function reported(error: unknown): { failed: string[]; titles: string[]; debug: string[] } {
  const failed: string[] = [];
  const titles: string[] = [];
  const debug: string[] = [];
  reportFailure(error, {
    setFailed: ({ code, title, message }) => {
      assert.ok(message.startsWith(`${code}: `), message);
      failed.push(message);
      titles.push(title);
    },
    debug: (message) => void debug.push(message),
  });
  return { failed, titles, debug };
}

test('an error of ours is shown with its code and its hint, the stacks in debug logs', () => {
  const cause = new Error('ENOENT');
  const error = new PushError('BLOB_MISSING', 'a blob is missing', { hint: 'Build again.', cause });
  const { failed, titles, debug } = reported(error);
  assert.deepEqual(failed, ['BLOB_MISSING: a blob is missing\nBuild again.']);
  assert.deepEqual(titles, ['Something the image needs is not in the layout']);
  assert.match(debug.join(), /failure\.test\.ts[^]*caused by Error: ENOENT/);
});

test("an error without a hint of its own is shown with its code's", () => {
  assert.deepEqual(reported(new PushError('CANCELLED', 'cancelled')).failed, [
    `CANCELLED: cancelled\n${ERRORS.CANCELLED.hint}`,
  ]);
});

test('any other error is a bug, shown with its stack and its causes', () => {
  const error = new TypeError('not a function', { cause: new Error('deeper') });
  const { failed, titles } = reported(error);
  assert.deepEqual(titles, ['A bug in this action']);
  const [message = ''] = failed;
  assert.match(message, /^INTERNAL: TypeError: not a function\n +at [^]*caused by Error: deeper/);
  assert.match(message, /Please open an issue/);
});

test("a server's text cannot fill or garble the debug log", () => {
  const cause = new Error(`a\u001b[31m\u0007\r${'x'.repeat(1_000_000)}`);
  const debug = reported(new PushError('SERVER_ERROR', 'failed', { cause })).debug.join();
  assert.doesNotMatch(debug, /[^\P{Cc}\n]/u);
  assert(debug.length < 10_000, `${debug.length}`);
});

test('what is thrown and is no error is shown, too', () => {
  assert.match(reported('text').failed.join(), /^INTERNAL: text\n/);
});

const EU = { ...REPOSITORY, region: 'eu-west-1' };
const PUBLIC = { type: 'public', registryId: 'local', region: 'us-east-1', name: 'app' } as const;
const denied = new PushError('ACCESS_DENIED', 'not allowed', { hint: 'Allow it.' });

test('a push that is complete throws nothing', () => {
  assert.doesNotThrow(() => throwFailures(pushReport({}, { repository: EU }), 'push'));
  assert.doesNotThrow(() => throwFailures(pushReport(), 'push'));
});

test('the error of a single target is thrown as it is', () => {
  assert.throws(
    () => throwFailures(pushReport({ error: denied }), 'push'),
    (error) => error === denied,
  );
});

test('of several targets, those that failed are named with code and hint, and those that are complete', () => {
  const report = pushReport(
    {},
    { repository: EU, error: denied },
    { repository: PUBLIC, error: new TypeError('a bug') },
  );
  assert.throws(
    () => throwFailures(report, 'push'),
    (error) => {
      refused('TARGETS_FAILED')(error);
      assert.ok(error instanceof PushError);
      assert.deepEqual(error.message.split('\n'), [
        '2 of 3 repositories failed.',
        '- repository team/app of registry 012345678901 in eu-west-1: ACCESS_DENIED: not allowed. Allow it.',
        '- public repository app of registry local: a bug.',
      ]);
      assert.equal(
        error.hint,
        'Complete: repository team/app of registry 012345678901 in us-east-1.',
      );
      assert.equal(error.cause, denied);
      return true;
    },
  );
});

test('of a plan, those to which a push would fail are named, and those to which nothing is in the way', () => {
  for (const [others, ready] of [
    [[{}], ' Nothing is in the way of: repository team/app of registry 012345678901 in us-east-1.'],
    [[], ''],
  ] as const) {
    const report = pushReport(...others, { error: denied }, { repository: EU, error: denied });
    assert.throws(
      () => throwFailures(report, 'plan'),
      (error) => {
        refused(
          'TARGETS_FAILED',
          `A push to 2 of ${2 + others.length} repositories would fail`,
        )(error);
        return error instanceof PushError && error.hint === `Nothing was pushed.${ready}`;
      },
    );
  }
});

test('where none is complete, the hint says so', () => {
  const report = pushReport({ error: denied }, { repository: EU, error: denied });
  assert.throws(
    () => throwFailures(report, 'push'),
    (error) => error instanceof PushError && error.hint === 'No repository is complete.',
  );
});
