import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from '../support/execute.ts';

test('the demo shows three pushes, a pull and a push that is killed, and every claim of it holds', async () => {
  const demo = fileURLToPath(new URL('demo.ts', import.meta.url));
  const printed = await execute(process.execPath, demo);
  const headings = [...printed.matchAll(/^(\d)\. .*\n─+$/gm)].map(([, number]) => number);
  assert.deepEqual(headings, ['1', '2', '3', '4', '5', '6']);
  assert.equal(printed.match(/^ {2}✓ /gm)?.length, 9);
  assert.doesNotMatch(printed, /undefined|NaN|\[object/);
});
