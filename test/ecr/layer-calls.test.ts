import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CompleteLayerUploadCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { explain } from '../../src/ecr/calls/exceptions.ts';
import { attempts } from '../../src/ecr/calls/attempts.ts';
import { requestHandler } from '../../src/ecr/calls/clients.ts';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry-strategy.ts';
import { incomplete, layerCalls, type LayerRequests } from '../../src/ecr/layer-calls.ts';
import type { EncodedBody } from '../../src/ecr/upload/body.ts';
import type { EarlyOutcome, Interruption, PartOutcome } from '../../src/ecr/upload/part-calls.ts';
import { Memory } from '../../src/ecr/upload/memory.ts';
import { PartTaker } from '../../src/ecr/upload/take-part.ts';
import { EndedEarly } from '../../src/ecr/upload/send.ts';
import { Turn } from '../../src/ecr/upload/turn.ts';
import type { LayerCalls } from '../../src/ecr/upload/upload-layer.ts';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import type { Fault } from '../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { layerOf, MemoryBlob } from '../support/memory-layer.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';

/** The server checks every signature, so that a wrong hash of a body is refused. */
const NAME = 'team/app';
const ACCOUNT = '012345678901';
const { signal } = new AbortController();
const UPLOAD = '12345678-1234-1234-1234-123456789012';
const DIGEST = digestOf(Buffer.from('0'));
const KiB = 1024;

const pace = (isNetworkBound: boolean) => ({
  noteSent: () => undefined,
  isNetworkBound: () => isNetworkBound,
});
const [busy, idle] = [pace(false), pace(true)];

interface Opened extends AsyncDisposable {
  readonly ecr: LocalEcr;
  readonly requests: LayerRequests;
  readonly registry: Parameters<typeof layerCalls>[2];
  readonly calls: LayerCalls;
  /** What the answers and the errors told. */
  readonly learned: unknown[];
  readonly asked: Digest[];
}

