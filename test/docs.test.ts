import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path/posix';
import { test } from 'node:test';
import { generateDocs, summaryOf } from '../scripts/docs.ts';
import { parseArguments } from '../src/command-line/parse-arguments.ts';
import { ERRORS } from '../src/errors.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';

/** What the documents say of each other and of the code. */

const MAX_README_BYTES = 12_288;

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

const pages = (await readdir(new URL('docs/', REPOSITORY)))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const texts = new Map(
  await Promise.all(
    ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages].map(
      async (path) => [path, await read(path)] as const,
    ),
  ),
);

interface Block {
  readonly language: string;
  readonly content: string;
}

const FENCED = /^```(\w*)\n(.*?)^```$/gms;

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCED)].map(([, language = '', content = '']) => ({
    language,
    content,
  }));
}

function proseOf(markdown: string): string {
  return markdown.replace(FENCED, '');
}

/** Where links and images lead. */
function linksOf(markdown: string): readonly string[] {
  const text = proseOf(markdown).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...proseOf(markdown).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The keys below `with:` of the steps that use this action. */
function inputsUsed(yaml: string): readonly string[] {
  const steps = yaml.split(/^(?= *- )/m).filter((step) => step.includes('uses: ecr-layer-push/'));
  return steps.flatMap((step) => {
    const [, indent = '', lines = ''] = /^( *)with:\n((?:\1 +.*\n?)*)/m.exec(step) ?? [];
    const key = new RegExp(`^${indent} {2}([\\w-]+):`, 'gm');
    return [...lines.matchAll(key)].map(([, name = '']) => name);
  });
}

/** The arguments of our command line in a shell script, as far as a pipe or a redirection. */
function commandLines(script: string): readonly (readonly string[])[] {
  const commands = script.replaceAll(/\\\n/g, ' ').matchAll(/\bdist\/cli\.js ([^|>\n]*)/g);
  return [...commands].map(([, words = '']) =>
    (words.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []).map((word) => word.replaceAll(/['"]/g, '')),
  );
}

function codesIn(table: string): readonly string[] {
  return [...table.matchAll(/^\| `([^`]+)` /gm)].map(([, code = '']) => code);
}

test('generated documents are what their sources give', async () => {
  for (const [path, text] of await generateDocs()) {
    assert.equal(await read(path), text, `${path}: run npm run docs`);
  }
});

test(`README.md has at most ${MAX_README_BYTES} bytes`, () => {
  const size = Buffer.byteLength(texts.get('README.md') ?? '');
  assert.ok(size <= MAX_README_BYTES, `it has ${size}`);
});

test('docs/errors.md has a row for every error code in their order, and no other', () => {
  assert.deepEqual(codesIn(texts.get('docs/errors.md') ?? ''), Object.keys(ERRORS));
});

test('descriptions in action.yml begin with a short sentence', async () => {
  const { inputs, outputs } = await readActionMetadata();
  const descriptions = [
    ...[...inputs.values()].map((input) => input.description),
    ...outputs.values(),
  ];
  for (const description of descriptions) {
    const { length } = summaryOf(description);
    assert.ok(length > 0 && length <= 90, description);
  }
});

test('commands are found in the documents', () => {
  const script = "x | node dist/cli.js push 'a b' \\\n  --tag v1 > out";
  assert.deepEqual(commandLines(script), [['push', 'a b', '--tag', 'v1']]);
  const commands = blocksOf(texts.get('docs/command-line.md') ?? '').flatMap(({ content }) =>
    commandLines(content),
  );
  assert.ok(commands.length > 3);
});

test('docs/index.md leads to every document', () => {
  const links = linksOf(texts.get('docs/index.md') ?? '').map((link) => `docs/${link}`);
  const others = pages.filter((page) => page !== 'docs/index.md');
  assert.deepEqual(
    others.filter((page) => !links.includes(page)),
    [],
  );
});

for (const [path, text] of texts) {
  test(`${path}: relative links lead to files and headings that exist`, async () => {
    for (const link of linksOf(text).filter((target) => !/^[a-z]+:/.test(target))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(path, '..', file));
      await assert.doesNotReject(access(new URL(target, REPOSITORY)), link);
      if (anchor !== undefined) assert.ok(anchorsOf(await read(target)).has(anchor), link);
    }
  });

  test(`${path}: JSON parses`, () => {
    for (const { language, content } of blocksOf(text)) {
      if (language === 'json') assert.doesNotThrow(() => void JSON.parse(content), content);
    }
  });

  test(`${path}: the command line understands its examples`, () => {
    for (const { language, content } of blocksOf(text)) {
      if (!['sh', 'yaml'].includes(language)) continue;
      for (const args of commandLines(content))
        assert.doesNotThrow(() => void parseArguments(args), args.join(' '));
    }
  });

  test(`${path}: examples set inputs that there are, and those that are required`, async () => {
    const { inputs } = await readActionMetadata();
    const required = [...inputs].flatMap(([name, input]) => (input.required ? [name] : []));
    for (const { content } of blocksOf(text)) {
      if (!content.includes('uses: ecr-layer-push/')) continue;
      const used = inputsUsed(content);
      assert.deepEqual(
        used.filter((name) => !inputs.has(name)),
        [],
      );
      for (const name of required) assert.ok(used.includes(name), content);
    }
  });
}
