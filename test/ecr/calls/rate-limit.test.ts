import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeRepositoriesCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { HttpResponse } from '@smithy/core/protocols';
import { RateLimits, TokenBucket } from '../../../src/ecr/calls/rate-limit.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry-strategy.ts';

interface Clock {
  now: number;
}

/** 10 tokens a second, 3 at the start; chance is always a half. */
function bucketAt(clock: Clock): TokenBucket {
  return new TokenBucket(10, 3, { now: () => clock.now, random: () => 0.5 });
}

/** So many new calls, each after those before it. @returns what they wait, in ms */
function arrive(bucket: TokenBucket, times: number): number[] {
  return Array.from({ length: times }, () => {
    const number = bucket.arrive();
    bucket.queue(number);
    return Math.round(bucket.wait(number));
  });
}

/** One call that goes at once. */
function send(bucket: TokenBucket) {
  const number = bucket.arrive();
  bucket.queue(number);
  assert.equal(bucket.wait(number), 0);
  return bucket.take(number);
}

test('a burst goes at once, and what follows goes at the rate', () => {
  assert.deepEqual(arrive(bucketAt({ now: 0 }), 6), [0, 0, 0, 100, 200, 300]);
});

test('tokens come back with time, up to the capacity', () => {
  const clock = { now: 0 };
  const bucket = bucketAt(clock);
  for (let sent = 0; sent < 3; sent += 1) send(bucket);
  clock.now = 100;
  send(bucket);
  clock.now = 60_000;
  assert.deepEqual(arrive(bucket, 5), [0, 0, 0, 100, 200]);
});

test('after a throttled call the rest of the burst is gone, and calls go at a lower rate', () => {
  const bucket = bucketAt({ now: 0 });
  bucket.throttled(send(bucket));
  assert(bucket.rate < 5, `${bucket.rate}`);
  const waits = arrive(bucket, 2).map((wait) => (wait / 1000) * bucket.rate);
  assert.deepEqual(
    waits.map((tokens) => tokens.toFixed(1)),
    ['1.5', '2.5'],
  );
});

test('calls that were sent before the rate went down do not lower it again', () => {
  const bucket = bucketAt({ now: 0 });
  const sent = [send(bucket), send(bucket), send(bucket)] as const;
  bucket.throttled(sent[0]);
  const { rate } = bucket;
  bucket.throttled(sent[1]);
  bucket.answered(sent[2]);
  assert.equal(bucket.rate, rate);
});

test('a call that comes again goes before those that arrived after it', () => {
  const clock = { now: 0 };
  const bucket = bucketAt(clock);
  const first = bucket.arrive();
  bucket.queue(first);
  const sentAt = bucket.take(first);
  arrive(bucket, 5);
  bucket.throttled(sentAt);
  bucket.queue(first);
  clock.now += bucket.wait(first);
  assert.equal(bucket.wait(first), 0);
  bucket.take(first);
  assert.deepEqual(
    [2, 3].map((number) => Math.round((bucket.wait(number) / 1000) * bucket.rate)),
    [1, 2],
  );
});

test('those that wait go later when the rate goes down, and make room when they leave', () => {
  const bucket = bucketAt({ now: 0 });
  const sentAt = send(bucket);
  const [, , waits = 0] = arrive(bucket, 3);
  assert.equal(waits, 100);
  bucket.throttled(sentAt);
  const later = bucket.wait(4);
  assert(later > waits);
  bucket.leave(2);
  assert(bucket.wait(4) < later);
});

test('while it is slowed, no burst is saved up', () => {
  const clock = { now: 0 };
  const bucket = bucketAt(clock);
  bucket.throttled(send(bucket));
  clock.now = 600_000;
  const [first, second = 0] = arrive(bucket, 2);
  assert.equal(first, 0);
  assert(second > 0);
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
  test(`after a call that was throttled (${status} ${name}) the next ones go at a lower rate`, async () => {
    const client = answering(new RateLimits(), { throttled: 1, throttle });
    await assert.rejects(client.send(new PutImageCommand(IMAGE)), { name });
    assert((await timeOf(client, 2)) >= 200);
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