async function open(
  parts = new PartTaker({ pace: busy }),
  options: LocalEcrOptions = {},
): Promise<Opened> {
  const ecr = await startLocalEcr(options);
  ecr.createRepository(NAME);
  const { region, credentials } = ecr.world;
  const client = new ECRClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    requestHandler: requestHandler({}),
    retryStrategy: new EcrRetryStrategy({ attempts: 3 }),
  });
  client.middlewareStack.use(attempts(client.config.credentials));
  const repository = { type: 'private', registryId: undefined, region, name: NAME } as const;
  const learned: unknown[] = [];
  const asked: Digest[] = [];
  const requests = requestsOf(client);
  const registry: Parameters<typeof layerCalls>[2] = {
    digest: DIGEST,
    isAvailable: (digest) => {
      asked.push(digest);
      return Promise.resolve(true);
    },
    learn: (answer) => learned.push(answer),
    onBytes: () => undefined,
    explain: (call, error) => explain(error, { call, repository }),
  };
  const calls = layerCalls(requests, parts, registry);
  return {
    ecr,
    requests,
    registry,
    calls,
    learned,
    asked,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await parts[Symbol.asyncDispose]();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

function requestsOf(client: ECRClient): LayerRequests {
  const id = { registryId: undefined, repositoryName: NAME };
  return {
    id,
    initiate: (abortSignal) => client.send(new InitiateLayerUploadCommand(id), { abortSignal }),
    sendPart: (input, plug, options) => {
      const command = new UploadLayerPartCommand(input);
      plug(command.middlewareStack);
      return client.send(command, options);
    },
    complete: (input, options) =>
      client.send(new CompleteLayerUploadCommand({ ...id, ...input }), options),
  };
}

/** Notes into whose memory it read. */
class Source extends MemoryBlob {
  readonly memory: ArrayBufferLike[] = [];

  get layer(): Descriptor {
    return layerOf(this.content);
  }

  constructor(size: number) {
    super(seededBytes('layer', size));
    void this.open();
  }

  override read(target: Uint8Array, position: number): Promise<void> {
    this.memory.push(target.buffer);
    return super.read(target, position);
  }
}

/** As its turn has come. */
async function sendNow(
  calls: Pick<LayerCalls, 'send'>,
  body: EncodedBody,
): Promise<PartOutcome | EarlyOutcome | Interruption> {
  const turn = new Turn();
  turn.come();
  try {
    return await calls.send(body, signal, turn, 1);
  } finally {
    body.end();
  }
}

/** The whole of a layer as one part. */
async function sendWhole(
  { calls }: Opened,
  source: Source,
  uploadId: string,
): Promise<PartOutcome | EarlyOutcome | Interruption> {
  const part = { uploadId, firstByte: 0, size: source.size };
  return sendNow(calls, await calls.take(part, source, signal));
}

/** All but what is lost of the frame: a body is a third larger than its part. */
const bodyBytes = (size: number): number => Math.ceil(size / 3) * 4;
const FRAME = 300;

test('a part of several writes arrives as it was read', async () => {
  await using opened = await open();
  const { calls } = opened;
  const source = new Source(5_000_001);
  const { uploadId } = await calls.initiate(signal);
  const outcome = await sendWhole(opened, source, uploadId);
  assert.deepEqual(outcome, { kind: 'received', lastByteReceived: 5_000_000 });
  assert.equal(await calls.complete(uploadId, source.layer, signal), 'completed');
});

const outcomes: { what: string; fault?: Fault; throws?: ErrorCode }[] = [
  { what: 'answered at once' },
  { what: 'answered at the second attempt', fault: { kind: 'throttle' } },
  { what: 'lost on its way, and sent again', fault: { kind: 'reset-in-body' } },
  {
    what: 'refused',
    fault: { kind: 'error', name: 'InvalidLayerPartException', fields: {} },
  },
  {
    what: 'ended by an error',
    fault: { kind: 'error', name: 'AccessDeniedException' },
    throws: 'ACCESS_DENIED',
  },
];

for (const { what, fault, throws } of outcomes) {
  test(`the memory of a part that is ${what} is used again when all its requests are closed`, async () => {
    const size = 256 * KiB;
    // There is room for one.
    const parts = new PartTaker({ memory: new Memory(bodyBytes(size) + FRAME), pace: busy });
    await using opened = await open(parts);
    const { calls, ecr } = opened;
    const source = new Source(size);
    const { uploadId } = await calls.initiate(signal);
    if (fault) ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const sent = sendWhole(opened, source, uploadId);
    if (throws) await assert.rejects(sent, { code: throws });
    else await sent;
    // This waits until the memory is back.
    const next = await calls.take({ uploadId, firstByte: 0, size }, source, signal);
    assert.equal(source.memory.length, 2);
    assert.equal(source.memory[0], source.memory[1]);
    next.end();
  });
}

/** Somebody else holds the memory that there is. */
async function withoutMemory(): Promise<PartTaker> {
  const memory = new Memory(KiB);
  await memory.acquire(KiB, signal, 0);
  return new PartTaker({ memory, pace: idle });
}

for (const fault of [undefined, { kind: 'reset-in-body' }, { kind: 'answer-lost' }] as const) {
  const how = fault === undefined ? 'at once' : `after ${fault.kind}`;
  test(`a part that finds no memory while the CPU is idle arrives without, ${how}`, async () => {
    await using opened = await open(await withoutMemory());
    const { calls, ecr } = opened;
    if (fault) ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const source = new Source(700_001);
    const { uploadId } = await calls.initiate(signal);
    const first = await sendWhole(opened, source, uploadId);
    if (fault?.kind === 'reset-in-body') await sendWhole(opened, source, uploadId);
    assert.equal(first.kind, fault === undefined ? 'received' : 'interrupted');
    assert.equal(await calls.complete(uploadId, source.layer, signal), 'completed');
  });
}

test('a file that cannot be read while it is sent ends the call with what was wrong', async () => {
  await using opened = await open(await withoutMemory());
  const { calls } = opened;
  const source = new Source(500_000);
  const { uploadId } = await calls.initiate(signal);
  const part = { uploadId, firstByte: 0, size: 500_000 };
  const body = await calls.take(part, source, signal);
  const failure = new PushError('LAYOUT_UNREADABLE', 'the disk is gone');
  source.read = () => Promise.reject(failure);
  await assert.rejects(sendNow(calls, body), failure);
});

test('a part may be taken ahead, for the same repository', async () => {
  await using opened = await open();
  const { calls } = opened;
  const source = new Source(1000);
  const { uploadId } = await calls.initiate(signal);
  const ahead = calls.takeAhead({ uploadId, firstByte: 0, size: 1000 }, source, signal);
  assert(ahead);
  assert.deepEqual(await sendNow(calls, await ahead), {
    kind: 'received',
    lastByteReceived: 999,
  });
});

test('the bytes on the wire are those of the requests that carried the parts', async () => {
  await using opened = await open();
  const source = new Source(300_000);
  const { uploadId } = await opened.calls.initiate(signal);
  assert.equal(opened.calls.bytesOnWire, 0);
  await sendWhole(opened, source, uploadId);
  const [sent] = opened.ecr.calls('UploadLayerPart');
  assert.equal(opened.calls.bytesOnWire, sent?.requestBytes);
  await opened.calls.complete(uploadId, source.layer, signal);
  assert.equal(opened.calls.bytesOnWire, sent?.requestBytes, 'the parts, and nothing else');
});

test('InitiateLayerUpload tells the upload and the part size that ECR wants', async () => {
  await using opened = await open(undefined, { limits: { ecr: { partSize: 6_000_000 } } });
  const { uploadId, partSize } = await opened.calls.initiate(signal);
  assert.equal(partSize, 6_000_000);
  assert(opened.ecr.repository(NAME).uploads.has(uploadId));
});

test('a part size that ECR does not offer is none', async () => {
  await using opened = await open();
  const change = ({ uploadId }: Record<string, unknown>) => ({ uploadId });
  opened.ecr.fault({ kind: 'answer', operation: 'InitiateLayerUpload', change });
  assert.equal((await opened.calls.initiate(signal)).partSize, undefined);
});

type Call = (opened: Opened) => Promise<unknown>;
const CALLS: Readonly<Record<string, Call>> = {
  InitiateLayerUpload: ({ calls }) => calls.initiate(signal),
  UploadLayerPart: (opened) => sendWhole(opened, new Source(10), UPLOAD),
  CompleteLayerUpload: ({ calls }) => calls.complete(UPLOAD, { digest: DIGEST, size: 10 }, signal),
};

const HOLLOW: readonly [operation: string, member: string, requests: Partial<LayerRequests>][] = [
  ['InitiateLayerUpload', 'uploadId', { initiate: () => Promise.resolve({}) }],
  ['UploadLayerPart', 'lastByteReceived', { sendPart: () => Promise.resolve({}) }],
];

for (const [operation, member, hollow] of HOLLOW) {
  test(`an answer to ${operation} without ${member} is an error that says so`, async () => {
    await using opened = await open();
    const requests = { ...opened.requests, ...hollow };
    const calls = layerCalls(requests, new PartTaker({ pace: busy }), opened.registry);
    const call = CALLS[operation]?.({ ...opened, calls }) ?? assert.fail();
    await assert.rejects(call, refused('UNEXPECTED_RESPONSE', operation, member));
  });
}

test('an incomplete answer is named by its call and by what it lacks', () => {
  assert.equal(incomplete('SomeCall', 'member').message, 'the answer to SomeCall has no member');
});

const partOutcomes: readonly [what: string, fault: Fault, outcome: PartOutcome][] = [
  [
    'that names the last byte',
    { kind: 'error', name: 'InvalidLayerPartException', fields: { lastValidByteReceived: 7 } },
    { kind: 'not-consecutive', lastValidByteReceived: 7 },
  ],
  [
    'that names no byte',
    { kind: 'error', name: 'InvalidLayerPartException' },
    { kind: 'not-consecutive', lastValidByteReceived: undefined },
  ],
  [
    'of an upload that is not known',
    { kind: 'error', name: 'UploadNotFoundException' },
    { kind: 'upload-not-found' },
  ],
];

for (const [what, fault, outcome] of partOutcomes) {
  test(`the refusal of a part ${what} is ${outcome.kind}`, async () => {
    await using opened = await open();
    opened.ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    assert.deepEqual(await sendWhole(opened, new Source(10), UPLOAD), outcome);
  });
}

const completions = {
  LayerAlreadyExistsException: 'already-exists',
  InvalidLayerException: 'digest-mismatch',
  UploadNotFoundException: 'upload-not-found',
  EmptyUploadException: 'empty-upload',
  LayerPartTooSmallException: 'part-too-small',
} as const;

for (const [name, outcome] of Object.entries(completions)) {
  test(`CompleteLayerUpload that answers ${name} is ${outcome}`, async () => {
    await using opened = await open();
    opened.ecr.fault({ kind: 'error', operation: 'CompleteLayerUpload', name });
    assert.equal(
      await opened.calls.complete(UPLOAD, { digest: DIGEST, size: 10 }, signal),
      outcome,
    );
  });
}

test('CompleteLayerUpload that answers with another digest is other-digest', async () => {
  await using opened = await open();
  const source = new Source(10);
  const { uploadId } = await opened.calls.initiate(signal);
  await sendWhole(opened, source, uploadId);
  opened.ecr.fault({
    kind: 'answer',
    operation: 'CompleteLayerUpload',
    change: () => ({ layerDigest: digestOf(Buffer.from('other')) }),
  });
  assert.equal(await opened.calls.complete(uploadId, source.layer, signal), 'other-digest');
});

/** Fails with what an interrupted call ends with. */
function orGivenUp(outcome: unknown): void {
  if (isInterruption(outcome)) throw outcome.giveUp(1);
}

function isInterruption(outcome: unknown): outcome is Interruption {
  return typeof outcome === 'object' && outcome !== null && 'giveUp' in outcome;
}

const failures: Readonly<Record<string, ErrorCode>> = {
  ServerException: 'SERVER_ERROR',
  KmsException: 'KMS',
  RepositoryNotFoundException: 'REPOSITORY_NOT_FOUND',
};

for (const [operation, call] of Object.entries(CALLS)) {
  for (const [name, code] of Object.entries(failures)) {
    test(`${operation} that answers ${name} fails with ${code}`, async () => {
      await using opened = await open();
      opened.ecr.fault({ kind: 'error', operation, name, times: 100 });
      const ended = call(opened).then(orGivenUp);
      await assert.rejects(ended, refused(code, operation));
    });
  }
}

const registryIdIn = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'registryId') : undefined;

