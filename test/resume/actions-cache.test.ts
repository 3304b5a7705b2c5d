import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
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

test('the last map that was saved is loaded, in another run too', async () => {
  await using server = await startActionsCacheServer();
  const one = cache(server.env);
  using _ = one.scope;
  assert.equal(await one.cache.load(), undefined);
  await one.cache.save(Buffer.from('first'));
  await one.cache.save(Buffer.from('second'));
  const other = cache(server.env);
  assert.equal(Buffer.from((await other.cache.load()) ?? '').toString(), 'second');
  assert.deepEqual(await readdir(workspace.path), []);
  assert.equal(server.entries.length, 2);
});

test('a map that is there already is not saved again', async () => {
  await using server = await startActionsCacheServer();
  const { cache: one, scope } = cache(server.env);
  using _ = scope;
  await one.save(Buffer.from('same'));
  await one.save(Buffer.from('same'));
  assert.equal(server.entries.length, 1);
});

test('where there is no cache, nothing is asked', async () => {
  const { cache: none } = cache({});
  assert.equal(await none.load(), undefined);
  await none.save(Buffer.from('map'));
});

test('a cache that refuses everything is told of in debug lines alone', async () => {
  await using server = await startActionsCacheServer(403);
  const { cache: refused, debugs, scope } = cache(server.env);
  using _ = scope;
  assert.equal(await refused.load(), undefined);
  await refused.save(Buffer.from('map'));
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
  await assert.rejects(slow.load(), /no answer within 500 ms/);
  assert.equal(slow.isAbandoned, true);
  assert.deepEqual(server.calls, ['GetCacheEntryDownloadURL']);
  await slow.save(Buffer.from('map'));
  assert.equal(await slow.load(), undefined);
  assert.deepEqual(server.calls, ['GetCacheEntryDownloadURL']);
});
