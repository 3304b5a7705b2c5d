import assert from 'node:assert/strict';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ActionsCache } from '../../src/resume/actions-cache.ts';
import { startActionsCacheServer } from '../support/actions-cache-server.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The library reads the environment and the working directory of its process: one test at a time. */
const workspace = await temporaryDirectory();
const temporary = await temporaryDirectory();
const before = process.cwd();
process.chdir(workspace.path);
after(async () => {
  process.chdir(before);
  await workspace[Symbol.asyncDispose]();
  await temporary[Symbol.asyncDispose]();
});

function cache(env: Readonly<Record<string, string>>, patience = 30_000) {
  const debugs: string[] = [];
  const debug = (line: string): void => void debugs.push(line);
  const scope = withEnvironment({
    ...env,
    GITHUB_WORKSPACE: workspace.path,
    RUNNER_TEMP: temporary.path,
  });
  return { debugs, scope, cache: new ActionsCache({ debug, environment: env, patience }) };
}

const FILE = { path: '.cached.json', maxBytes: 100 };

test('the last file that was saved is restored, in another run too', async () => {
  await using server = await startActionsCacheServer();
  const one = cache(server.env);
  using _ = one.scope;
  assert.equal(await one.cache.restore(FILE, ['a-']), undefined);
  assert.equal(await one.cache.save(FILE, 'a-1', Buffer.from('first')), true);
  assert.equal(await one.cache.save(FILE, 'a-2', Buffer.from('second')), true);
  const other = cache(server.env);
  const restored = await other.cache.restore(FILE, ['a-']);
  assert.equal(Buffer.from(restored ?? '').toString(), 'second');
  assert.deepEqual(await readdir(workspace.path), []);
});

test('a file under the first prefix comes before later ones under others', async () => {
  await using server = await startActionsCacheServer();
  const { cache: one, scope } = cache(server.env);
  using _ = scope;
  await one.save(FILE, 'a-b-1', Buffer.from('nearer'));
  await one.save(FILE, 'a-c-1', Buffer.from('later'));
  const text = async (...prefixes: [string, ...string[]]) =>
    Buffer.from((await one.restore(FILE, prefixes)) ?? '').toString();
  assert.equal(await text('a-b-', 'a-'), 'nearer');
  assert.equal(await text('a-d-', 'a-'), 'later');
  assert.equal(await text('b-'), '');
});

test('a key is saved once', async () => {
  await using server = await startActionsCacheServer();
  const { cache: one, scope } = cache(server.env);
  using _ = scope;
  assert.equal(await one.save(FILE, 'a-1', Buffer.from('one')), true);
  assert.equal(await one.save(FILE, 'a-1', Buffer.from('two')), false);
  assert.equal(server.entries.length, 1);
});

test('a file that is larger than it may be is not read, and does not stay', async () => {
  await using server = await startActionsCacheServer();
  const { cache: one, scope } = cache(server.env);
  using _ = scope;
  await one.save(FILE, 'a-1', Buffer.alloc(101));
  await assert.rejects(one.restore(FILE, ['a-']), /it has 101 bytes/);
  assert.deepEqual(await readdir(workspace.path), []);
});

test('a link of that name in the workspace is not written through', async () => {
  await using server = await startActionsCacheServer();
  const { cache: one, scope } = cache(server.env);
  using _ = scope;
  const victim = join(temporary.path, 'victim');
  await writeFile(victim, 'untouched');
  await symlink(victim, join(workspace.path, FILE.path));
  await one.save(FILE, 'a-1', Buffer.from('one'));
  assert.equal(await readFile(victim, 'utf8'), 'untouched');
  assert.deepEqual(await readdir(workspace.path), []);
});

const offered: readonly [env: Readonly<Record<string, string>>, is: boolean][] = [
  [{ ACTIONS_RESULTS_URL: 'http://x/', ACTIONS_RUNTIME_TOKEN: 't' }, true],
  [{ ACTIONS_CACHE_URL: 'http://x/' }, true],
  [{ ACTIONS_RESULTS_URL: 'http://x/' }, false],
  [{ ACTIONS_RUNTIME_TOKEN: 't' }, false],
];

for (const [environment, is] of offered) {
  test(`a runner that sets ${Object.keys(environment).join(' and ')} offers ${is ? 'a' : 'no'} cache`, () => {
    const { isAvailable } = new ActionsCache({ debug: () => undefined, environment });
    assert.equal(isAvailable, is);
  });
}

test('where there is no cache, nothing is asked', async () => {
  const { cache: none } = cache({});
  assert.equal(none.isAvailable, false);
  assert.equal(await none.restore(FILE, ['a-']), undefined);
  assert.equal(await none.save(FILE, 'a-1', Buffer.from('one')), false);
});

test('a cache that refuses everything is told of in debug lines alone', async () => {
  await using server = await startActionsCacheServer(403);
  const { cache: refused, debugs, scope } = cache(server.env);
  using _ = scope;
  assert.equal(await refused.restore(FILE, ['a-']), undefined);
  assert.equal(await refused.save(FILE, 'a-1', Buffer.from('one')), false);
  assert.ok(
    debugs.some((line) => line.includes('Failed to restore')),
    debugs.join('\n'),
  );
  assert.deepEqual(await readdir(workspace.path), []);
});

test('a cache that does not answer is given up', async () => {
  await using server = await startActionsCacheServer('hang');
  const { cache: slow, scope } = cache(server.env, 500);
  using _ = scope;
  assert.equal(slow.isAbandoned, false);
  await assert.rejects(slow.restore(FILE, ['a-']), /no answer within 500 ms/);
  assert.equal(slow.isAbandoned, true);
  assert.equal(slow.isAvailable, false);
  assert.equal(await slow.save(FILE, 'a-1', Buffer.from('one')), false);
  assert.equal(await slow.restore(FILE, ['a-']), undefined);
});

test('a save that is given up leaves nothing in the workspace', async () => {
  await using server = await startActionsCacheServer('hang');
  const { cache: slow, scope } = cache(server.env, 500);
  using _ = scope;
  await assert.rejects(slow.save(FILE, 'a-1', Buffer.from('one')), /no answer within 500 ms/);
  assert.deepEqual(await readdir(workspace.path), []);
});