test('the answers to parts and to Complete tell the registry', async () => {
  await using opened = await open();
  const { calls, learned } = opened;
  const source = new Source(10);
  const { uploadId } = await calls.initiate(signal);
  assert.deepEqual(learned, [], 'InitiateLayerUpload tells none');
  await sendWhole(opened, source, uploadId);
  assert.deepEqual(learned.map(registryIdIn), [ACCOUNT]);
  await calls.complete(uploadId, source.layer, signal);
  assert.deepEqual(learned.map(registryIdIn), [ACCOUNT, ACCOUNT]);
});

test('the refusal of a part tells the registry, too', async () => {
  await using opened = await open();
  const fields = { registryId: ACCOUNT, lastValidByteReceived: 7 };
  const name = 'InvalidLayerPartException';
  opened.ecr.fault({ kind: 'error', operation: 'UploadLayerPart', name, fields });
  await sendWhole(opened, new Source(10), UPLOAD);
  assert.deepEqual(opened.learned.map(registryIdIn), [ACCOUNT]);
});

test('whether a layer is there is asked of the registry', async () => {
  await using opened = await open();
  assert.equal(await opened.calls.isAvailable(DIGEST, signal), true);
  assert.deepEqual(opened.asked, [DIGEST]);
});

const answered = (status: number, name = 'Error'): Error =>
  Object.assign(new Error('refused'), { name, $metadata: { httpStatusCode: status } });

