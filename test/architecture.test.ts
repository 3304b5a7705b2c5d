import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob, normalize } from 'node:path/posix';
import { test } from 'node:test';
import ts from 'typescript';
import { REPOSITORY } from './support/action-metadata.ts';
import { type Import, importsOf } from './support/imports.ts';

interface Rule {
  /** Parts of `src` whose values and types it may import, besides its own files. */
  readonly imports: readonly string[];
  /** Parts of `src` of which it may import types, and nothing that runs. */
  readonly types: readonly string[];
  /** Packages; one that ends in `:` or `/` stands for all that start so. */
  readonly packages: readonly string[];
}

/** Each part of `src`; docs/architecture.md shows the same table. */
const TABLE: Readonly<Record<string, Rule>> = {
  errors: { imports: [], types: [], packages: [] },
  async: { imports: [], types: [], packages: ['node:timers/'] },
  oci: { imports: ['errors'], types: [], packages: ['node:crypto'] },
  layout: { imports: ['async', 'oci', 'errors'], types: [], packages: ['node:', 'tar-stream'] },
  resume: { imports: ['async', 'oci', 'errors'], types: [], packages: ['node:', '@actions/cache'] },
  image: { imports: ['oci', 'errors'], types: [], packages: [] },
  plan: { imports: [], types: ['image', 'oci'], packages: [] },
  'ecr/names': { imports: ['errors'], types: [], packages: ['@aws-sdk/core/'] },
  'ecr/registry': { imports: [], types: ['ecr/names', 'oci', 'async'], packages: [] },
  'ecr/calls': {
    imports: ['ecr/names', 'async', 'errors'],
    types: [],
    packages: [
      'node:',
      '@aws-sdk/',
      '@smithy/',
      'http-proxy-agent',
      'https-proxy-agent',
      'proxy-from-env',
    ],
  },
  'ecr/upload': {
    imports: ['async', 'errors'],
    types: ['ecr/names', 'ecr/registry', 'oci'],
    packages: ['node:', '@smithy/'],
  },
  ecr: {
    imports: ['ecr/upload', 'ecr/calls', 'ecr/names', 'oci', 'async', 'errors'],
    types: ['ecr/registry'],
    packages: ['@aws-sdk/'],
  },
  push: {
    imports: ['plan', 'ecr/names', 'async', 'errors'],
    types: ['ecr/registry', 'image', 'layout', 'oci'],
    packages: [],
  },
  report: {
    imports: ['ecr/names', 'async', 'errors'],
    types: ['push', 'plan', 'image', 'oci'],
    packages: ['log-update'],
  },
  inputs: {
    imports: ['ecr/names', 'ecr/upload', 'oci', 'errors'],
    types: ['ecr/calls', 'ecr/registry', 'image'],
    packages: [],
  },
  run: {
    imports: ['report', 'push', 'image', 'layout', 'errors'],
    types: ['inputs', 'resume', 'ecr/registry', 'ecr/names'],
    packages: [],
  },
  'node-version': { imports: ['errors'], types: [], packages: [] },
  'report-stall': { imports: ['errors'], types: [], packages: [] },
  'outlive-log': { imports: [], types: [], packages: [] },
  stop: { imports: ['async', 'errors'], types: [], packages: [] },
  post: { imports: ['resume'], types: [], packages: ['@actions/core'] },
  job: {
    imports: [
      ...['run', 'inputs', 'report', 'resume', 'ecr', 'ecr/calls', 'node-version'],
      ...['report-stall', 'stop'],
    ],
    types: ['push', 'errors'],
    packages: ['node:'],
  },
  'command-line': { imports: ['inputs'], types: ['job', 'report'], packages: ['node:'] },
  cli: { imports: ['command-line', 'job', 'report'], types: [], packages: [] },
  index: {
    imports: ['job', 'resume', 'outlive-log'],
    types: [],
    packages: ['node:', '@actions/core'],
  },
};

/** What only some files may load: the others have its types, and nothing that runs. */
const ONLY_IN: readonly { readonly package: string; readonly files: string }[] = [
  {
    package: '@aws-sdk/client-',
    files: 'src/ecr/{calls/{clients,account},private-registry,public-registry}.ts',
  },
  { package: 'log-update', files: 'src/report/terminal.ts' },
];

type Sources = ReadonlyMap<string, string>;

/** What the files of `src` do against the table, a sentence each. */
function violations(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) =>
    importsOf(source).flatMap((imported) =>
      complaints(file, imported).map((why) => `${file} imports ${imported.specifier}: ${why}`),
    ),
  );
}

function complaints(file: string, { specifier, typesOnly }: Import): string[] {
  const part = partOf(file);
  const rule = TABLE[part];
  if (!rule) return [`${part} is not in the table`];
  if (!specifier.startsWith('.')) return packageComplaints(file, rule, specifier, typesOnly);
  const target = resolved(file, specifier);
  if (!target.startsWith('src/')) return ['it is outside src'];
  const other = partOf(target);
  if (other === part || rule.imports.includes(other)) return [];
  if (!rule.types.includes(other)) return [`${part} must not import ${other}`];
  return typesOnly ? [] : [`${part} may import nothing but types of ${other}`];
}

