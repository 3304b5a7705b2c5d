import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNodeVersion } from '../src/node-version.ts';
import { refused } from './support/refused.ts';

for (const version of [
  '24.0.0',
  '24.11.1',
  '26.0.0-nightly20260101',
  '100.1.0',
  process.versions.node,
]) {
  test(`Node ${version} will do`, () => {
    assert.doesNotThrow(() => checkNodeVersion(version));
  });
}

for (const version of ['23.11.0', '20.19.5', '9.11.2', '2.4.0', '']) {
  test(`Node ${version || '(unknown)'} is refused, and what is needed is named`, () => {
    assert.throws(() => checkNodeVersion(version), refused('UNSUPPORTED_NODE', '24', version));
  });
}