const ends: readonly [what: string, reason: unknown, wasHeld: boolean, how: string][] = [
  ['a connection that fell', new Error('ECONNRESET'), false, 'cut'],
  ['a connection that was closed while it was held', new Error('ECONNRESET'), true, 'held'],
  ['Request Timeout', answered(408), false, 'held'],
  ['a conflict', answered(409), true, 'refused'],
  ['an exception', answered(400, 'InvalidLayerPartException'), false, 'refused'],
  ['throttling', answered(400, 'ThrottlingException'), true, 'cut'],
  ['too many requests', answered(429), true, 'cut'],
  ['a server that is overloaded', answered(503), false, 'cut'],
];

for (const [what, reason, wasHeld, how] of ends) {
  test(`a part that ended before its turn${wasHeld ? ', held,' : ''} by ${what} was ${how}`, async () => {
    await using opened = await open();
    const early = () => Promise.reject(new EndedEarly(reason, wasHeld));
    const requests = { ...opened.requests, sendPart: early };
    const calls = layerCalls(requests, new PartTaker({ pace: busy }), opened.registry);
    const part = { uploadId: UPLOAD, firstByte: 0, size: 10 };
    const body = await calls.take(part, new Source(10), signal);
    assert.deepEqual(await sendNow(calls, body), { kind: 'ended-early', how });
  });
}

