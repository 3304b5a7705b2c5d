import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { validateAction } from '@action-validator/core';
import { EXPLANATIONS } from '../src/ecr/calls/explanations.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';

/** What the repository says of itself in more than one place. */

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

/** The cells of a table's first column, without their backticks. */
function firstColumn(markdown: string, heading: string): string[] {
  const section = markdown.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  assert.ok(section, `README has no section ${heading}`);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '');
}

test('action.yml is valid', async () => {
  // The validator's schema ends at node20.
  const action = (await read('action.yml')).replace('using: node24', 'using: node20');
  assert.deepEqual(validateAction(action).errors, []);
  assert.equal(validateAction(action.replace('main:', 'mian:')).errors.length > 0, true);
});

test('the action runs dist/index.js on Node 24', async () => {
  assert.match(await read('action.yml'), /^runs:\n {2}using: node24\n {2}main: dist\/index\.js$/m);
});

test('the bundle leaves undici out', async () => {
  const bundle = await read('dist/index.js');
  assert.match(bundle, /undici was left out of this bundle/);
  assert.doesNotMatch(bundle, /class HTTPParserError/);
});

test('action.yml declares the inputs that the code reads, and no other', async () => {
  const source = await read('src/action/inputs.ts');
  const names = [...source.matchAll(/\bread(?:\(|, )'([\w-]+)'/g)].map(([, name]) => name);
  const { inputs } = await readActionMetadata();
  assert.deepEqual([...new Set(names)].toSorted(), [...inputs.keys()].toSorted());
});

test('action.yml declares the outputs that the code sets, and no other', async () => {
  const source = await read('src/action/outputs.ts');
  const [, union = ''] = /type OutputName =([^;]*);/.exec(source) ?? [];
  const names = [...union.matchAll(/'([\w-]+)'/g)].map(([, name]) => name);
  const { outputs } = await readActionMetadata();
  assert.deepEqual(names.toSorted(), [...outputs.keys()].toSorted());
});

test("README's inputs are those of action.yml, in the same order", async () => {
  const { inputs } = await readActionMetadata();
  assert.deepEqual(firstColumn(await read('README.md'), 'Inputs'), [...inputs.keys()]);
});

test("README's table gives each input's default", async () => {
  const { inputs } = await readActionMetadata();
  const readme = await read('README.md');
  for (const [name, input] of inputs) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    const shown = row.split('|')[2]?.trim();
    const expected = input.required ? 'required' : input.default ? `\`${input.default}\`` : '';
    assert.equal(shown, expected, name);
  }
});

test("README's outputs are those of action.yml, in the same order", async () => {
  const { outputs } = await readActionMetadata();
  assert.deepEqual(firstColumn(await read('README.md'), 'Outputs'), [...outputs.keys()]);
});

test('every input and output has a description', async () => {
  const { inputs, outputs } = await readActionMetadata();
  for (const [name, { description }] of inputs) assert.notEqual(description, '', name);
  for (const [name, description] of outputs) assert.notEqual(description, '', name);
});

test('package-lock.json names no download addresses: any registry will do', async () => {
  assert.doesNotMatch(await read('package-lock.json'), /"resolved"/);
});

test('package.json and CHANGELOG.md agree on the newest version', async () => {
  const { version } = JSON.parse(await read('package.json')) as { version: string };
  const newest = /^## \[(\d[^\]]*)\]/m.exec(await read('CHANGELOG.md'))?.[1];
  assert.equal(newest, version);
});

test('workflows use actions of others by commit, with the version beside it', async () => {
  for (const name of await readdir(new URL('.github/workflows/', REPOSITORY))) {
    for (const [line] of (await read(`.github/workflows/${name}`)).matchAll(/uses:.*/g)) {
      assert.match(line, /uses: (\.\/|[\w/-]+@[a-f0-9]{40} # v\d+\.\d+\.\d+$)/, name);
    }
  }
});

test('workflows may read the repository and nothing else, and leave no token in the checkout', async () => {
  for (const name of await readdir(new URL('.github/workflows/', REPOSITORY))) {
    const workflow = await read(`.github/workflows/${name}`);
    assert.match(workflow, /^permissions:\n {2}contents: read$/m, name);
    assert.equal(/^ +permissions:/m.exec(workflow), null, name);
    const count = (text: string) => workflow.split(text).length - 1;
    assert.equal(count('persist-credentials: false'), count('actions/checkout@'), name);
  }
});

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  call: 'CALL',
  repository: 'REPOSITORY',
  region: 'REGION',
  action: 'ecr:CALL',
  arn: 'ARN',
  where:
    'its name, the region (REGION) and the account (registry-id), or for ECR Public its name and the alias',
};

test("README's troubleshooting has the messages and hints of the exception table", async () => {
  const rows = (await read('README.md')).replace(/ +/g, ' ').split('\n');
  const fill = (template: string) =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => PLACEHOLDERS[name] ?? name);
  const expected = EXPLANATIONS.map(
    ({ code, says, hint }) => `| \`${code}\` | ${fill(says)} | ${fill(hint)} |`,
  );
  assert.deepEqual(
    expected.filter((row) => !rows.includes(row)),
    [],
  );
});

test("README's troubleshooting has a row for every error code, and for no other", async () => {
  const [, union = ''] = /type ErrorCode =([^;]*);/.exec(await read('src/errors.ts')) ?? [];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  const [, section = ''] = (await read('README.md')).split('\n## Troubleshooting\n');
  const firstCells = section.split('\n').map((line) => line.split('|')[1] ?? '');
  const explained = firstCells.flatMap((cell) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code),
  );
  assert.deepEqual(explained.toSorted(), codes.toSorted());
});
