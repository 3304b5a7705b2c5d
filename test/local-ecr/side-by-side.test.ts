import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { selfSigned } from './certificate.ts';
import type { LocalEcrOptions } from './options.ts';
import { RawConnection, rawPart, until } from './raw-part.ts';
import { APP, complete, initiate, privateClient, sendPart, sha256 } from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

/** Large enough for several reads, and small enough to be quick. */
const PART = 300_000;
const LAYER = Buffer.from(Array.from({ length: 2 * PART }, (_, at) => (at * 7) % 251));
/** What is held back of a body. */
const HELD = 1000;

async function start(options: LocalEcrOptions = {}) {
  const limits = { ecr: { minPartBytes: 1 } };
  const ecr = await startLocalEcr({ limits, ...options });
  ecr.createRepository(APP);
  const ca = options.tls?.cert.toString();
  const client = privateClient(ecr, { ca });
  const uploadId = await initiate(client);
  const parts = [0, PART].map((first) =>
    rawPart(ecr, uploadId, first, LAYER.subarray(first, first + PART)),
  );
  const [one, two] = await Promise.all(parts);
  if (one === undefined || two === undefined) throw new Error('two parts');
  const first = await RawConnection.open(ecr, ca);
  const second = await RawConnection.open(ecr, ca);
  return {
    ...{ ecr, client, uploadId, one, two, first, second },
    async [Symbol.asyncDispose]() {
      first[Symbol.dispose]();
      second[Symbol.dispose]();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

const parts = (ecr: LocalEcr) => ecr.calls('UploadLayerPart');
/** Until so many bytes of the bodies of parts were read. */
const taken = (ecr: LocalEcr, bytes: number) =>
  until(() => parts(ecr).reduce((sum, { requestBytes }) => sum + requestBytes, 0) >= bytes);

describe('two parts of an upload side by side', () => {
  test('are taken when the second’s end is held back until the first is answered', async () => {
    await using local = await start();
    const { ecr, client, uploadId, one, two, first, second } = local;
    second.send(two.head, two.body.subarray(0, -HELD));
    await taken(ecr, two.body.length - HELD);
    first.send(one.head, one.body);
    assert.equal((await first.answer()).status, 200);
    second.send(two.body.subarray(-HELD));
    const { status, body } = await second.answer();
    assert.equal(status, 200);
    assert.equal((body as Record<string, unknown>)['lastByteReceived'], 2 * PART - 1);
    assert.equal(await complete(client, uploadId, sha256(LAYER)), sha256(LAYER));
    assert.deepEqual(ecr.log.partsOutOfOrder(), []);
    assert.deepEqual([...ecr.log.openParts()], [[uploadId, 2]]);
    assert.equal(ecr.log.overlappingParts().length, 1);
  });

  test('are refused when the second ends first', async () => {
    await using local = await start();
    const { ecr, uploadId, one, two, first, second } = local;
    first.send(one.head, one.body.subarray(0, -HELD));
    await taken(ecr, one.body.length - HELD);
    second.send(two.head, two.body);
    const { status, body } = await second.answer();
    const { __type, message } = body as Record<string, unknown>;
    assert.deepEqual([status, __type], [400, 'InvalidLayerPartException']);
    assert.equal(message, `First byte of the layer part is ${PART} instead of 0`);
    first.send(one.body.subarray(-HELD));
    assert.equal((await first.answer()).status, 200);
    assert.deepEqual(
      ecr.log.partsOutOfOrder().map(({ part }) => part),
      [{ uploadId, firstByte: PART, lastByte: 2 * PART - 1 }],
    );
  });

  test('are seen to be out of order where the second is taken for want of an answer to the first', async () => {
    await using local = await start();
    const { ecr, one, two, first, second } = local;
    ecr.fault({ operation: 'UploadLayerPart', kind: 'hang-after-effect' });
    first.send(one.head, one.body);
    await until(() => ecr.repository(APP).uploads.values().next().value?.received === PART);
    second.send(two.head, two.body);
    assert.equal((await second.answer()).status, 200);
    assert.equal(ecr.log.partsOutOfOrder().length, 1);
  });

  test('are logged where the second breaks off', async () => {
    await using local = await start();
    const { ecr, uploadId, two, second } = local;
    second.send(two.head, two.body.subarray(0, -1));
    await taken(ecr, two.body.length - 1);
    second[Symbol.dispose]();
    await until(() => parts(ecr)[0]?.outcome !== undefined);
    const [call] = parts(ecr);
    assert.deepEqual(
      [call?.outcome, call?.requestBytes, call?.part?.uploadId, call?.bodyEndedAt],
      ['reset', two.body.length - 1, uploadId, undefined],
    );
    assert.deepEqual(ecr.log.partsOutOfOrder(), []);
  });
});

describe('a part is refused early, before its end,', () => {
  for (const refuseEarly of ['InvalidLayerPartException', 'ServerException', 503] as const)
    test(`with ${refuseEarly}, and its connection is good for more`, async () => {
      await using local = await start({ refuseEarly });
      const { ecr, uploadId, one, two, first, second } = local;
      first.send(one.head, one.body.subarray(0, -HELD));
      await taken(ecr, 1);
      second.send(two.head, two.body.subarray(0, 500));
      const { status, body } = await second.answer();
      if (refuseEarly === 503) assert.deepEqual([status, body], [503, 'Service Unavailable']);
      else {
        assert.equal(status, 400);
        assert.equal((body as Record<string, unknown>)['__type'], refuseEarly);
      }
      first.send(one.body.subarray(-HELD));
      assert.equal((await first.answer()).status, 200);
      second.send(two.body.subarray(500), two.head, two.body);
      assert.equal((await second.answer()).status, 200);
      assert.deepEqual(
        parts(ecr).map(({ requestBytes }) => requestBytes),
        [one, two, two].map(({ body: { length } }) => length),
      );
      assert.deepEqual(
        parts(ecr).map(({ part }) => [part?.uploadId, part?.firstByte]),
        [0, PART, PART].map((at) => [uploadId, at]),
      );
      assert.deepEqual(ecr.log.partsOutOfOrder(), []);
    });

  test('by closing its connection', async () => {
    await using local = await start({ refuseEarly: 'close' });
    const { ecr, one, two, first, second } = local;
    first.send(one.head, one.body.subarray(0, -HELD));
    await taken(ecr, 1);
    second.send(two.head, two.body.subarray(0, 500));
    await second.closed();
    assert.deepEqual(
      parts(ecr).map(({ outcome }) => outcome),
      [undefined, 'refused'],
    );
    first.send(one.body.subarray(-HELD));
    assert.equal((await first.answer()).status, 200);
  });

  test('while the one before is whole and has no answer yet', async () => {
    await using local = await start({ refuseEarly: 'InvalidLayerPartException' });
    const { ecr, one, two, first, second } = local;
    const wait = Promise.withResolvers<undefined>();
    const isPart = { operation: 'UploadLayerPart' } as const;
    ecr.fault({ ...isPart, kind: 'before', run: () => wait.promise });
    first.send(one.head, one.body);
    await until(() => parts(ecr)[0]?.bodyEndedAt !== undefined);
    second.send(two.head, two.body.subarray(0, 500));
    assert.equal((await second.answer()).status, 400);
    wait.resolve(undefined);
    assert.equal((await first.answer()).status, 200);
  });

  test('and not when it is of another upload, or comes after the answer', async () => {
    await using local = await start({ refuseEarly: 'close' });
    const { ecr, client, uploadId, one, first } = local;
    const other = await initiate(client);
    first.send(one.head, one.body.subarray(0, -HELD));
    await taken(ecr, 1);
    await sendPart(client, other, 0, LAYER);
    first.send(one.body.subarray(-HELD));
    await first.answer();
    await sendPart(client, uploadId, PART, LAYER.subarray(PART));
    await complete(client, uploadId, sha256(LAYER));
  });

  test('and not when nobody asked for that', async () => {
    await using local = await start();
    const { ecr, two, second } = local;
    second.send(two.head, two.body.subarray(0, -HELD));
    await taken(ecr, two.body.length - HELD);
    assert.equal(parts(ecr)[0]?.answeredAt, undefined);
  });
});

describe('a body of which no byte comes', () => {
  test('has its connection closed', async () => {
    await using local = await start({ bodyTimeout: 50 });
    const { ecr, one, first } = local;
    first.send(one.head, one.body.subarray(0, -1));
    await first.closed();
    const [call] = parts(ecr);
    assert.deepEqual([call?.outcome, call?.bodyEndedAt], ['timeout', undefined]);
    assert.ok((call?.lostAt ?? 0) - (call?.bodyBeganAt ?? Infinity) >= 50);
  });

  test('is answered 408 first, where that is asked for', async () => {
    await using local = await start({ bodyTimeout: 50, bodyTimeoutAnswer: '408' });
    const { ecr, one, first } = local;
    first.send(one.head);
    assert.equal((await first.answer()).status, 408);
    await first.closed();
    assert.equal(parts(ecr)[0]?.outcome, 'HTTP 408');
  });

  test('is no part of the upload, which goes on', async () => {
    await using local = await start({ bodyTimeout: 50 });
    const { client, uploadId, two, first } = local;
    first.send(two.head, two.body.subarray(0, -HELD));
    await first.closed();
    await sendPart(client, uploadId, 0, LAYER.subarray(0, PART));
    await sendPart(client, uploadId, PART, LAYER.subarray(PART));
    assert.equal(await complete(client, uploadId, sha256(LAYER)), sha256(LAYER));
  });
});

for (const isTls of [false, true])
  test(`a connection is read no faster than its rate${isTls ? ', over TLS' : ''}`, async () => {
    const identity = selfSigned();
    // A part of 400 kB in 200 ms; as much again on the other connection, at the same time.
    const rate = 2_000_000;
    await using local = await start({ connectionRate: rate, ...(isTls ? { tls: identity } : {}) });
    const { ecr, one, two, first, second } = local;
    first.send(one.head, one.body);
    second.send(two.head, two.body.subarray(0, -HELD));
    assert.equal((await first.answer()).status, 200);
    second.send(two.body.subarray(-HELD));
    assert.equal((await second.answer()).status, 200);
    for (const { headAt, bodyEndedAt = 0 } of parts(ecr)) {
      // Late timers may be made up for, and what is short is not held.
      const least = ((one.body.length - HELD) / rate) * 1000 - 20;
      assert.ok(bodyEndedAt - headAt >= least, `${bodyEndedAt - headAt} < ${least}`);
    }
  });
