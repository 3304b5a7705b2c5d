import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';

const signal = new AbortController().signal;

/** Makes one call that meets the fault; gives how often it was sent, and how it ended. */
async function initiate(fault: Fault, maxAttempts = 3) {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  ecr.fault({ ...fault, operation: 'InitiateLayerUpload' });
  const registry = openLocalRegistry(ecr, { maxAttempts });
  const ended = await registry.initiateUpload(signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  registry.close();
  return { ended, sent: ecr.calls('InitiateLayerUpload').length };
}

const passing: Readonly<Record<string, Fault>> = {
  throttling: { kind: 'throttle' },
  'a ServerException': { kind: 'error', name: 'ServerException', status: 500 },
  'an answer of 503 that is no JSON': { kind: 'http', status: 503 },
  'an answer of 502 that is no JSON': { kind: 'http', status: 502 },
  'a connection that is reset': { kind: 'reset' },
  'a connection that is reset in the body': { kind: 'reset-in-body', afterBytes: 1 },
  'a lost answer': { kind: 'answer-lost' },
};

for (const [name, fault] of Object.entries(passing)) {
  test(`${name} is tried again`, async () => {
    assert.deepEqual(await initiate(fault), { ended: undefined, sent: 2 });
  });
}

const lasting: readonly [name: string, fault: Fault, sent: number, code: ErrorCode][] = [
  ['throttling', { kind: 'throttle' }, 3, 'THROTTLED'],
  ['a ServerException', { kind: 'error', name: 'ServerException', status: 500 }, 3, 'SERVER_ERROR'],
  ['an answer of 503 that is no JSON', { kind: 'http', status: 503 }, 3, 'SERVER_ERROR'],
  ['a connection that is reset', { kind: 'reset' }, 3, 'CONNECTION_LOST'],
  [
    'a quota that is reached',
    { kind: 'error', name: 'LimitExceededException' },
    1,
    'LIMIT_EXCEEDED',
  ],
  [
    'a refused parameter',
    { kind: 'error', name: 'InvalidParameterException' },
    1,
    'INVALID_PARAMETER',
  ],
  ['a missing permission', { kind: 'error', name: 'AccessDeniedException' }, 1, 'ACCESS_DENIED'],
];

for (const [name, fault, sent, code] of lasting) {
  test(`${name} that lasts is sent ${sent === 1 ? 'once' : `${sent} times`}, and is ${code}`, async () => {
    const result = await initiate({ ...fault, times: 100 });
    refused(code, 'InitiateLayerUpload')(result.ended);
    assert.equal(result.sent, sent);
  });
}
