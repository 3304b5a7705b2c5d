import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, messageOf, PushError, withoutToken } from '../src/errors.ts';

test("an error has its code's hint, unless whoever throws it knows better", () => {
  assert.equal(new PushError('NO_REGION', 'no region').hint, ERRORS.NO_REGION.hint);
  assert.equal(new PushError('NO_REGION', 'no region', { hint: 'Ask me.' }).hint, 'Ask me.');
});

test('an error carries its code, its message and what it came from', () => {
  const cause = new Error('below');
  const error = new PushError('KMS', 'the key is disabled', { cause });
  assert.equal(error.code, 'KMS');
  assert.equal(error.name, 'PushError');
  assert.equal(error.message, 'the key is disabled');
  assert.equal(error.cause, cause);
  assert.equal('cause' in new PushError('KMS', 'the key is disabled'), false);
});

test('the message of what is no error is the thing itself', () => {
  assert.equal(messageOf(new Error('not allowed')), 'not allowed');
  assert.equal(messageOf('text'), 'text');
  assert.equal(messageOf(undefined), 'undefined');
});

for (const [quoted, shown] of [
  [
    "'POST\n/\n\nx-amz-security-token:IQoJb3/+=\n\nhost'",
    "'POST\n/\n\nx-amz-security-token:***\n\nhost'",
  ],
  ['?X-Amz-Security-Token=IQoJ%2F&b=c', '?X-Amz-Security-Token=***&b=c'],
  ['x-amz-security-token must be signed', 'x-amz-security-token must be signed'],
] as const) {
  test(`a session token is not shown: ${JSON.stringify(shown)}`, () => {
    assert.equal(withoutToken(quoted), shown);
  });
}

for (const [code, { means, hint }] of Object.entries(ERRORS)) {
  test(`${code} says what it means and what to do, each in sentences`, () => {
    assert.match(means, /^[A-Zs][^\n]*\.$/);
    assert.match(hint, /^[A-Z][^\n]*[.)]$/);
  });
}
