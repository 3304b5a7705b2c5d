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
    if (started !== undefined) log.answered(started, 'ok');
    else {
      const fresh = log.start('ecr', 'UploadLayerPart');
      if (call?.uploadId !== undefined) log.setInput(fresh, { uploadId: call.uploadId });
      open.set(key, fresh);
    }
  }
  return log;
}

test('parts are told in the order in which they ended, and those under way are left out', () => {
  const log = partsLog([
    ['a', 1, 4],
    ['b', 2, 3],
  ]);
  log.start('ecr', 'UploadLayerPart');
  assert.deepEqual(
    log.endedParts().map(({ input }) => input['uploadId']),
    ['b', 'a'],
  );
});

test('a call is logged with who, where, what, how much and how it ended', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP, { region: 'eu-west-1' });
  const client = privateClient(ecr, { region: 'eu-west-1' });
  const uploadId = await initiate(client);
  await sendPart(client, uploadId, 0, Buffer.from('abc'));
  const [call, ...others] = ecr.calls('UploadLayerPart');
  assert.deepEqual(others, []);
  const {
    requestBytes = 0,
    headAt = NaN,
    bodyBeganAt = NaN,
    bodyEndedAt = NaN,
    answeredAt = NaN,
    ...rest
  } = call ?? {};
  assert.ok(requestBytes > 100, `${requestBytes}`);
  const times = [headAt, bodyBeganAt, bodyEndedAt, answeredAt];
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
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
    part: { uploadId, firstByte: 0, lastByte: 2 },
    startedAt: 3,
    endedAt: 4,
    lostAt: undefined,
    confirmed: 2,
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

/** One attempt of a part of ten bytes: `[number of the part, its end, its answer, the last byte that this confirms]` */
type Attempt = readonly [part: number, end: number, answer: number | undefined, confirmed?: number];

/** A log whose clock shows what the attempts say; bodies begin at 0. An answer that confirms its part is a success. */
function attemptsLog(attempts: readonly Attempt[]): CallLog {
  let now = 0;
  const log = new CallLog(() => now);
  for (const [part, end, answer, confirmed] of attempts) {
    now = 0;
    const call = log.start('ecr', 'UploadLayerPart');
    const [partFirstByte, partLastByte] = [part * 10, part * 10 + 9];
    log.took(call, 10);
    log.setInput(call, { uploadId: 'a', partFirstByte, partLastByte });
    now = end;
    log.bodyEnded(call);
    now = answer ?? end + 1;
    const outcome = confirmed === partLastByte ? 'ok' : 'InvalidLayerPartException';
    if (answer === undefined) log.lost(call, 'reset');
    else log.answered(call, outcome, confirmed);
  }
  return log;
}

const orders: { name: string; attempts: Attempt[]; outOfOrder: number[] }[] = [
  {
    name: 'each ends after the answer to the one before',
    attempts: [
      [0, 1, 2, 9],
      [1, 3, 4, 19],
      [2, 4, 5, 29],
    ],
    outOfOrder: [],
  },
  {
    name: 'one ends just before the answer to the one before, and is taken all the same',
    attempts: [
      [0, 1, 3, 9],
      [1, 2.9, 4, 19],
      [2, 5, 6, 29],
    ],
    outOfOrder: [1],
  },
  {
    name: 'one ends after a refusal of the one before, which is sent again later',
    attempts: [
      [0, 1, 2],
      [1, 3, 4],
      [0, 5, 6, 9],
      [1, 7, 8, 19],
    ],
    outOfOrder: [1],
  },
  {
    name: 'the answer was lost, and the one sent again is told to be there',
    attempts: [
      [0, 1, undefined],
      [0, 3, 4, 9],
      [1, 5, 6, 19],
    ],
    outOfOrder: [],
  },
  {
    name: 'the answer was lost, and the next one does not wait for another',
    attempts: [
      [0, 1, undefined],
      [1, 3, 4, 19],
      [0, 5, 6, 9],
    ],
    outOfOrder: [1],
  },
  {
    name: 'the one before is nowhere, and ECR does not know it either',
    attempts: [[3, 1, 2, -1]],
    outOfOrder: [3],
  },
  {
    name: 'the one before was sent before the log began',
    attempts: [
      [3, 1, 2, 39],
      [4, 3, 4, 49],
    ],
    outOfOrder: [],
  },
];
for (const { name, attempts, outOfOrder } of orders) {
  test(`parts out of order: ${name}`, () => {
    const found = attemptsLog(attempts).partsOutOfOrder();
    assert.deepEqual(
      found.map(({ part }) => (part?.firstByte ?? NaN) / 10),
      outOfOrder,
    );
  });
}

for (const [bytes, outOfOrder] of [
  [1, []],
  [2, [21]],
] as const) {
  test(`${bytes} bytes beyond all parts, with a gap before them, ${bytes === 1 ? 'only ask where the upload stands' : 'are out of order'}`, () => {
    const log = new CallLog();
    for (const [firstByte, size, confirmed] of [
      [0, 20, 19],
      [21, bytes, 19],
    ] as const) {
      const call = log.start('ecr', 'UploadLayerPart');
      const range = { partFirstByte: firstByte, partLastByte: firstByte + size - 1 };
      log.setInput(call, { uploadId: 'a', ...range, layerPartBlob: new Uint8Array(size) });
      log.bodyEnded(call);
      log.answered(call, firstByte === 0 ? 'ok' : 'InvalidLayerPartException', confirmed);
    }
    const found = log.partsOutOfOrder().map(({ part }) => part?.firstByte);
    assert.deepEqual(found, outOfOrder);
  });
}

test('parts of different uploads are in no order', () => {
  const log = new CallLog();
  for (const [uploadId, partFirstByte] of [
    ['a', 0],
    ['b', 10],
  ] as const) {
    const call = log.start('ecr', 'UploadLayerPart');
    log.setInput(call, { uploadId, partFirstByte, partLastByte: partFirstByte + 9 });
    log.bodyEnded(call);
    log.answered(call, uploadId === 'a' ? 'ok' : 'UploadNotFoundException', partFirstByte + 9);
  }
  assert.deepEqual(
    log.partsOutOfOrder().map(({ part }) => part?.uploadId),
    ['b'],
  );
});

test('a body is open from its first byte to its last, or to its end before that', () => {
  let now = 0;
  const log = new CallLog(() => (now += 1));
  const begin = (uploadId: string) => {
    const call = log.start('ecr', 'UploadLayerPart');
    call.part = { uploadId, firstByte: 0, lastByte: 9 };
    return call;
  };
  const [a1, a2, a3, b1] = [begin('a'), begin('a'), begin('a'), begin('b')];
  log.took(a1, 1);
  log.took(b1, 1);
  log.took(a2, 1);
  log.bodyEnded(a1);
  log.lost(a2, 'reset');
  log.took(a3, 1);
  assert.deepEqual(
    [...log.openParts()],
    [
      ['a', 2],
      ['b', 1],
    ],
  );
});

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
