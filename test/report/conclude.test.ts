import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { conclude } from '../../src/report/conclude.ts';
import { type Outputs, toOutputs } from '../../src/report/outputs.ts';
import { refused } from '../support/refused.ts';
import { mine, pushReport } from './sample-report.ts';

const denied = new PushError('ACCESS_DENIED', 'not allowed');
const cause = new Error("EACCES: permission denied, open '/OUTPUT'");

/** A step whose outputs can be written, or not. */
function step(error?: Error) {
  const outputs: Outputs[] = [];
  const warnings: string[] = [];
  return {
    outputs,
    warnings,
    setOutputs: (set: Outputs): void => {
      if (error !== undefined) throw error;
      outputs.push(set);
    },
    warning: (message: string): void => void warnings.push(message),
  };
}

test('a complete push hands its outputs over, and throws nothing', () => {
  const report = pushReport();
  const { outputs, warnings, ...given } = step();
  conclude(report, given);
  assert.deepEqual(outputs, [toOutputs(report)]);
  assert.deepEqual(warnings, []);
});

test('a push that failed hands its outputs over before it throws', () => {
  const { outputs, ...given } = step();
  const report = pushReport({ error: denied });
  assert.throws(() => conclude(report, given), denied);
  assert.deepEqual(outputs, [toOutputs(report)]);
});

test('where the outputs of a complete push are lost, the error says that it is complete, and the digest', () => {
  const { warnings, ...given } = step(cause);
  assert.throws(
    () => conclude(pushReport({}), given),
    (error) => {
      refused('OUTPUTS_LOST', 'The push is complete', mine, cause.message)(error);
      assert.ok(error instanceof PushError);
      return error.cause === cause;
    },
  );
  assert.deepEqual(warnings, []);
});

test('what failed in the push matters more than outputs that are lost', () => {
  const { warnings, ...given } = step(cause);
  assert.throws(
    () => conclude(pushReport({}, { error: denied }), given),
    refused('TARGETS_FAILED'),
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings.join(), /the outputs of the step could not be written \(EACCES/);
});
