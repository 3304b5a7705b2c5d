import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeRepositoriesCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { HttpResponse } from '@smithy/core/protocols';
import { RateLimits, TokenBucket } from '../../../src/ecr/calls/rate-limit.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry-strategy.ts';

interface Clock {
  now: number;
}

/** 10 tokens a second, 3 at the start. */
function bucketAt(clock: Clock): TokenBucket {
  return new TokenBucket(10, 3, () => clock.now);
}

function take(bucket: TokenBucket, times: number): number[] {
  return Array.from({ length: times }, () => Math.round(bucket.take()));
}

test('a burst goes at once, and what follows goes at the rate', () => {
  assert.deepEqual(take(bucketAt({ now: 0 }), 6), [0, 0, 0, 100, 200, 300]);
});

test('tokens come back with time, up to the capacity', () => {
  const clock = { now: 0 };
  const bucket = bucketAt(clock);
  take(bucket, 3);
  clock.now = 100;
  assert.deepEqual(take(bucket, 2), [0, 100]);
  clock.now = 60_000;
  assert.deepEqual(take(bucket, 4), [0, 0, 0, 100]);
});

test('after a throttled call the rest of the burst is gone', () => {
  const bucket = bucketAt({ now: 0 });
  take(bucket, 1);
  bucket.drain();
  assert.deepEqual(take(bucket, 2), [100, 200]);
});

test('draining does not forgive those who wait already', () => {
  const bucket = bucketAt({ now: 0 });
  take(bucket, 5);
  bucket.drain();
  assert.deepEqual(take(bucket, 1), [300]);
});

interface Answers {
  /** So many calls are throttled first, with this status and name. */
  readonly throttled?: number;
  readonly throttle?: readonly [status: number, name: string];
  /** So many fail first. */
  readonly failed?: number;
}

const BY_NAME = [400, 'ThrottlingException'] as const;
/** As a proxy or a gateway in front of AWS says it. */
const BY_STATUS = [429, 'SlowDownPlease'] as const;

/** A client whose calls are answered at once. */
function answering(limits: RateLimits, answers: Answers & { region?: string } = {}) {
  const { region = 'eu-west-1', throttled = 0, throttle = BY_NAME, failed = 0 } = answers;
  const [status, __type] = throttle;
  let sent = 0;
  const handle = (): Promise<{ response: HttpResponse }> => {
    sent += 1;
    if (sent <= throttled) return answer(status, { __type });
    return sent <= failed ? answer(500, { __type: 'ServerException' }) : answer(200, {});
  };
  const client = new ECRClient({
    region,
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: { handle },
    retryStrategy: new EcrRetryStrategy({ attempts: 1 }),
  });
  client.middlewareStack.use(limits.plugin('private', region));
  return client;
}

function answer(statusCode: number, body: object): Promise<{ response: HttpResponse }> {
  const response = { statusCode, headers: {}, body: Buffer.from(JSON.stringify(body)) };
  return Promise.resolve({ response: new HttpResponse(response) });
}

/** Tries again and again, and waits for nothing. */
const AT_ONCE = {
  mode: 'at once',
  acquireInitialRetryToken: () => Promise.resolve(TOKEN),
  refreshRetryTokenForRetry: () => Promise.resolve(TOKEN),
  recordSuccess: () => undefined,
};
const TOKEN = { getRetryCount: () => 0, getRetryDelay: () => 0 };

const IMAGE = { repositoryName: 'team/app', imageManifest: '{}' };
/** PutImage has 10 a second, and four seconds' worth at once. */
const BURST = 40;

/** Milliseconds that so many calls take. */
async function timeOf(client: ECRClient, calls: number): Promise<number> {
  const before = performance.now();
  const all = Array.from({ length: calls }, () => client.send(new PutImageCommand(IMAGE)));
  await Promise.all(all);
  return performance.now() - before;
}

test('calls beyond the burst go at their rate', async () => {
  assert((await timeOf(answering(new RateLimits()), BURST + 3)) >= 290);
});

test('clients of one region share its limits, and another region has its own', async () => {
  const limits = new RateLimits();
  const begun = timeOf(answering(limits), BURST + 5);
  const [another, same] = await Promise.all([
    timeOf(answering(limits, { region: 'us-east-1' }), 1),
    timeOf(answering(limits), 5),
  ]);
  assert((await begun) >= 490);
  assert(same >= 900, `${same} ms`);
  assert(another < 400, `${another} ms`);
});

test('calls that have no limit go at once, and take nothing from those that have', async () => {
  const client = answering(new RateLimits());
  const before = performance.now();
  const describe = () => client.send(new DescribeRepositoriesCommand());
  await Promise.all(Array.from({ length: 2 * BURST }, describe));
  await timeOf(client, 1);
  assert(performance.now() - before < 3000);
});

for (const throttle of [BY_NAME, BY_STATUS]) {
  const [status, name] = throttle;
  test(`after a call that was throttled (${status} ${name}) the next ones go at the rate`, async () => {
    const client = answering(new RateLimits(), { throttled: 1, throttle });
    await assert.rejects(client.send(new PutImageCommand(IMAGE)), { name });
    assert((await timeOf(client, 3)) >= 200);
  });
}

test('each attempt at a call counts', async () => {
  const client = answering(new RateLimits(), { failed: 5 });
  client.config.retryStrategy = () => Promise.resolve(AT_ONCE);
  assert((await timeOf(client, BURST - 2)) >= 290);
});

test('an abort ends the waiting for a turn', async () => {
  const client = answering(new RateLimits());
  await timeOf(client, BURST);
  const stop = new AbortController();
  const waiting = client.send(new PutImageCommand(IMAGE), { abortSignal: stop.signal });
  const reason = new Error('cancelled');
  stop.abort(reason);
  // Not by the reason itself: the SDK would take it for an error of the call, and retry that.
  await assert.rejects(waiting, { name: 'AbortError' });
});
