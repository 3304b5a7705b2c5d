import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from '../support/execute.ts';
import { OPERATIONS } from './operations/index.ts';

const FOLDER = new URL('./', import.meta.url);
const readme = await readFile(new URL('README.md', FOLDER), 'utf8');

test('the README names every option of the command line, and no other', async () => {
  const help = await execute(process.execPath, fileURLToPath(new URL('main.ts', FOLDER)), '--help');
  const inHelp = [...help.matchAll(/^ +(--[\w-]+)/gm)].map(([, name]) => name);
  const inTable = [...readme.matchAll(/^\| `(--[\w-]+)/gm)].map(([, name]) => name);
  assert.deepEqual([...inTable, '--help'], inHelp);
});

test('the README names every call that is answered', () => {
  const [, calls = ''] = /\*\*Calls\.\*\*([^]*?)\n- /.exec(readme) ?? [];
  for (const operation of [...OPERATIONS.ecr.keys(), ...OPERATIONS['ecr-public'].keys()])
    assert.ok(calls.includes(operation), operation);
});

test('the README says where every file is', async () => {
  const entries = await readdir(FOLDER, { withFileTypes: true });
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  const unnamed = names.filter(
    (name) => !/\.(test\.ts|md)$/.test(name) && !readme.includes(`\`${name}\``),
  );
  assert.deepEqual(unnamed, []);
});
