import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProxyHandler } from '../../../src/ecr/calls/proxy-handler.ts';
import {
  isProxyConfigured,
  proxyHandlers,
  type ProxySettings,
  setProxyVariables,
} from '../../../src/ecr/calls/proxy.ts';
import { refused } from '../../support/refused.ts';

const NONE: ProxySettings = { httpsProxy: undefined, httpProxy: undefined, noProxy: undefined };

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

for (const name of ['https_proxy', 'http_proxy', 'all_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) {
  test(`${name} names a proxy, unless it is empty`, () => {
    assert.equal(isProxyConfigured({ [name]: 'http://a:1' }), true);
    assert.equal(isProxyConfigured({ [name]: '' }), false);
  });
}

test('hosts that need no proxy are none', () => {
  assert.equal(isProxyConfigured({ no_proxy: 'example.com' }), false);
});

test('the handler that is loaded goes by the variables', async () => {
  const handler = (await proxyHandlers())({});
  assert(handler instanceof ProxyHandler);
  handler.destroy();
});
