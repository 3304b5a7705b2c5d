import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProxyHandler } from '../../../src/ecr/calls/proxy-handler.ts';
import { isProxyConfigured, type ProxySettings, setProxyVariables } from '../../../src/ecr/calls/proxy.ts';
import { createPrivateClient, privateApi } from '../../../src/ecr/private-api.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry.ts';
import { selfSigned } from '../../local-ecr/certificate.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';
import { startProxy } from '../../support/proxy.ts';
import { refused } from '../../support/refused.ts';

const NONE: ProxySettings = { httpsProxy: undefined, httpProxy: undefined, noProxy: undefined };
const { signal } = new AbortController();

/** Two calls through what `proxyFor` answers. */
async function callTwice(ecr: LocalEcr, proxyFor: (url: string) => string): Promise<void> {
  ecr.createRepository('team/app');
  const { region, credentials } = ecr.world;
  const client = createPrivateClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    retryStrategy: new EcrRetryStrategy(1),
    requestHandler: new ProxyHandler({}, proxyFor),
  });
  const api = privateApi(client, { registryId: undefined, repositoryName: 'team/app' });
  try {
    for (let call = 1; call <= 2; call++) await api.initiateLayerUpload(signal);
  } finally {
    api.close();
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
        assert.equal('$retryable' in error && error.$retryable !== undefined, isTransient);
        return true;
      },
    );
    assert.equal(ecr.calls().length, 0);
  });
}

interface Variables {
  readonly settings: ProxySettings;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

const variables: Readonly<Record<string, Variables>> = {
  'nothing, where nothing is set': { settings: NONE, before: {}, after: {} },
  'the inputs, in the lower case that is read first': {
    settings: { httpsProxy: 'http://a:1', httpProxy: 'http://b:2', noProxy: 'c' },
    before: { HTTPS_PROXY: 'http://x:9', http_proxy: 'http://y:9', NO_PROXY: 'z' },
    after: {
      HTTPS_PROXY: 'http://x:9',
      NO_PROXY: 'z',
      https_proxy: 'http://a:1',
      http_proxy: 'http://b:2',
      no_proxy: 'c',
    },
  },
  'http:// in front of a variable that has no scheme, as curl reads it': {
    settings: NONE,
    before: { HTTPS_PROXY: 'proxy.example:3128', ALL_PROXY: '' },
    after: {
      HTTPS_PROXY: 'proxy.example:3128',
      ALL_PROXY: '',
      https_proxy: 'http://proxy.example:3128',
    },
  },
};

for (const [name, { settings, before, after }] of Object.entries(variables)) {
  test(`the environment gets ${name}`, () => {
    const environment: Record<string, string | undefined> = { ...before };
    setProxyVariables(settings, environment);
    assert.deepEqual(environment, after);
    assert.equal(isProxyConfigured(environment), Object.keys(after).length > 0);
  });
}

for (const proxy of ['socks5://me:secret@proxy:1080', 'http://me:secret@', 'ftp://secret']) {
  test(`${proxy} is refused, without its password in the message`, () => {
    assert.throws(
      () => setProxyVariables({ ...NONE, httpsProxy: proxy }, {}),
      (error: Error) => {
        assert.doesNotMatch(error.message, /secret/);
        return refused('INVALID_INPUT', 'https-proxy', 'https_proxy')(error);
      },
    );
  });
}