interface Interrupted {
  readonly what: string;
  readonly fault: Fault;
  /** Bytes of the part: more than one write to the socket, unless it says so. */
  readonly size?: number;
  readonly row?: Interruption['row'];
  readonly isInDoubt?: boolean;
  readonly isCut?: boolean;
  readonly why?: RegExp;
}

const interruptions: readonly Interrupted[] = [
  {
    what: 'an answer that is lost',
    fault: { kind: 'answer-lost' },
    isInDoubt: true,
    isCut: true,
    why: /^ECONNRESET: /,
  },
  {
    what: 'an answer that is lost, of a part so small that it may not have left',
    fault: { kind: 'answer-lost' },
    size: 10,
    isInDoubt: true,
  },
  {
    what: 'a body that is cut',
    fault: { kind: 'reset-in-body', afterBytes: 1e6 },
    size: 12_000_000,
    isCut: true,
  },
  { what: 'an answer of 503', fault: { kind: 'http', status: 503 }, isInDoubt: true },
  { what: 'throttling', fault: { kind: 'throttle' }, row: 'throttled' },
  {
    what: 'an answer without lastByteReceived',
    fault: { kind: 'answer', change: () => ({}) },
    isInDoubt: true,
    why: /^HTTP 200 with no lastByteReceived$/,
  },
  ...[0.5, '7', -2, 1e300].map((last) => ({
    what: `an answer whose lastByteReceived is ${JSON.stringify(last)}`,
    fault: { kind: 'answer', change: () => ({ lastByteReceived: last }) } as const,
    isInDoubt: true,
    why: /^HTTP 200 with a lastByteReceived that is no position$/,
  })),
];

