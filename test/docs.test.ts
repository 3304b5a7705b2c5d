import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path/posix';
import { test } from 'node:test';
import { generateDocs, summaryOf } from '../scripts/docs.ts';
import { ERRORS } from '../src/errors.ts';
import { readActionMetadata, REPOSITORY } from './support/action-metadata.ts';
import { readDocuments } from './support/documents.ts';
import { anchorsOf, linksOf } from './support/markdown.ts';

/** What the documents say of each other and of the code. */

const MAX_README_BYTES = 12_288;

function read(path: string): Promise<string> {
  return readFile(new URL(path, REPOSITORY), 'utf8');
}

const documents = await readDocuments();
const pages = [...documents.keys()].filter((path) => path.startsWith('docs/'));

function codesIn(table: string): readonly string[] {
  return [...table.matchAll(/^\| `([^`]+)` /gm)].map(([, code = '']) => code);
}

test('generated documents are what their sources give', async () => {
  for (const [path, text] of await generateDocs()) {
    assert.equal(await read(path), text, `${path}: run npm run docs`);
  }
});

test(`README.md has at most ${MAX_README_BYTES} bytes`, async () => {
  const size = Buffer.byteLength(await read('README.md'));
  assert.ok(size <= MAX_README_BYTES, `it has ${size}`);
});

test('docs/errors.md has a row for every error code in their order, and no other', async () => {
  assert.deepEqual(codesIn(await read('docs/errors.md')), Object.keys(ERRORS));
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

test('every document of docs can be reached from docs/index.md', () => {
  const reached = new Set(['docs/index.md']);
  for (const path of reached) {
    const document = documents.get(path);
    if (document === undefined) continue;
    for (const link of linksOf(document.root)) {
      if (isRelative(link)) reached.add(targetOf(path, link).file);
    }
  }
  assert.deepEqual(
    pages.filter((page) => !reached.has(page)),
    [],
  );
});

test('docs/index.md leads to every document beside it', () => {
  const links = linksIn('docs/index.md').map((link) => targetOf('docs/index.md', link).file);
  const others = pages.filter((page) => /^docs\/[^/]+$/.test(page) && page !== 'docs/index.md');
  assert.deepEqual(
    others.filter((page) => !links.includes(page)),
    [],
  );
});

function linksIn(path: string): readonly string[] {
  const { root } = documents.get(path) ?? assert.fail(path);
  return linksOf(root);
}

function isRelative(link: string): boolean {
  return !/^[a-z][a-z+.-]*:|^\/\//i.test(link);
}

function targetOf(path: string, link: string): { file: string; anchor: string | undefined } {
  const [file = '', anchor] = link.split('#');
  return { file: file === '' ? path : normalize(join(path, '..', file)), anchor };
}

for (const path of documents.keys()) {
  test(`${path}: relative links lead to files and headings that exist`, async () => {
    for (const link of linksIn(path).filter(isRelative)) {
      const { file, anchor } = targetOf(path, link);
      assert.ok(!file.startsWith('../'), `${link} leads out of the repository`);
      await assert.doesNotReject(access(new URL(file, REPOSITORY)), link);
      if (anchor === undefined) continue;
      const { root } = documents.get(file) ?? assert.fail(`${link}: an anchor in no document`);
      assert.ok(anchorsOf(root).has(anchor), link);
    }
  });

  test(`${path}: other links are whole addresses of web pages`, () => {
    for (const link of linksIn(path).filter((target) => !isRelative(target))) {
      assert.match(link, /^https:\/\/[\w-]+(\.[\w-]+)+(\/|$)/);
      assert.doesNotThrow(() => new URL(link), link);
      // What is in this repository is linked to by its path, which is checked above.
      assert.doesNotMatch(link, /github\.com\/ecr-layer-push\/[^/]+\/(blob|tree)\//);
    }
  });
}
