import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { selfSigned } from '../local-ecr/certificate.ts';
import { buildImage } from '../support/image.ts';
import { startProxy } from '../support/proxy.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, shownError, type Step } from './step.ts';

const image = buildImage({ seed: 'image', layers: [{ size: 1000 }, { size: 2000 }] });

/** A local ECR behind TLS, whose certificate the action is told to trust. */
async function prepareTls(): Promise<Step & { readonly env: Readonly<Record<string, string>> }> {
  const tls = selfSigned();
  const step = await prepareStep({ tls });
  await writeLayoutDirectory(step.path('layout'), [image]);
  await writeFile(step.path('ca.pem'), tls.cert);
  return Object.assign(step, { env: { NODE_EXTRA_CA_CERTS: step.path('ca.pem') } });
}

for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
  test(`all calls go through the proxy that ${name} names, in tunnels that are used again`, async () => {
    await using step = await prepareTls();
    await using proxy = await startProxy({ user: 'me:open-sesame' });
    const url = proxy.url.replace('//', '//me:open-sesame@');
    await step.push({}, { env: { ...step.env, [name]: url } });
    assert.deepEqual([...new Set(proxy.tunnels)], [new URL(step.ecr.url).host]);
    assert.ok(proxy.tunnels.length < step.ecr.calls().length, `${proxy.tunnels.length} tunnels`);
    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
  });
}

test('the inputs win over the variables', async () => {
  await using step = await prepareTls();
  await using proxy = await startProxy();
  const elsewhere = { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };
  const env = { ...step.env, ...elsewhere, NO_PROXY: '127.0.0.1' };
  await step.push({ 'https-proxy': proxy.url, 'no-proxy': 'example.com' }, { env });
  assert.notEqual(proxy.tunnels.length, 0);
});

test('http-proxy is for http: endpoints', async () => {
  await using step = await prepareStep();
  await using proxy = await startProxy();
  await writeLayoutDirectory(step.path('layout'), [image]);
  await step.push({ 'http-proxy': proxy.url, 'https-proxy': 'http://127.0.0.1:1' });
  assert.equal(proxy.requests.length, step.ecr.calls().length);
});

for (const noProxy of ['127.0.0.1', 'example.com,127.0.0.1', '*']) {
  test(`NO_PROXY=${noProxy} leads past the proxy`, async () => {
    await using step = await prepareTls();
    await step.push(
      {},
      { env: { ...step.env, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: noProxy } },
    );
    assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
  });
}

test('a proxy that wants another password is named, and its password is not', async () => {
  await using step = await prepareTls();
  await using proxy = await startProxy({ user: 'me:open-sesame' });
  const run = await step.run({ 'https-proxy': proxy.url.replace('//', '//me:open-barley@') }, step);
  const { code, message } = shownError(run);
  assert.equal(code, 'PROXY_REFUSED');
  assert.ok(message.includes(new URL(proxy.url).host), message);
  assert.doesNotMatch(run.stdout, /barley/);
});
