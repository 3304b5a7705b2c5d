import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { validateAction } from '@action-validator/core';
import { VERSION } from '../src/report/version.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';

/** What the repository says of itself in more than one place. */

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

test('action.yml is valid', async () => {
  // The validator's schema ends at node20.
  const action = (await read('action.yml')).replace('using: node24', 'using: node20');
  assert.deepEqual(validateAction(action).errors, []);
  assert.equal(validateAction(action.replace('main:', 'mian:')).errors.length > 0, true);
});

test('the action runs dist/index.js on Node 24, and dist/post.js whatever became of the job', async () => {
  const runs = ['runs:', '  using: node24', '  main: dist/index.js', '  post: dist/post.js'];
  const [, written] = /^(runs:.*)/ms.exec(await read('action.yml')) ?? [];
  assert.equal(written, [...runs, '  post-if: always()', ''].join('\n'));
});

const BUNDLES = [
  ...['dist/index.js', 'dist/post.js', 'dist/job.js', 'dist/cli.js'],
  'dist/cache-client.js',
];

test('the bundle is ASCII: one character beyond makes V8 keep two bytes of each', async () => {
  // eslint-disable-next-line no-control-regex
  for (const bundle of BUNDLES.slice(0, -1)) assert.match(await read(bundle), /^[\x00-\x7f]*$/);
});

test('the bundle leaves undici out', async () => {
  const bundles = await Promise.all(BUNDLES.map(read));
  assert.match(bundles.join(''), /undici was left out of this bundle/);
  for (const bundle of bundles) assert.doesNotMatch(bundle, /class HTTPParserError/);
});

test('the cache client is in a file of its own, which only those load that need it', async () => {
  const [index = '', post = '', job = '', cli = '', client = ''] = await Promise.all(
    BUNDLES.map(read),
  );
  assert.match(client, /CreateCacheEntry/);
  for (const bundle of [index, post, job, cli]) assert.doesNotMatch(bundle, /CreateCacheEntry/);
  for (const bundle of [index, post])
    assert.deepEqual(bundle.match(/import\(.*cache-client\.js.*\)/g)?.length, 1);
});

test('the job is in a file of its own, which both ways in load', async () => {
  for (const bundle of ['dist/index.js', 'dist/cli.js']) {
    const text = await read(bundle);
    assert.deepEqual(text.match(/import\(.*\.\/job\.js.*\)/g)?.length, 1, bundle);
    assert.doesNotMatch(text, /BatchCheckLayerAvailability/, bundle);
  }
});

