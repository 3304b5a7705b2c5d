import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import {
  notATar,
  nothingMatches,
  notALayoutDirectory,
  notFound,
} from '../../src/layout/look-around.ts';
import { buildImage } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';

const image = buildImage({ seed: 'around' });

type Say = (path: string) => Promise<PushError>;

interface Case {
  readonly name: string;
  /** Layouts (directories, or tars by their names), and other files, which end in `.txt` or `.json`. */
  readonly files: readonly string[];
  readonly say: Say;
  /** The path that is asked about. */
  readonly path: string;
  /** What the message and the hint say, with ROOT for the folder of the test. */
  readonly message: string;
  readonly hint?: string;
}

const noMatch: Say = (path) => nothingMatches(path, 'nothing');
const gone: Say = (path) => notFound(path, new Error('ENOENT'));

const cases: readonly Case[] = [
  {
    name: 'a folder with a layout in a folder of it',
    files: ['image/image'],
    say: notALayoutDirectory,
    path: 'image',
    message: 'a directory without an index.json, and holds ROOT/image/image',
    hint: 'Set the input layout to ROOT/image/image.',
  },
  {
    name: 'a folder of an artifact with the tar in it',
    files: ['image.tar/image.tar', 'image.tar/notes.txt'],
    say: notALayoutDirectory,
    path: 'image.tar',
    message: 'and holds ROOT/image.tar/image.tar',
    hint: 'Set the input layout to ROOT/image.tar/image.tar.',
  },
  {
    name: 'a folder with several layouts, the nearest first',
    files: ['out/deep/a', 'out/b.tar'],
    say: notALayoutDirectory,
    path: 'out',
    message: 'and holds ROOT/out/b.tar, ROOT/out/deep/a',
    hint: 'Set the input layout to one of them, such as ROOT/out/b.tar, or, to merge them into one index, to their paths, a line each.',
  },
  {
    name: 'the artifacts of a matrix, each a folder with a tar in it',
    files: ['artifacts/amd64/image.tar', 'artifacts/arm64/image.tar', 'artifacts/notes.txt'],
    say: notALayoutDirectory,
    path: 'artifacts',
    message: 'and holds ROOT/artifacts/amd64/image.tar, ROOT/artifacts/arm64/image.tar',
    hint: 'Set the input layout to one of them, such as ROOT/artifacts/amd64/image.tar, or, to merge them into one index, to ROOT/artifacts/*/image.tar.',
  },
  {
    name: 'a glob for the artifacts of a matrix, each a folder with a tar in it',
    files: ['artifacts/image-amd64/amd64.tar', 'artifacts/image-arm64/arm64.tar'],
    say: noMatch,
    path: 'artifacts/*',
    message:
      'ROOT/artifacts holds ROOT/artifacts/image-amd64/amd64.tar, ROOT/artifacts/image-arm64',
    hint: "Set the input layout to one of them, such as ROOT/artifacts/image-amd64/amd64.tar, or, to merge them into one index, to ROOT/artifacts/*/*.tar. Globs are relative to the step's working directory.",
  },
  {
    name: 'the artifacts of a large matrix, each a layout',
    files: ['1', '2', '3', '4', '5', '6', '7', '8'].map((name) => `artifacts/${name}`),
    say: notALayoutDirectory,
    path: 'artifacts',
    message: 'ROOT/artifacts/5 and more',
    hint: 'Set the input layout to one of them, such as ROOT/artifacts/1, or, to merge them into one index, to ROOT/artifacts/*.',
  },
  {
    name: 'layouts beside other files, which their glob would match',
    files: ['out/amd64', 'out/arm64', 'out/metadata.json'],
    say: notALayoutDirectory,
    path: 'out',
    message: 'and holds ROOT/out/amd64, ROOT/out/arm64',
    hint: 'Set the input layout to one of them, such as ROOT/out/amd64, or, to merge them into one index, to their paths, a line each.',
  },
  {
    name: 'the metadata that buildx wrote beside a layout',
    files: ['out/image', 'out/metadata.json'],
    say: (path) => notATar(path, Buffer.from('{\n  "buildx.build.ref": "default/x"')),
    path: 'out/metadata.json',
    message:
      'it is a JSON file, as buildx writes with --metadata-file; ROOT/out holds ROOT/out/image',
    hint: 'Set the input layout to ROOT/out/image. A glob takes every file that it matches.',
  },
  {
    name: 'a JSON file beside the artifacts of a matrix',
    files: ['out/a/image.tar', 'out/b/image.tar', 'out/metadata.json'],
    say: (path) => notATar(path, Buffer.from('[]')),
    path: 'out/metadata.json',
    message: 'it is a JSON file; ROOT/out holds ROOT/out/a/image.tar, ROOT/out/b/image.tar',
    hint: 'Set the input layout to one of them, such as ROOT/out/a/image.tar, or, to merge them into one index, to ROOT/out/*/image.tar. A glob takes every file that it matches.',
  },
  {
    name: 'a file that is no tar, by the name of one, beside others',
    files: ['out/a.tar', 'out/b.tar', 'out/c.tar'],
    say: (path) => notATar(path, Buffer.alloc(512)),
    path: 'out/b.tar',
    message: 'it is neither a directory nor a tar; ROOT/out holds ROOT/out/a.tar, ROOT/out/c.tar',
    hint: 'Set the input layout to one of them, such as ROOT/out/a.tar, or, to merge them into one index, to their paths, a line each. A glob takes every file that it matches.',
  },
  {
    name: 'a file that is no tar, alone',
    files: ['x.txt'],
    say: (path) => notATar(path, Buffer.from('x')),
    path: 'x.txt',
    message: 'it is neither a directory nor a tar',
  },
  {
    name: 'the folder of the blobs',
    files: ['image'],
    say: notALayoutDirectory,
    path: 'image/blobs',
    message: 'a folder of the layout ROOT/image',
    hint: 'Set the input layout to ROOT/image.',
  },
  {
    name: 'the folder of the blobs of one algorithm',
    files: ['image'],
    say: notALayoutDirectory,
    path: 'image/blobs/sha256',
    message: 'a folder of the layout ROOT/image',
  },
  {
    name: 'a folder of other things',
    files: ['out/a.txt', 'out/b/c.txt', 'out/package/index.json'],
    say: notALayoutDirectory,
    path: 'out',
    message: 'a directory without an index.json, and holds a.txt, b/, package/',
  },
  {
    name: 'a folder of very many things',
    files: ['1', '2', '3', '4', '5', '6'].map((name) => `out/${name}.txt`),
    say: notALayoutDirectory,
    path: 'out',
    message: 'holds 1.txt, 2.txt, 3.txt, 4.txt, 5.txt and more',
  },
  {
    name: 'a path whose layout lies beside it',
    files: ['images/other.tar'],
    say: gone,
    path: 'images/app.tar',
    message: 'ROOT/images/app.tar does not exist: ROOT/images holds ROOT/images/other.tar',
    hint: 'Set the input layout to ROOT/images/other.tar.',
  },
  {
    name: 'a path in a folder that is not there, while the layout lies where the artifact was unpacked',
    files: ['work'],
    say: gone,
    path: 'work/image',
    message: 'ROOT/work/image does not exist: ROOT/work is a layout itself',
    hint: 'Set the input layout to ROOT/work.',
  },
  {
    name: 'a path far from anything',
    files: ['a.txt'],
    say: gone,
    path: 'x/y/image.tar',
    message: 'there is no folder ROOT/x/y, and ROOT holds a.txt',
  },
  {
    name: 'a path in an empty folder',
    files: [],
    say: gone,
    path: 'image.tar',
    message: 'ROOT/image.tar does not exist: ROOT is empty',
  },
  {
    name: 'a path with a tag behind it, as skopeo takes it',
    files: ['image.tar'],
    say: gone,
    path: 'image.tar:1.0',
    message: 'ROOT/image.tar:1.0 does not exist, but ROOT/image.tar does',
    hint: 'Set the input layout to ROOT/image.tar, and the input image to 1.0.',
  },
  {
    name: 'a glob in a folder that is not there',
    files: ['image.oci'],
    say: noMatch,
    path: 'layouts/*.tar',
    message: 'matches nothing: there is no folder ROOT/layouts, and ROOT holds ROOT/image.oci',
    hint: "Set the input layout to ROOT/image.oci. Globs are relative to the step's working directory.",
  },
  {
    name: 'a glob in a folder with other files',
    files: ['layouts/a.txt'],
    say: noMatch,
    path: 'layouts/*.tar',
    message: 'matches nothing: ROOT/layouts holds a.txt',
    hint: "Globs are relative to the step's working directory.",
  },
];

