import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Ecr, type EcrOptions } from '../../src/ecr/ecr.ts';
import type { RepositoryReference } from '../../src/ecr/names/reference.ts';
import { PrivateRegistry } from '../../src/ecr/private-registry.ts';
import { PublicRegistry } from '../../src/ecr/public-registry.ts';
import type { UploadPosition } from '../../src/ecr/registry.ts';
import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { uploadOf } from '../support/memory-layer.ts';
import { startProxy } from '../support/proxy.ts';
import { refused } from '../support/refused.ts';
import { withEnvironment } from '../support/run-locally.ts';

const NAME = 'team/app';
const BYTES = Buffer.from('the bytes of a layer');
const DIGEST = digestOf(BYTES);
const MiB = 1024 * 1024;
const own: RepositoryReference = {
  type: 'private',
  registryId: undefined,
  region: undefined,
  name: NAME,
};
const ofPublic: RepositoryReference = { ...own, type: 'public' };

/** A local ECR with the repository in both of its services, and an environment that leads to it. */
async function start(variables: Readonly<Record<string, string>> = {}) {
  const ecr = await startLocalEcr({ limits: { ecr: { minPartBytes: 1 } } });
  ecr.createRepository(NAME);
  ecr.createRepository(NAME, { service: 'ecr-public' });
  const environment = withEnvironment({ ...ecr.env, ...variables });
  return {
    ecr,
    [Symbol.asyncDispose]: async () => {
      environment[Symbol.dispose]();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

const calls = ({ log }: LocalEcr): string[] => log.calls().map(({ operation }) => operation);

test('a private repository is opened in the region of the environment', async () => {
  await using _ = await start({ AWS_REGION: 'us-east-1' });
  await using aws = new Ecr();
  const registry = await aws.open(own);
  assert(registry instanceof PrivateRegistry);
  assert.deepEqual(registry.repository, { ...own, region: 'us-east-1' });
  assert.deepEqual(await registry.availableLayers([DIGEST], aws.signal), new Set());
});

test('a private repository is opened in its own region, where it has one', async () => {
  await using started = await start();
  started.ecr.createRepository(NAME, { region: 'eu-west-1' });
  await using aws = new Ecr();
  const registry = await aws.open({ ...own, region: 'eu-west-1' });
  assert.equal(registry.repository.region, 'eu-west-1');
  await registry.availableLayers([DIGEST], aws.signal);
  assert.equal(started.ecr.calls()[0]?.region, 'eu-west-1');
});

test('a public repository is opened in the only region that there is', async () => {
  await using started = await start({ AWS_REGION: 'eu-west-1' });
  await using aws = new Ecr();
  const registry = await aws.open(ofPublic);
  assert(registry instanceof PublicRegistry);
  assert.equal(registry.repository.region, 'us-east-1');
  await registry.availableLayers([DIGEST], aws.signal);
  assert.equal(started.ecr.calls()[0]?.service, 'ecr-public');
});

test('without a region nothing is opened', async () => {
  const none = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null' };
  using _ = withEnvironment(none);
  await using aws = new Ecr();
  await assert.rejects(aws.open(own), refused('NO_REGION'));
});

test('the environment that it is given is the one that counts', async () => {
  await using started = await start();
  await using aws = new Ecr({ environment: { AWS_REGION: 'us-west-2', AWS_MAX_ATTEMPTS: '1' } });
  const registry = await aws.open(own);
  assert.equal(registry.repository.region, 'us-west-2');
  started.ecr.fault({ kind: 'http', status: 503 });
  const asked = registry.availableLayers([DIGEST], aws.signal);
  await assert.rejects(asked, refused('SERVER_ERROR'));
  assert.equal(started.ecr.calls().length, 1);
});

test('a host that is reached by a proxy which refuses is told as the proxy that refuses', async () => {
  await using proxy = await startProxy({ refuse: 403 });
  const key = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  using _ = withEnvironment({ ...key, AWS_REGION: 'ap-south-1', HTTPS_PROXY: proxy.url });
  await using aws = new Ecr();
  const registry = await aws.open(own);
  const asked = registry.availableLayers([DIGEST], aws.signal);
  await assert.rejects(asked, refused('PROXY_REFUSED', '403'));
  assert.deepEqual(proxy.asked, ['api.ecr.ap-south-1.amazonaws.com:443']);
});

test('retries are counted for each repository', async () => {
  await using started = await start();
  await using aws = new Ecr();
  const [one, other] = [await aws.open(own), await aws.open(own)];
  started.ecr.fault({ kind: 'http', status: 503 });
  await one.availableLayers([DIGEST], aws.signal);
  assert.equal(one.traffic.retries, 1);
  assert.equal(one.traffic.throttles, 0);
  assert.equal(other.traffic.retries, 0);
  started.ecr.fault({ kind: 'throttle' });
  await one.availableLayers([DIGEST], aws.signal);
  assert.equal(one.traffic.retries, 2);
  assert.equal(one.traffic.throttles, 1, 'of the retries');
});

for (const [what, options, sizes] of [
  ['ECR offers', {}, [10, 10, 2]],
  ['was asked for', { partSize: 6 * MiB }, [6, 6, 6, 4]],
  ['was asked for', { partSize: 11 * MiB }, [11, 11]],
] as const satisfies readonly (readonly [string, EcrOptions, readonly number[]])[]) {
  test(`parts are as large as ${what}: ${sizes.join(', ')} MiB`, async () => {
    await using started = await start();
    await using aws = new Ecr(options);
    const registry = await aws.open(own);
    await registry.uploadLayer(uploadOf(Buffer.alloc(22 * MiB, 'x')), aws.signal);
    const parts = started.ecr.log.endedParts().map(({ partBytes }) => partBytes / MiB);
    assert.deepEqual(parts, sizes);
  });
}

for (const [repository, maxParts] of [
  [own, 4200],
  [ofPublic, 1000],
] as const) {
  const { type } = repository;
  for (const [size, partSize] of [
    [maxParts, 1],
    [maxParts + 1, 2],
  ] as const) {
    test(`so that a layer of ${size} bytes has no more parts than ${type} ECR takes, each has ${partSize}`, async () => {
      const limits = { partSize: 1, minPartBytes: 1 };
      await using ecr = await startLocalEcr({ limits: { ecr: limits, 'ecr-public': limits } });
      ecr.createRepository(NAME, { service: type === 'public' ? 'ecr-public' : 'ecr' });
      using _ = withEnvironment(ecr.env);
      await using aws = new Ecr({ leastPartSize: 1 });
      const registry = await aws.open(repository);
      const stop = new AbortController();
      const seenEnough = new Error('seen enough');
      let first: UploadPosition | undefined;
      const onProgress = (position: UploadPosition): void => {
        first ??= position;
        stop.abort(seenEnough);
      };
      const upload = { ...uploadOf(Buffer.alloc(size, 'x')), onProgress };
      await assert.rejects(registry.uploadLayer(upload, stop.signal), seenEnough);
      assert.equal(first?.partSize, partSize);
    });
  }
}

test('layers under way at once are counted over all repositories', async () => {
  await using started = await start();
  const { ecr } = started;
  ecr.createRepository('other');
  await using aws = new Ecr({ concurrency: 2 });
  const registries = [await aws.open(own), await aws.open({ ...own, name: 'other' })];
  const uploads = registries.flatMap((registry, at) =>
    [1, 2, 3].map((number) => {
      const bytes = Buffer.from(`layer ${at} ${number}`);
      return registry.uploadLayer(uploadOf(bytes), aws.signal);
    }),
  );
  await Promise.all(uploads);
  assert(ecr.log.peak('InitiateLayerUpload') <= 2);
  assert.equal(ecr.calls('CompleteLayerUpload').length, 6);
  const under = ecr.log.calls().filter(({ operation }) => operation === 'InitiateLayerUpload');
  const ends = ecr.log.calls('CompleteLayerUpload').map(({ endedAt = Infinity }) => endedAt);
  const third = under.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b)[2] ?? 0;
  assert(Math.min(...ends) < third, 'the third begins after one has ended');
});

test("the caller's abort is the run's", async () => {
  await using _ = await start();
  const stop = new AbortController();
  await using aws = new Ecr({ signal: stop.signal });
  assert.equal(aws.signal.aborted, false);
  const reason = new PushError('CANCELLED', 'The step was cancelled');
  stop.abort(reason);
  assert.equal(aws.signal.reason, reason);
});

test('at its end the signal is aborted, as a run that is over', async () => {
  const aws = new Ecr();
  await aws[Symbol.asyncDispose]();
  assert.equal(aws.signal.aborted, true);
  refused('CANCELLED')(aws.signal.reason);
});

test('at its end the waiting for another attempt is over', async () => {
  await using started = await start();
  const aws = new Ecr();
  const registry = await aws.open(own);
  started.ecr.fault({ kind: 'throttle', times: 1000 });
  const { signal } = new AbortController();
  const asked = registry.availableLayers([DIGEST], signal);
  const ended = assert.rejects(asked);
  while (registry.traffic.retries < 1) await setImmediate();
  const before = performance.now();
  await aws[Symbol.asyncDispose]();
  await ended;
  assert(performance.now() - before < 900, 'it did not go on with its attempts');
});

test("the caller's abort ends the waiting for another attempt", async () => {
  await using started = await start();
  const stop = new AbortController();
  await using aws = new Ecr({ signal: stop.signal });
  const registry = await aws.open(own);
  started.ecr.fault({ kind: 'throttle', times: 1000 });
  const asked = registry.availableLayers([DIGEST], aws.signal);
  const reason = new PushError('CANCELLED', 'The step was cancelled');
  const ended = assert.rejects(asked, reason);
  while (registry.traffic.retries < 1) await setImmediate();
  stop.abort(reason);
  await ended;
  assert.equal(calls(started.ecr).length, 1);
});

test('at its end the connections of all its clients are closed', async () => {
  await using started = await start();
  {
    await using aws = new Ecr();
    for (const repository of [own, ofPublic])
      await (await aws.open(repository)).availableLayers([DIGEST], aws.signal);
    assert(openSockets() > 0);
  }
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  assert.equal(openSockets(), 0, 'of either client');
  assert.equal(started.ecr.calls().length, 2);
});

/** Connections of this process to another end: the local ECR's are its server's. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
}

test('at its end the threads are gone', async () => {
  const workers: unknown[] = [];
  const exits: Promise<unknown>[] = [];
  const count = (worker: NodeJS.EventEmitter): void => {
    workers.push(worker);
    exits.push(new Promise((resolve) => worker.once('exit', resolve)));
  };
  process.on('worker', count);
  await using _ = await start();
  {
    await using aws = new Ecr();
    const registry = await aws.open(own);
    await registry.uploadLayer(uploadOf(Buffer.alloc(MiB, 'x')), aws.signal);
  }
  process.off('worker', count);
  assert(workers.length > 0);
  await Promise.all(exits);
});
