import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAction } from '../support/run-action.ts';

/** Says that it is another Node: what the action does then, it does on an old one, too. */
const OLD = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`;

test('on an older Node the step says which one it needs', async () => {
  const { exitCode, stdout } = await runAction({
    inputs: { layout: 'image.tar', repository: 'team/app' },
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(OLD)}` },
  });
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /^::error title=[^:]+::UNSUPPORTED_NODE: .*needs Node\.js 24, but runs on 20\.19\.0/m,
  );
  assert.doesNotMatch(stdout, /INTERNAL/);
});
