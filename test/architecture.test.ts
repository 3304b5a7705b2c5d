import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, normalize } from 'node:path/posix';
import { test } from 'node:test';
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
  oci: { imports: ['errors'], types: [], packages: ['node:crypto'] },
  layout: { imports: ['oci', 'errors'], types: [], packages: ['node:', 'tar-stream'] },
  ecr: {
    imports: ['oci', 'errors'],
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
  plan: { imports: ['oci', 'errors'], types: [], packages: [] },
  push: { imports: ['plan', 'oci', 'errors'], types: ['ecr', 'layout'], packages: ['node:'] },
  action: {
    imports: ['push', 'plan', 'ecr', 'layout', 'oci', 'errors'],
    types: [],
    packages: ['node:', '@actions/core'],
  },
  index: {
    imports: ['action', 'push', 'plan', 'ecr', 'layout', 'oci', 'errors'],
    types: [],
    packages: ['node:', '@actions/core'],
  },
};

/** Within a part, what only some of its files may import. */
const ONLY_IN: readonly { readonly package: string; readonly files: string }[] = [
  { package: '@aws-sdk/', files: 'src/ecr/{private,public,sdk}*.ts' },
  { package: '@smithy/', files: 'src/ecr/{private,public,sdk,retry,rate,proxy}*.ts' },
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
  if (!specifier.startsWith('.')) return packageComplaints(file, rule, specifier);
  const target = resolved(file, specifier);
  if (!target.startsWith('src/')) return ['it is outside src'];
  const other = partOf(target);
  if (other === part || rule.imports.includes(other)) return [];
  if (!rule.types.includes(other)) return [`${part} must not import ${other}`];
  return typesOnly ? [] : [`${part} may import nothing but types of ${other}`];
}

function packageComplaints(file: string, rule: Rule, name: string): string[] {
  const allowed = rule.packages.some((entry) => covers(entry, name));
  if (!allowed) return [`${partOf(file)} must not import it`];
  const restricted = ONLY_IN.find((entry) => covers(entry.package, name));
  if (!restricted || matchesGlob(file, restricted.files)) return [];
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

/** `src/oci/digest.ts` → `oci`, `src/errors.ts` → `errors` */
function partOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
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
    file: 'src/plan/diff.ts',
    source: "import type { Layout } from '../layout/layout.ts';",
    complaint: /plan must not import layout/,
  },
  {
    file: 'src/plan/diff.ts',
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
    complaint: /nothing but types of ecr/,
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
    file: 'src/ecr/private.ts',
    source: "import { ECRClient } from '@aws-sdk/client-ecr';",
    complaint: undefined,
  },
  {
    file: 'src/ecr/reference.ts',
    source: "let client: import('@aws-sdk/client-ecr').ECRClient;",
    complaint: /only src\/ecr\/\{private,public,sdk\}\*\.ts may/,
  },
  {
    file: 'src/action/main.ts',
    source: "import '../../test/support/random.ts';",
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

test('docs/architecture.md shows the same table', async () => {
  const document = await readFile(new URL('docs/architecture.md', REPOSITORY), 'utf8');
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ') || '–';
  const rows = Object.entries(TABLE).map(
    ([part, { imports, types, packages }]) =>
      `| \`${part}\` | ${list(imports)} | ${list(types)} | ${list(packages)} |`,
  );
  const table = document
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replace(/ +/g, ' ').trimEnd());
  assert.deepEqual(table, rows);
});

test('docs/architecture.md names nothing that the code does not have', async () => {
  const document = await readFile(new URL('docs/architecture.md', REPOSITORY), 'utf8');
  const sources = await readSources();
  const code = [...sources.keys(), ...sources.values()].join('\n');
  const prose = document.split('\n').filter((line) => !line.startsWith('|'));
  const names = [...prose.join('\n').matchAll(/`([\w./-]+)`/g)].map(([, name]) => name ?? '');
  assert.ok(names.length > 20, 'the pattern finds the names');
  const isOfTests = (name: string) => /^(test\/|world\.ts$)/.test(name);
  assert.deepEqual(
    names.filter((name) => !isOfTests(name) && !code.includes(name)),
    [],
  );
});