test('the command line holds nothing of GitHub Actions', async () => {
  assert.match(await read('dist/index.js'), /node_modules\/@actions\/core/);
  for (const bundle of ['dist/cli.js', 'dist/job.js'])
    assert.doesNotMatch(await read(bundle), /@actions\//, bundle);
});

test('package.json names a command line that a shell can run', async () => {
  const { name, bin } = JSON.parse(await read('package.json')) as {
    readonly name: string;
    readonly bin: Readonly<Record<string, string>>;
  };
  assert.deepEqual(bin, { [name]: 'dist/cli.js' });
  assert.ok((await read('dist/cli.js')).startsWith('#!/usr/bin/env node\n'));
});

test('reports name the version that package.json has', async () => {
  const { version } = JSON.parse(await read('package.json')) as { readonly version: string };
  assert.equal(VERSION, version);
});

test('action.yml declares the inputs that the code reads, and no other', async () => {
  const source = await read('src/inputs/inputs.ts');
  const names = [...source.matchAll(/\bread(?:\(|, )'([\w-]+)'/g)].map(([, name]) => name);
  const { inputs } = await readActionMetadata();
  assert.deepEqual([...new Set(names)].toSorted(), [...inputs.keys()].toSorted());
});

test('action.yml declares the outputs that the code sets, and no other', async () => {
  const source = await read('src/report/outputs.ts');
  const [, union = ''] = /type OutputName =([^;]*);/.exec(source) ?? [];
  const names = [...union.matchAll(/'([\w-]+)'/g)].map(([, name]) => name);
  const { outputs } = await readActionMetadata();
  assert.deepEqual(names.toSorted(), [...outputs.keys()].toSorted());
});

test('every input and output has a description', async () => {
  const { inputs, outputs } = await readActionMetadata();
  for (const [name, { description }] of inputs) assert.notEqual(description, '', name);
  for (const [name, description] of outputs) assert.notEqual(description, '', name);
});

test('package-lock.json names no download addresses: any registry will do', async () => {
  assert.doesNotMatch(await read('package-lock.json'), /"resolved": "(?!scripts\/)/);
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

/** To assume one in AWS. */
const ROLE = ['contents: read', 'id-token: write'];

/** The jobs that may do more than read the repository. */
const PERMITTED: Readonly<Record<string, readonly string[]>> = {
  'codeql.yml analyze': ['contents: read', 'security-events: write'],
  'dependabot-dist.yml commit': ['actions: write', 'contents: write'],
  'plan.yml plan': ROLE,
  'push-layout.yml push': ROLE,
  'push-matrix.yml image': ROLE,
  'push-matrix.yml index': ROLE,
  'release.yml check': ['actions: read', 'contents: read'],
  'release.yml publish': ['attestations: write', 'contents: write', 'id-token: write'],
};

interface Job {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly text: string;
}

function jobsOf(file: string, workflow: string): readonly Job[] {
  const [, jobs = ''] = /^jobs:\n([^]*)/m.exec(workflow) ?? [];
  return jobs.split(/^(?= {2}[\w-]+:$)/m).flatMap((text) => {
    const [, name] = /^ {2}([\w-]+):$/m.exec(text) ?? [];
    const [, block = ''] = /^ {4}permissions:\n((?: {6}.*\n)*)/m.exec(text) ?? [];
    const permissions = block.split('\n').flatMap((line) => line.trim() || []);
    return name === undefined ? [] : [{ name: `${file} ${name}`, permissions, text }];
  });
}

test('workflows may read the repository, leave no token in the checkout, and a few jobs may do more', async () => {
  const permitted: Record<string, readonly string[]> = {};
  for (const name of await readdir(new URL('.github/workflows/', REPOSITORY))) {
    const workflow = await read(`.github/workflows/${name}`);
    assert.match(workflow, /^permissions:\n {2}contents: read$/m, name);
    const jobs = jobsOf(name, workflow);
    const count = (text: string) => workflow.split(text).length - 1;
    assert.equal(jobs.length, count('\n    runs-on:'), name);
    assert.equal(count('persist-credentials: false'), count('actions/checkout@'), name);
    for (const job of jobs) {
      if (job.permissions.length === 0) continue;
      permitted[job.name] = job.permissions;
      const mayWriteCode = job.permissions.includes('contents: write');
      if (mayWriteCode) assert.doesNotMatch(job.text, /\bnp[mx] /, `${job.name} runs packages`);
    }
    assert.equal(count('permissions:'), 1 + jobs.filter((job) => job.permissions[0]).length, name);
  }
  assert.deepEqual(permitted, PERMITTED);
});

test('no workflow gives the code of a pull request more than it may have, or puts an expression into a script', async () => {
  for (const name of await readdir(new URL('.github/workflows/', REPOSITORY))) {
    const workflow = await read(`.github/workflows/${name}`);
    assert.doesNotMatch(workflow, /pull_request_target|workflow_run/, name);
    // What others may choose, such as a branch name, comes in through the environment.
    const scripts = [...workflow.matchAll(/^( *)(?:- )?run: (.*\n(?:\1 {2,}.*\n|\n)*)/gm)];
    for (const [, , script = ''] of scripts) assert.doesNotMatch(script, /\$\{\{/, name);
  }
});

test('the checks that start for no commit of a workflow can be started by it', async () => {
  const dist = await read('.github/workflows/dependabot-dist.yml');
  const [, names = ''] = /for workflow in ([\w -]+); do/.exec(dist) ?? [];
  assert.notEqual(names, '');
  for (const name of names.split(' '))
    assert.match(await read(`.github/workflows/${name}.yml`), /^ {2}workflow_dispatch:$/m, name);
});

test('the form for what does not work asks for the report file', async () => {
  const form = await read('.github/ISSUE_TEMPLATE/bug.yml');
  assert.match(form, /id: report\n/);
  assert.match(form, /docs\/report\.md/);
});