for (const { what, fault, size = 700_000, ...expected } of interruptions) {
  test(`${what} interrupts the call, and it is not made again here`, async () => {
    await using opened = await open();
    const scripted = opened.ecr.fault({ ...fault, operation: 'UploadLayerPart', times: 100 });
    const { uploadId } = await opened.calls.initiate(signal);
    const outcome = await sendWhole(opened, new Source(size), uploadId);
    assert(isInterruption(outcome), outcome.kind);
    const { row = 'transient', isInDoubt = false, isCut = false, why = /./ } = expected;
    assert.deepEqual(
      { row: outcome.row, isInDoubt: outcome.isInDoubt, isCut: outcome.isCut },
      { row, isInDoubt, isCut },
    );
    assert.match(outcome.why, why);
    assert.equal(scripted.hits, 1);
    assert.match(outcome.giveUp(4).message, /, after 4 attempts \(/);
  });
}

test('a call that asks to wait is told with how long', async () => {
  await using opened = await open();
  const refusal = Object.assign(answered(503), { $response: { headers: { 'retry-after': '7' } } });
  const requests = { ...opened.requests, sendPart: () => Promise.reject(refusal) };
  const calls = layerCalls(requests, new PartTaker({ pace: busy }), opened.registry);
  const part = { uploadId: UPLOAD, firstByte: 0, size: 10 };
  const outcome = await sendNow(calls, await calls.take(part, new Source(10), signal));
  assert(isInterruption(outcome));
  assert.equal(outcome.retryAfter, 7000);
});

test('each attempt at a part may take twice as long as the one before, and Complete as its layer needs', async () => {
  await using opened = await open();
  const limits: number[] = [];
  const stop = (_: unknown, { requestTimeout }: { requestTimeout: number }) => {
    limits.push(requestTimeout);
    return Promise.reject(answered(400, 'UploadNotFoundException'));
  };
  const requests: LayerRequests = {
    ...opened.requests,
    sendPart: (input, _, options) => stop(input, options),
    complete: stop,
  };
  const calls = layerCalls(requests, new PartTaker({ pace: busy }), opened.registry);
  const body = await calls.take(
    { uploadId: UPLOAD, firstByte: 0, size: 10 },
    new Source(10),
    signal,
  );
  for (const attempt of [1, 2, 3, 9]) await calls.send(body, signal, new Turn(), attempt);
  body.end();
  await calls.look({ uploadId: UPLOAD, size: 10 }, signal, 2);
  for (const size of [0, 10_000_000_000])
    await calls.complete(UPLOAD, { digest: DIGEST, size }, signal);
  assert.deepEqual(limits, [12_000, 24_000, 48_000, 120_000, 24_000, 60_000, 260_000]);
});

const told = (lastValidByteReceived: number | undefined) =>
  ({ kind: 'not-consecutive', lastValidByteReceived }) as const;

for (const sent of [0, 1, 999, 1000]) {
  test(`a look tells that ECR has ${sent} of 1000 bytes, and changes nothing`, async () => {
    await using opened = await open();
    const { calls, ecr } = opened;
    const source = new Source(1000);
    const { uploadId } = await calls.initiate(signal);
    if (sent > 0) {
      const part = { uploadId, firstByte: 0, size: sent };
      await sendNow(calls, await calls.take(part, source, signal));
    }
    const outcome = await calls.look({ uploadId, size: 1000 }, signal, 1);
    // ECR names no byte where it has none.
    assert.deepEqual(outcome, told(sent === 0 ? undefined : sent - 1));
    assert.equal(ecr.repository(NAME).uploads.get(uploadId)?.received, sent);
  });
}

const looks: readonly [what: string, fault: Fault, outcome: unknown][] = [
  [
    'of an upload that is not known',
    { kind: 'error', name: 'UploadNotFoundException' },
    { kind: 'upload-not-found' },
  ],
  ['that names no byte', { kind: 'error', name: 'InvalidLayerPartException' }, told(undefined)],
  ...[0.5, '7', -2, null].map((last): [string, Fault, unknown] => [
    `that names ${JSON.stringify(last)}`,
    {
      kind: 'error',
      name: 'InvalidLayerPartException',
      fields: { lastValidByteReceived: last },
    },
    told(undefined),
  ]),
  [
    'that is refused in another way',
    { kind: 'error', name: 'InvalidLayerException' },
    told(undefined),
  ],
];

for (const [what, fault, outcome] of looks) {
  test(`a look ${what} is ${JSON.stringify(outcome)}`, async () => {
    await using opened = await open();
    opened.ecr.fault({ ...fault, operation: 'UploadLayerPart' });
    const { uploadId } = await opened.calls.initiate(signal);
    assert.deepEqual(await opened.calls.look({ uploadId, size: 10 }, signal, 1), outcome);
  });
}

test('a look that is taken for a part after all tells nothing', async () => {
  await using opened = await open();
  const sendPart = () => Promise.resolve({ lastByteReceived: 11 });
  const requests = { ...opened.requests, sendPart };
  const calls = layerCalls(requests, new PartTaker({ pace: busy }), opened.registry);
  assert.deepEqual(await calls.look({ uploadId: UPLOAD, size: 10 }, signal, 1), told(undefined));
});

test('a look that is interrupted may be made again', async () => {
  await using opened = await open();
  opened.ecr.fault({ kind: 'http', status: 503, operation: 'UploadLayerPart' });
  const outcome = await opened.calls.look({ uploadId: UPLOAD, size: 10 }, signal, 1);
  assert(isInterruption(outcome));
  assert.equal(outcome.isInDoubt, false);
});

test('a look that is aborted ends with the reason', async () => {
  await using opened = await open();
  const reason = new Error('stop');
  const explain: typeof opened.registry.explain = (_call, _error, cancel) =>
    cancel.reason instanceof Error ? cancel.reason : new Error('not aborted');
  const registry = { ...opened.registry, explain };
  const calls = layerCalls(opened.requests, new PartTaker({ pace: busy }), registry);
  const upload = { uploadId: UPLOAD, size: 10 };
  await assert.rejects(calls.look(upload, AbortSignal.abort(reason), 1), reason);
});
