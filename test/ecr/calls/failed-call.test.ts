import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedCall, noteCall } from '../../../src/ecr/calls/failed-call.ts';

test('which call failed is known of an error that was noted, and of no other', () => {
  const error = new Error('first');
  noteCall(error, 'PutImage');
  assert.equal(failedCall(error), 'PutImage');
  assert.equal(failedCall(new Error('first')), undefined);
  assert.equal(failedCall('first'), undefined);
});
