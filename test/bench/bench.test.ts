import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../support/action-metadata.ts';
import { CONDITION_NAMES } from './conditions.ts';
import { LAYOUT_NAMES } from './layout-specs.ts';
import { TOOL_NAMES } from './tools.ts';

async function bench(...args: string[]) {
  const child = spawn('npm', ['run', '--silent', 'bench', '--', ...args], {
    cwd: fileURLToPath(REPOSITORY),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number]>;
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { stdout, stderr, exitCode };
}

test('npm run bench -- --help says what there is to choose from', async () => {
  const { stdout, exitCode } = await bench('--help');
  for (const name of [...TOOL_NAMES, ...LAYOUT_NAMES, ...CONDITION_NAMES])
    assert.ok(stdout.includes(name), name);
  assert.equal(exitCode, 0);
});

for (const args of [['--colour'], ['--tools', 'docker']]) {
  test(`a mistake on the command line is named, before anything is made: ${args.join(' ')}`, async () => {
    const { stdout, stderr, exitCode } = await bench(...args);
    assert.ok(stderr.includes(args.at(-1) ?? ''), stderr);
    assert.match(stderr, /See npm run bench -- --help\n$/);
    assert.doesNotMatch(stderr, /\n +at /);
    assert.equal(stdout, '');
    assert.equal(exitCode, 1);
  });
}

test('the README says where every file is', async () => {
  const folder = new URL('./', import.meta.url);
  const readme = await readFile(new URL('README.md', folder), 'utf8');
  const files = (await readdir(folder)).filter((name) => /(?<!\.test)\.ts$/.test(name));
  assert.deepEqual(
    files.filter((name) => !readme.includes(`\`${name}\``)),
    [],
  );
});
