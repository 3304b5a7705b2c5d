import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { asIfPushed } from '../../src/report/as-if-pushed.ts';
import { conclude } from '../../src/report/conclude.ts';
import { type Outputs, toOutputs } from '../../src/report/outputs.ts';
import type { ReportMode } from '../../src/report/report-format.ts';
import { refused } from '../support/refused.ts';
import { mine, pushReport } from './sample-report.ts';

const denied = new PushError('ACCESS_DENIED', 'not allowed');
const cause = new Error("EACCES: permission denied, open '/OUTPUT'");

/** A step whose outputs can be written, or not. */
function step(error?: Error) {
  const outputs: Outputs[] = [];
  const warnings: string[] = [];
  return {
    mode: 'push' as ReportMode,
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

test('where the outputs of a plan are lost, the error does not speak of a push', () => {
  const { warnings, ...given } = step(cause);
  assert.throws(
    () => conclude(pushReport({}), { ...given, mode: 'plan' }),
    (error) => {
      refused('OUTPUTS_LOST', 'The plan is complete', cause.message)(error);
      assert.ok(error instanceof PushError);
      assert.doesNotMatch(`${error.message} ${error.hint}`, /pushed/);
      return true;
    },
  );
  assert.deepEqual(warnings, []);
});

test('the outputs of a plan are those of the push that it plans', () => {
  const tags = [{ tag: '1.0', kind: 'create' }] as const;
  const planned = { repository: 'none', tags, manifests: [] } as const;
  const report = pushReport({ planned, tags: [{ tag: '1.0', kind: 'untouched' }] });
  const { outputs, ...given } = step();
  conclude(report, { ...given, mode: 'plan' });
  assert.deepEqual(outputs, [toOutputs(asIfPushed(report))]);
  assert.notDeepEqual(outputs, [toOutputs(report)]);
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
