import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const STOP = JSON.stringify(new URL('../src/stop.ts', import.meta.url).href);

/** A process that does something until a signal comes. */
async function signalled(body: string, ...signals: readonly NodeJS.Signals[]) {
  const script = `import { heedSignals } from ${STOP};
    const alive = setInterval(() => {}, 60_000);
    heedSignals({
      onSignal: (reason) => { console.log('signal', reason.code, reason.message); ${body} },
      onOverdue: (reason) => { console.log('overdue', reason.message); process.exit(1); },
    });
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'readable');
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  for (const signal of signals) child.kill(signal);
  const [printed, [code, killer]] = await Promise.all([text(child.stdout), exit]);
  return { lines: printed.trim().split('\n').slice(1), code, killer };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} is told, and a process that ends then is not called overdue`, async () => {
    const { lines, code } = await signalled('clearInterval(alive);', signal);
    assert.deepEqual(lines, [`signal CANCELLED The step was cancelled (${signal})`]);
    assert.equal(code, 0);
  });
}

test('a process that does not end is called overdue', async () => {
  const { lines, code } = await signalled('', 'SIGTERM');
  assert.deepEqual(lines, [
    'signal CANCELLED The step was cancelled (SIGTERM)',
    'overdue The step was cancelled (SIGTERM)',
  ]);
  assert.equal(code, 1);
});
