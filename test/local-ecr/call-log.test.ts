import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallLog } from './call-log.ts';
import { ACCOUNT, APP, initiate, privateClient, refusal, sendPart } from './sample.ts';
import { startLocalEcr } from './server.ts';

/** `[uploadId, event at which it starts, event at which it ends]`; no upload where the body never came. */
type LoggedPart = readonly [string | undefined, number, number];

function partsLog(parts: readonly LoggedPart[]): CallLog {
  const log = new CallLog();
  const calls = parts.map(([uploadId, start, end]) => ({ uploadId, start, end }));
  const events = calls.flatMap((call) => [call.start, call.end]).sort((a, b) => a - b);
  const open = new Map<string, ReturnType<CallLog['start']>>();
  for (const event of events) {
    const call = calls.find(({ start, end }) => start === event || end === event);
    const key = `${call?.start}`;
    const started = open.get(key);
    if (started !== undefined) log.end(started, 'ok');
    else {
      const fresh = log.start('ecr', 'UploadLayerPart');
      if (call?.uploadId !== undefined) log.setInput(fresh, { uploadId: call.uploadId });
      open.set(key, fresh);
    }
  }
  return log;
}

test('a call is logged with who, where, what, how much and how it ended', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP, { region: 'eu-west-1' });
  const client = privateClient(ecr, { region: 'eu-west-1' });
  const uploadId = await initiate(client);
  await sendPart(client, uploadId, 0, Buffer.from('abc'));
  const [call, ...others] = ecr.calls('UploadLayerPart');
  assert.deepEqual(others, []);
  const { requestBytes = 0, ...rest } = call ?? {};
  assert.ok(requestBytes > 100, `${requestBytes}`);
  assert.deepEqual(rest, {
    service: 'ecr',
    operation: 'UploadLayerPart',
    region: 'eu-west-1',
    accountId: ACCOUNT,
    input: {
      registryId: undefined,
      repositoryName: APP,
      uploadId,
      partFirstByte: 0,
      partLastByte: 2,
    },
    partBytes: 3,
    startedAt: 3,
    endedAt: 4,
    outcome: 'ok',
  });
});

test('a refused call is logged with the error’s name', async () => {
  await using ecr = await startLocalEcr();
  await refusal(initiate(privateClient(ecr)));
  assert.deepEqual(
    ecr.calls().map(({ operation, outcome }) => [operation, outcome]),
    [['InitiateLayerUpload', 'RepositoryNotFoundException']],
  );
});

const logs: { name: string; parts: LoggedPart[]; overlaps: number; peak: number }[] = [
  {
    name: 'parts in turn',
    parts: [
      ['a', 1, 2],
      ['a', 3, 4],
    ],
    overlaps: 0,
    peak: 1,
  },
  {
    name: 'parts of two uploads at once',
    parts: [
      ['a', 1, 3],
      ['b', 2, 4],
    ],
    overlaps: 0,
    peak: 2,
  },
  {
    name: 'a part that starts while one is under way',
    parts: [
      ['a', 1, 3],
      ['a', 2, 4],
    ],
    overlaps: 1,
    peak: 2,
  },
  {
    name: 'a part within another',
    parts: [
      ['a', 1, 4],
      ['a', 2, 3],
    ],
    overlaps: 1,
    peak: 2,
  },
  {
    name: 'a part that overlaps two',
    parts: [
      ['a', 1, 3],
      ['a', 2, 5],
      ['a', 4, 6],
    ],
    overlaps: 2,
    peak: 2,
  },
  {
    name: 'parts that broke off before they told their upload',
    parts: [
      [undefined, 1, 3],
      [undefined, 2, 4],
    ],
    overlaps: 0,
    peak: 2,
  },
];
for (const { name, parts, overlaps, peak } of logs) {
  test(`${name}: ${overlaps} overlaps, ${peak} at once`, () => {
    const log = partsLog(parts);
    assert.equal(log.overlappingParts().length, overlaps);
    assert.equal(log.peak('UploadLayerPart'), peak);
  });
}

test('parts that a client sends at once are seen to overlap', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  const uploadId = await initiate(client);
  const both = Promise.withResolvers<undefined>();
  const wait = { operation: 'UploadLayerPart', kind: 'before' } as const;
  ecr.fault({ ...wait, run: () => both.promise });
  ecr.fault({ ...wait, nth: 2, run: () => both.resolve(undefined) });
  const parts = [0, 1].map((first) => sendPart(client, uploadId, first, Buffer.from('x')));
  await Promise.allSettled(parts);
  assert.equal(ecr.log.overlappingParts().length, 1);
});

test('a log that was cleared is empty', () => {
  const log = new CallLog();
  log.start('ecr', 'PutImage');
  log.clear();
  assert.deepEqual(log.calls(), []);
});
