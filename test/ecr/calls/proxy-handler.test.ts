import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECRClient, InitiateLayerUploadCommand } from '@aws-sdk/client-ecr';
import { ProxyHandler } from '../../../src/ecr/calls/proxy-handler.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry-strategy.ts';
import { selfSigned } from '../../local-ecr/certificate.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';
import { startProxy } from '../../support/proxy.ts';

/** Two calls through what `proxyFor` answers. */
async function callTwice(ecr: LocalEcr, proxyFor: (url: string) => string): Promise<void> {
  ecr.createRepository('team/app');
  const { region, credentials } = ecr.world;
  const client = new ECRClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    retryStrategy: new EcrRetryStrategy({ attempts: 1 }),
    requestHandler: new ProxyHandler({}, { proxyFor }),
  });
  const command = () => new InitiateLayerUploadCommand({ repositoryName: 'team/app' });
  try {
    for (let call = 1; call <= 2; call++) await client.send(command());
  } finally {
    client.destroy();
  }
}

test('plain requests go through the proxy by their absolute address', async () => {
  await using ecr = await startLocalEcr();
  await using proxy = await startProxy();
  await callTwice(ecr, () => proxy.url);
  assert.deepEqual(proxy.requests, [`${ecr.url}/`, `${ecr.url}/`]);
  assert.deepEqual(proxy.tunnels, []);
});

test('a host that needs no proxy is reached without it', async () => {
  await using ecr = await startLocalEcr();
  const asked: string[] = [];
  await callTwice(ecr, (url) => {
    asked.push(url);
    return '';
  });
  assert.equal(ecr.calls('InitiateLayerUpload').length, 2);
  assert.deepEqual(asked, [`${ecr.url}/`, `${ecr.url}/`]);
});

test('user and password in the address open the proxy', async () => {
  await using ecr = await startLocalEcr();
  await using proxy = await startProxy({ user: 'me:p@ss' });
  const url = proxy.url.replace('//', '//me:p%40ss@');
  await callTwice(ecr, () => url);
  assert.equal(proxy.requests.length, 2);
});

interface Refusal {
  readonly tls: boolean;
  readonly proxy: Parameters<typeof startProxy>[0];
  readonly message: RegExp;
  readonly isTransient: boolean;
}

const refusals: Readonly<Record<string, Refusal>> = {
  'a plain request without the password': {
    tls: false,
    proxy: { user: 'me:secret' },
    message: /^127\.0\.0\.1:\d+ answered 407/,
    isTransient: false,
  },
  'a tunnel without the password': {
    tls: true,
    proxy: { user: 'me:secret' },
    message: /^127\.0\.0\.1:\d+ answered 407/,
    isTransient: false,
  },
  'a tunnel that is forbidden': {
    tls: true,
    proxy: { refuse: 403 },
    message: /^127\.0\.0\.1:\d+ answered 403/,
    isTransient: false,
  },
  'a tunnel to a host that the proxy cannot reach now': {
    tls: true,
    proxy: { refuse: 503 },
    message: /^127\.0\.0\.1:\d+ answered 503/,
    isTransient: true,
  },
  'a proxy that hangs up': {
    tls: true,
    proxy: { refuse: undefined },
    message: /^127\.0\.0\.1:\d+: .+/,
    isTransient: true,
  },
};

for (const [name, { tls, proxy: options, message, isTransient }] of Object.entries(refusals)) {
  test(`${name} is the proxy's error, and not the registry's`, async () => {
    await using ecr = await startLocalEcr(tls ? { tls: selfSigned() } : {});
    await using proxy = await startProxy(options);
    const url = proxy.url.replace('//', '//wrong:password@');
    await assert.rejects(
      callTwice(ecr, () => url),
      (error: Error) => {
        assert.equal(error.name, 'ProxyError');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /password/);
        assert.equal('isTransient' in error && error.isTransient, isTransient);
        return true;
      },
    );
    assert.equal(ecr.calls().length, 0);
  });
}
