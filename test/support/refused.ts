import assert from 'node:assert/strict';
import { type ErrorCode, PushError } from '../../src/errors.ts';

/** For `assert.throws` and `assert.rejects`: a PushError of this code, whose message says all of `parts`. */
export function refused(code: ErrorCode, ...parts: readonly string[]): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof PushError)) throw error;
    assert.equal(error.code, code, error.message);
    assert.ok(error.hint, `${code} says nothing of what to do`);
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  };
}

/** The same for INVALID_INPUT, with a hint that says all of `offers`. */
export function refusedWith(says: string, ...offers: readonly string[]): (error: unknown) => true {
  return (error) => {
    refused('INVALID_INPUT', says)(error);
    const hint = error instanceof PushError ? error.hint : '';
    for (const part of offers) assert.ok(hint.includes(part), hint);
    return true;
  };
}
