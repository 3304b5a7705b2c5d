import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { everySoOften } from '../../src/async/ticks.ts';

test('it is called again and again, until it is disposed of', async () => {
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // What waits for the calls, as they keep no process alive.
  const alive = setInterval(() => undefined, 1000);
  const ticks = everySoOften(1, () => {
    calls += 1;
    if (calls < 3) return;
    ticks[Symbol.dispose]();
    resolve(undefined);
  });
  await promise;
  await new Promise((done) => setTimeout(done, 20));
  clearInterval(alive);
  assert.equal(calls, 3);
});

test('a process that has nothing else to do ends', async () => {
  const url = new URL('../../src/async/ticks.ts', import.meta.url).href;
  const script = `import { everySoOften } from '${url}'; everySoOften(60_000, () => undefined);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { timeout: 30_000 },
  );
  assert.equal(stdout, '');
});