for (const { name, files, say, path, message, hint } of cases) {
  test(`what is there instead is said of ${name}`, async () => {
    await using directory = await temporaryDirectory();
    for (const file of files) await make(join(directory.path, file));
    const error = await say(join(directory.path, path));
    const expected = (text: string) => text.replaceAll('ROOT', directory.path);
    assert.ok(error.message.includes(expected(message)), error.message);
    if (hint !== undefined) assert.equal(error.hint, expected(hint));
  });
}

async function make(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (/\.(?:txt|json)$/.test(path)) await writeFile(path, '{}');
  else if (/\.(?:tar|oci)$/.test(path)) await writeLayoutTar(path, [image]);
  else await writeLayoutDirectory(path, [image]);
}

test('a search follows no link, and goes into no folder of packages', async () => {
  await using directory = await temporaryDirectory();
  const path = (...names: string[]) => join(directory.path, 'out', ...names);
  await make(path('node_modules', 'image'));
  await make(path('.git', 'image.tar'));
  await symlink('..', path('up'));
  const { message } = await notALayoutDirectory(path());
  assert.ok(message.endsWith('and holds .git/, node_modules/, up'), message);
});

test('a search goes a few folders deep and no further', async () => {
  await using directory = await temporaryDirectory();
  await make(join(directory.path, 'a/b/c/d/image'));
  assert.match((await notALayoutDirectory(directory.path)).message, /holds a\/$/);
  assert.match((await notALayoutDirectory(join(directory.path, 'a'))).message, /d\/image$/);
});