function packageComplaints(file: string, rule: Rule, name: string, typesOnly: boolean): string[] {
  const allowed = rule.packages.some((entry) => covers(entry, name));
  if (!allowed) return [`${partOf(file)} must not import it`];
  const restricted = ONLY_IN.find((entry) => name.startsWith(entry.package));
  if (!restricted || typesOnly || matchesGlob(file, restricted.files)) return [];
  return [`only ${restricted.files} may`];
}

function covers(entry: string, name: string): boolean {
  return entry === name || (/[:/]$/.test(entry) && name.startsWith(entry));
}

/** The first cycle of files found, in the order in which they import each other. */
function findCycle(sources: Sources): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { specifier } of importsOf(sources.get(file) ?? '')) {
      if (!specifier.startsWith('.')) continue;
      const cycle = visit(resolved(file, specifier), [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of sources.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The packages that a file loads, itself or through others; types load nothing. */
async function packagesLoadedBy(entry: string): Promise<ReadonlySet<string>> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { specifier, typesOnly } of importsOf(
      await readFile(new URL(file, REPOSITORY), 'utf8'),
    )) {
      if (typesOnly) continue;
      if (specifier.startsWith('.')) await visit(resolved(file, specifier));
      else packages.add(specifier);
    }
  };
  await visit(entry);
  return packages;
}

/** The port of `ecr`, which its rooms speak of, and which speaks of none of them but the names. */
const PORT = ['src/ecr/registry.ts', 'src/ecr/repository-settings.ts'];

/** `src/oci/digest.ts` → `oci`, `src/ecr/calls/proxy.ts` → `ecr/calls`, `src/errors.ts` → `errors` */
function partOf(file: string): string {
  if (PORT.includes(file)) return 'ecr/registry';
  const folder = dirname(file);
  return folder === 'src' ? basename(file, '.ts') : folder.slice('src/'.length);
}

function resolved(file: string, specifier: string): string {
  return normalize(join(dirname(file), specifier));
}

async function readSources(): Promise<Sources> {
  const names = await readdir(new URL('src/', REPOSITORY), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, await readFile(new URL(file, REPOSITORY), 'utf8')] as const),
    ),
  );
}

test('every file of src imports only what the table allows its part', async () => {
  assert.deepEqual(violations(await readSources()), []);
});

test('no files of src import each other in a circle', async () => {
  assert.equal(findCycle(await readSources()), undefined);
});

test('the command line loads nothing of GitHub Actions', async () => {
  const ofActions = async (entry: string) =>
    [...(await packagesLoadedBy(entry))].filter((name) => name.startsWith('@actions/'));
  assert.deepEqual(await ofActions('src/cli.ts'), []);
  // The action does, so they would be found.
  assert.deepEqual(await ofActions('src/index.ts'), ['@actions/core', '@actions/cache']);
  assert.ok((await packagesLoadedBy('src/cli.ts')).has('@aws-sdk/client-ecr'));
});

const violating: { file: string; source: string; complaint: RegExp | undefined }[] = [
  {
    file: 'src/oci/digest.ts',
    source: "import { PushError } from '../errors.ts'; import 'node:crypto';",
    complaint: undefined,
  },
  {
    file: 'src/errors.ts',
    source: "export * from './oci/digest.ts';",
    complaint: /errors must not import oci/,
  },
  {
    file: 'src/plan/plan.ts',
    source: "import type { Layout } from '../layout/layout.ts';",
    complaint: /plan must not import layout/,
  },
  {
    file: 'src/plan/plan.ts',
    source: "import { readManifest } from '../image/read-manifest.ts';",
    complaint: /nothing but types of image/,
  },
  {
    file: 'src/plan/plan.ts',
    source: "const fs = await import('node:fs');",
    complaint: /plan must not import it/,
  },
  {
    file: 'src/push/layer.ts',
    source: "import { type Registry } from '../ecr/registry.ts';",
    complaint: undefined,
  },
  {
    file: 'src/push/layer.ts',
    source: "import { type Registry, classify } from '../ecr/registry.ts';",
    complaint: /nothing but types of ecr\/registry/,
  },
  {
    file: 'src/push/layer.ts',
    source: "import type { EcrRegistry } from '../ecr/ecr-registry.ts';",
    complaint: /push must not import ecr/,
  },
  {
    file: 'src/ecr/upload/body.ts',
    source: "import { explain } from '../calls/exceptions.ts';",
    complaint: /ecr\/upload must not import ecr\/calls/,
  },
  {
    file: 'src/ecr/names/reference.ts',
    source: "import type { Registry } from '../registry.ts';",
    complaint: /ecr\/names must not import ecr\/registry/,
  },
  {
    file: 'src/ecr/calls/clients.ts',
    source: "import { PrivateRegistry } from '../private-registry.ts';",
    complaint: /ecr\/calls must not import ecr/,
  },
  {
    file: 'src/layout/directory.ts',
    source: "import { open } from 'node:fs/promises'; import { extract } from 'tar-stream';",
    complaint: undefined,
  },
  {
    file: 'src/layout/directory.ts',
    source: "import 'tar-stream-of-another';",
    complaint: /layout must not import it/,
  },
  {
    file: 'src/push/layer.ts',
    source: "import * as core from '@actions/core';",
    complaint: /push must not import it/,
  },
  {
    file: 'src/ecr/private-registry.ts',
    source: "import { ECRClient } from '@aws-sdk/client-ecr';",
    complaint: undefined,
  },
  {
    file: 'src/ecr/images.ts',
    source: "import type { Image } from '@aws-sdk/client-ecr';",
    complaint: undefined,
  },
  {
    file: 'src/ecr/images.ts',
    source: "import { ECRClient } from '@aws-sdk/client-ecr';",
    complaint: /only src\/ecr\/.* may/,
  },
  {
    file: 'src/run.ts',
    source: "import '../test/support/random.ts';",
    complaint: /outside src/,
  },
  { file: 'src/novel/part.ts', source: "import 'node:fs';", complaint: /not in the table/ },
];

