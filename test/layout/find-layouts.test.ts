import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { findLayouts, type FoundLayout } from '../../src/layout/find-layouts.ts';
import { buildImage } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';

const image = buildImage({ seed: 'found' });

/** The layouts `out/a`, `out/deep/b` and `out/c.tar`, a folder without one, and links to the first. */
async function makeFolder() {
  const directory = await temporaryDirectory();
  const path = (...names: string[]) => join(directory.path, ...names);
  await mkdir(path('out', 'empty'), { recursive: true });
  await writeLayoutDirectory(path('out', 'a'), [image]);
  await writeLayoutDirectory(path('out', 'deep', 'b'), [image]);
  await writeLayoutTar(path('out', 'c.tar'), [image]);
  await symlink('a', path('out', 'link-to-a'));
  await symlink('nothing', path('out', 'link-to-nothing'));
  await symlink('link-to-itself', path('out', 'link-to-itself'));
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

const cases: readonly [name: string, lines: readonly string[], found: readonly string[]][] = [
  ['a path is taken as it is', ['out/a'], ['out/a']],
  ['paths keep their order', ['out/c.tar', 'out/a'], ['out/c.tar', 'out/a']],
  ['a path that does not exist is left to be opened', ['out/gone'], ['out/gone']],
  ['a directory without an index.json is taken when it is named', ['out/empty'], ['out/empty']],
  ['a path twice', ['out/a', 'out/a'], ['out/a']],
  ['a path in two spellings', ['out/./a/', 'out/a'], ['out/./a/']],
  ['a link and what it leads to', ['out/link-to-a', 'out/a'], ['out/link-to-a']],
  ['a path and a glob that matches it', ['out/./a', 'out/[ab]'], ['out/./a']],
  ['two globs that match one layout', ['out/a*', 'out/[ac]*'], ['out/a', 'out/c.tar']],
  ['a glob for files', ['out/*.tar'], ['out/c.tar']],
  ['a glob whose matches include a folder without a layout', ['out/{a,empty}'], ['out/a']],
  ['a glob that matches what is in layouts', ['out/{a,deep}/**'], ['out/a', 'out/deep/b']],
];

for (const [name, lines, found] of cases) {
  test(`layouts are found: ${name}`, async () => {
    await using folder = await makeFolder();
    // `join` would tidy the spelling.
    const inFolder = (line: string) => `${folder.path()}/${line}`;
    assert.deepEqual(await pathsOf(lines.map(inFolder)), found.map(inFolder));
  });
}

/** What is found, where no line names an image. */
async function pathsOf(lines: readonly string[]): Promise<string[]> {
  return (await findLayouts(lines)).map(({ path, image: name }) => {
    assert.equal(name, undefined);
    return path;
  });
}

/** With ROOT for the folder's path. */
const transports: readonly [
  name: string,
  lines: readonly string[],
  found: readonly FoundLayout[],
][] = [
  ['a path', ['oci:ROOT/out/a'], [{ path: 'ROOT/out/a', image: undefined }]],
  ['a path and a tag', ['oci:ROOT/out/a:1.0'], [{ path: 'ROOT/out/a', image: '1.0' }]],
  [
    'a path and a reference',
    ['docker-archive:ROOT/out/c.tar:team/app:1'],
    [{ path: 'ROOT/out/c.tar', image: 'team/app:1' }],
  ],
  [
    'a glob and a tag',
    ['oci-archive:ROOT/out/*.tar:1.0'],
    [{ path: 'ROOT/out/c.tar', image: '1.0' }],
  ],
  [
    'two images of one layout',
    ['oci:ROOT/out/a:1.0', 'oci:ROOT/out/a:2.0', 'oci:ROOT/out/./a:1.0'],
    [
      { path: 'ROOT/out/a', image: '1.0' },
      { path: 'ROOT/out/a', image: '2.0' },
    ],
  ],
  [
    'a place in its list',
    ['docker-archive:ROOT/out/c.tar:@1'],
    [{ path: 'ROOT/out/c.tar', image: '@1' }],
  ],
  ['a URL', ['oci://ROOT/out/a:1.0'], [{ path: 'ROOT/out/a', image: '1.0' }]],
  ['the URL of BuildKit', ['oci-layout://ROOT/out/a'], [{ path: 'ROOT/out/a', image: undefined }]],
  [
    'the URL of BuildKit, with a digest',
    [`oci-layout://ROOT/out/a:1.0@${image.descriptor.digest}`],
    [{ path: 'ROOT/out/a', image: image.descriptor.digest }],
  ],
  [
    'a directory as syft names it',
    ['oci-dir:ROOT/out/a'],
    [{ path: 'ROOT/out/a', image: undefined }],
  ],
  ['a path whose name has a colon', ['oci:ROOT/a:b'], [{ path: 'ROOT/a:b', image: undefined }]],
  ['a directory of skopeo', ['dir:ROOT/out/empty'], [{ path: 'ROOT/out/empty', image: undefined }]],
  [
    'a path that does not exist is left to be opened',
    ['oci:ROOT/gone:1.0'],
    [{ path: 'ROOT/gone', image: '1.0' }],
  ],
];

for (const [name, lines, found] of transports) {
  test(`behind a transport, layouts are found: ${name}`, async () => {
    await using folder = await makeFolder();
    await writeFile(folder.path('a:b'), '');
    const inFolder = (text: string) => text.replaceAll('ROOT', folder.path());
    assert.deepEqual(
      await findLayouts(lines.map(inFolder)),
      found.map((layout) => ({ ...layout, path: inFolder(layout.path) })),
    );
  });
}

test('a file whose name looks like a transport is a path', async () => {
  await using folder = await makeFolder();
  const before = process.cwd();
  process.chdir(folder.path());
  try {
    await writeFile('oci:a', '');
    assert.deepEqual(await pathsOf(['oci:a']), ['oci:a']);
  } finally {
    process.chdir(before);
  }
});

test('two slashes behind a transport are those of a URL, or of an absolute path', async () => {
  await using folder = await makeFolder();
  const before = process.cwd();
  process.chdir(folder.path());
  try {
    assert.deepEqual(await pathsOf(['oci://out/a']), ['out/a']);
    const absolute = `/${folder.path('out', 'a')}`;
    assert.deepEqual(await pathsOf([`oci:${absolute}`]), [absolute]);
    assert.deepEqual(await pathsOf(['oci://out/gone']), ['out/gone']);
  } finally {
    process.chdir(before);
  }
});

test('a transport that leads to no file is refused', async () => {
  await assert.rejects(findLayouts(['docker://alpine:3']), refused('INVALID_INPUT', 'alpine:3'));
});

test('all layouts of a tree are found by one glob, sorted, but not what lies in them', async () => {
  await using folder = await makeFolder();
  const found = await pathsOf([folder.path('out', '**')]);
  const names = found.map((path) => relative(folder.path('out'), path));
  // A link in a circle cannot be looked at: it is not passed by in silence.
  assert.deepEqual(names, ['a', 'c.tar', 'deep/b', 'link-to-itself']);
});

test('a name that holds the characters of a glob is a path', async () => {
  await using folder = await makeFolder();
  await writeFile(folder.path('a[1].tar'), '');
  assert.deepEqual(await pathsOf([folder.path('a[1].tar')]), [folder.path('a[1].tar')]);
});

for (const [name, line, message] of [
  ['nothing', 'gone/*', 'no file or directory'],
  ['no layout', 'out/empt*', 'neither a directory with an index.json nor a tar'],
] as const) {
  test(`a glob that matches ${name} is refused, and the message says what is there`, async () => {
    await using folder = await makeFolder();
    await assert.rejects(
      findLayouts([folder.path(line)]),
      refused('LAYOUT_NOT_FOUND', line, message, folder.path('out', 'c.tar')),
    );
  });
}

test('a backslash in a glob is what it is on Windows: it stands between names', async () => {
  await using folder = await makeFolder();
  assert.deepEqual(await pathsOf([`${folder.path('out')}\\*.tar`]), [folder.path('out', 'c.tar')]);
});

test('no line names no layout', async () => {
  await assert.rejects(findLayouts([]), { code: 'LAYOUT_NOT_FOUND' });
});
