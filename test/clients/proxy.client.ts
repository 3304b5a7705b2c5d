import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareStep, shownError, type Step } from '../e2e/step.ts';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { freePort, startDaemon } from './daemon.ts';
import { startTlsFront } from './nginx.ts';

/** The built action goes through tinyproxy to nginx, which ends TLS in front of the local ECR. */

const MiB = 1024 * 1024;
const image = buildImage({ seed: 'image', layers: [{ size: 21 * MiB }, { size: 1000 }] });
const PUBLIC = 'public.ecr.aws/local/app:1.0';

interface Network extends AsyncDisposable {
  readonly step: Step;
  /** Of the TLS front: two names of one address. */
  readonly byAddress: string;
  readonly byName: string;
  /** With its user and password. */
  readonly proxy: string;
  readonly env: Readonly<Record<string, string>>;
  /** `HOST:PORT` of every CONNECT, and the address of every plain request, as the proxy wrote them down. */
  requests(): Promise<string[]>;
}

async function startNetwork(): Promise<Network> {
  const scope = new AsyncDisposableStack();
  const step = scope.use(await prepareStep());
  step.ecr.createRepository('app', { service: 'ecr-public' });
  await writeLayoutDirectory(step.path('layout'), [image]);
  const front = scope.use(await startTlsFront(step.workspace, step.ecr.url));
  const port = await freePort();
  const log = join(step.workspace, 'tinyproxy.log');
  const config = join(step.workspace, 'tinyproxy.conf');
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    'Timeout 600',
    'BasicAuth me open-sesame',
    `ConnectPort ${front.port}`,
    `LogFile "${log}"`,
    'LogLevel Connect',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  scope.use(await startDaemon(port, 'tinyproxy', '-d', '-c', config));
  return {
    step,
    byAddress: `https://127.0.0.1:${front.port}`,
    byName: `https://localhost:${front.port}`,
    proxy: `http://me:open-sesame@127.0.0.1:${port}`,
    env: { NODE_EXTRA_CA_CERTS: front.caFile },
    requests: async () => requestsIn(await readFile(log, 'utf8')),
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function requestsIn(log: string): string[] {
  return [...log.matchAll(/Request \(file descriptor \d+\): [A-Z]+ (\S+) HTTP/g)].map(
    ([, target = '']) => target,
  );
}

test('an image goes through a proxy that asks for a password, in tunnels that are used again', async () => {
  await using network = await startNetwork();
  const { step, byAddress, proxy, env } = network;
  await step.push({}, { env: { ...env, AWS_ENDPOINT_URL_ECR: byAddress, HTTPS_PROXY: proxy } });
  const requests = await network.requests();
  assert.deepEqual([...new Set(requests)], [new URL(byAddress).host]);
  assert.ok(requests.length < step.ecr.calls().length, `${requests.length} tunnels`);
  assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
});

test('of two endpoints in one step, the one in NO_PROXY is reached without the proxy', async () => {
  await using network = await startNetwork();
  const { step, byAddress, byName, proxy, env } = network;
  await step.push(
    { tags: `1.0\n${PUBLIC}`, 'https-proxy': proxy, 'no-proxy': 'localhost' },
    { env: { ...env, AWS_ENDPOINT_URL_ECR: byAddress, AWS_ENDPOINT_URL_ECR_PUBLIC: byName } },
  );
  assert.deepEqual([...new Set(await network.requests())], [new URL(byAddress).host]);
  const published = step.ecr.repository('app', { service: 'ecr-public' });
  assert.equal(published.tags.get('1.0'), image.descriptor.digest);
  assert.equal(step.repository.tags.get('1.0'), image.descriptor.digest);
});

test('an endpoint without TLS goes through the proxy as a plain request', async () => {
  await using network = await startNetwork();
  const { step, proxy, env } = network;
  await step.push({ 'http-proxy': proxy }, { env });
  const requests = await network.requests();
  assert.equal(requests.length, step.ecr.calls().length);
  assert.deepEqual([...new Set(requests)], [`${step.ecr.url}/`]);
});

for (const [what, password] of [
  ['a wrong password', 'me:open-barley@'],
  ['no password', ''],
] as const) {
  test(`the proxy refuses ${what}, and the error names the proxy`, async () => {
    await using network = await startNetwork();
    const { step, byAddress, proxy, env } = network;
    const guessed = proxy.replace('me:open-sesame@', password);
    const endpoint = { AWS_ENDPOINT_URL_ECR: byAddress };
    const run = await step.run({ 'https-proxy': guessed }, { env: { ...env, ...endpoint } });
    const { code, message } = shownError(run);
    assert.equal(code, 'PROXY_REFUSED');
    assert.match(message, /127\.0\.0\.1:\d+ answered 40[17]/);
    assert.doesNotMatch(run.stdout, /barley/);
    assert.equal(step.ecr.calls().length, 0);
  });
}