for (const { file, source, complaint } of violating) {
  test(`the check ${complaint ? 'refuses' : 'lets pass'} ${file}: ${source}`, () => {
    const [found, ...others] = violations(new Map([[file, source]]));
    assert.deepEqual(others, []);
    if (complaint) assert.match(found ?? '', complaint);
    else assert.equal(found, undefined);
  });
}

test('the check finds a circle of three files', () => {
  const sources = new Map([
    ['src/oci/a.ts', "import './b.ts';"],
    ['src/oci/b.ts', "import type { C } from './c.ts';"],
    ['src/oci/c.ts', "import '../oci/a.ts';"],
  ]);
  const cycle = ['src/oci/a.ts', 'src/oci/b.ts', 'src/oci/c.ts', 'src/oci/a.ts'];
  assert.deepEqual(findCycle(sources), cycle);
});

/** A table is as long as it has rows. */
const TABLE_OF_ERRORS = 'src/errors.ts';

test('no file of src has more than 250 lines, but for the table of errors', async () => {
  const long = [...(await readSources())].filter(
    ([file, source]) => file !== TABLE_OF_ERRORS && source.trimEnd().split('\n').length > 250,
  );
  assert.deepEqual(
    long.map(([file]) => file),
    [],
  );
});

test('timers are in src/async and nowhere else', async () => {
  const timer = /\bset(?:Timeout|Interval|Immediate)\b|node:timers|AbortSignal\.timeout/;
  const users = [...(await readSources())].filter(([, source]) => timer.test(source));
  assert.deepEqual(
    users.map(([file]) => dirname(file)).filter((folder) => folder !== 'src/async'),
    [],
  );
  assert.ok(users.length > 0, 'the pattern finds those that are there');
});

/** Whether anything of it runs, besides values that are given names. */
function hasLogic(source: string): boolean {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      removeComments: true,
    },
  });
  return /\bfunction\b|=>|\bclass\b|\bawait\b/.test(outputText);
}

/** They run as they are loaded: the tests of what is built run them. */
const RUN_BY_E2E = ['src/cli.ts', 'src/index.ts'];

test('every file of src with logic has its test at the same path', async () => {
  const sources = [...(await readSources())].filter(([, source]) => hasLogic(source));
  const tests = new Set(await readdir(new URL('test/', REPOSITORY), { recursive: true }));
  const untested = sources
    .map(([file]) => file)
    .filter((file) => !tests.has(file.slice('src/'.length).replace(/\.ts$/, '.test.ts')));
  assert.deepEqual(untested, RUN_BY_E2E);
});

test('docs/architecture.md shows the same table', async () => {
  const document = await readFile(new URL('docs/architecture.md', REPOSITORY), 'utf8');
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ') || '–';
  const rows = Object.entries(TABLE).map(
    ([part, { imports, types, packages }]) =>
      `| \`${part}\` | ${list(imports)} | ${list(types)} | ${list(packages)} |`,
  );
  const table = document
    .split('\n')
    .slice(document.split('\n').findIndex((line) => /^\| part +\| may import/.test(line)))
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replace(/ +/g, ' ').trimEnd());
  assert.deepEqual(table, rows);
});

test('docs/architecture.md names nothing that the code does not have', async () => {
  const document = await readFile(new URL('docs/architecture.md', REPOSITORY), 'utf8');
  const sources = await readSources();
  const code = [...sources.keys(), ...sources.values()].join('\n');
  const folders = new Set([...sources.keys()].map(dirname));
  folders.add('src').add('test');
  const names = [...document.matchAll(/`([\w./-]+)`/g)].map(([, name]) => name ?? '');
  assert.ok(names.length > 20, 'the pattern finds the names');
  const isElsewhere = (name: string) => /^(test|scripts)\//.test(name) || folders.has(name);
  assert.deepEqual(
    names.filter((name) => !isElsewhere(name) && !code.includes(name)),
    [],
  );
});
