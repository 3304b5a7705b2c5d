import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAction } from './run-action.ts';
import { handOut, leaksOf } from './secrets.ts';

const SECRET = 'wJalr/XUtnFEMI+K7MDENG"';
const given = { env: { AWS_SECRET_ACCESS_KEY: SECRET, PATH: '/usr/bin' }, inputs: {} };

for (const [how, text] of [
  ['as it is', `key ${SECRET}!`],
  ['in an address', `https://e.example/?key=${encodeURIComponent(SECRET)}`],
  ['in JSON', JSON.stringify({ key: SECRET })],
  ['in base64', Buffer.from(SECRET).toString('base64')],
] as const) {
  test(`a secret is found ${how}`, () => {
    const texts = { stdout: 'nothing here', report: text };
    assert.deepEqual(leaksOf(texts, given), ['report tells AWS_SECRET_ACCESS_KEY']);
  });
}

for (const [name, inputs, env] of [
  ['https-proxy', { 'https-proxy': 'http://me:p%40ssw0rd@proxy:3128' }, {}],
  ['ALL_PROXY', {}, { ALL_PROXY: 'http://me:p%40ssw0rd@proxy:3128' }],
] as const) {
  test(`the password in ${name} is found, alone and as it is sent`, () => {
    const [alone, sent] = ['p@ssw0rd', Buffer.from('me:p@ssw0rd').toString('base64')];
    const leak = `stdout tells the password in ${name}`;
    for (const stdout of [`x ${alone}`, `Basic ${sent}`])
      assert.ok(leaksOf({ stdout }, { env, inputs }).includes(leak));
    assert.deepEqual(leaksOf({ stdout: 'http://proxy:3128' }, { env, inputs }), []);
  });
}

test('what a server hands out is looked for from then on', () => {
  const texts = { stdout: 'handed-out-once' };
  assert.deepEqual(leaksOf(texts, { env: {}, inputs: {} }), []);
  handOut('a token', 'handed-out-once');
  assert.deepEqual(leaksOf(texts, { env: {}, inputs: {} }), ['stdout tells a token']);
});

test('what the runner is told to hide is hidden, from there on', () => {
  const mask = `::add-mask::${SECRET}`;
  assert.deepEqual(leaksOf({ stdout: `${mask}\nkey ${SECRET}\n` }, given), []);
  assert.equal(leaksOf({ stdout: `key ${SECRET}\n${mask}\n` }, given).length, 1);
});

test('a secret that could stand in any text is refused', () => {
  const env = { AWS_SESSION_TOKEN: 'token' };
  assert.throws(() => leaksOf({}, { env, inputs: {} }), /AWS_SESSION_TOKEN needs 8/);
});

test('a run of the action that tells a secret fails its test', async () => {
  // The error names the path.
  const inputs = { layout: 'the-secret-key', repository: 'team/app' };
  const env = { AWS_SECRET_ACCESS_KEY: 'the-secret-key' };
  const tells = /stdout tells AWS_SECRET_ACCESS_KEY(?:.|\n)*summary tells(?:.|\n)*report-\S+ tells/;
  await assert.rejects(runAction({ inputs, env }), tells);
});
