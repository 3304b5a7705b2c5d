import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import type { ErrorCode } from '../../src/errors.ts';
import { PushError } from '../../src/errors.ts';
import { readDescriptors } from '../../src/layout/read-descriptors.ts';
import { buildImage } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const [one, two, three] = ['one', 'two', 'three'].map((seed) => {
  const { mediaType, digest, size } = buildImage({ seed }).descriptor;
  return JSON.stringify({ mediaType, digest, size });
}) as [string, string, string];

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const at = (name: string): string => join(directory.path, name);
await mkdir(at('matrix/arm64'), { recursive: true });
await mkdir(at('matrix/amd64'));
await mkdir(at('matrix/folder.json'));
await writeFile(at('matrix/arm64/image.json'), one);
await writeFile(at('matrix/amd64/image.json'), `\ufeff${two}\r\n`);
await writeFile(at('[a]{b}.json'), three);
await writeFile(at('several.jsonl'), `${one}\n${two}\n`);
await symlink(at('several.jsonl'), at('link'));
await writeFile(at('empty'), '');
await writeFile(at('binary'), Buffer.from([0xff, 0xfe, 0x00]));
await writeFile(at('large'), '');
await truncate(at('large'), 4 * 1024 * 1024 + 1);
await promisify(execFile)('mkfifo', [at('pipe')]);

const readable: readonly [what: string, lines: readonly string[], expected: readonly string[]][] = [
  ['a file', [at('several.jsonl')], [one, two]],
  ['a link to a file', [at('link')], [one, two]],
  ['what a glob matches, sorted, and no folder', [at('matrix/**/*.json')], [two, one]],
  ['a file whose name could be a glob', [at('[a]{b}.json')], [three]],
  ['a descriptor', [one], [one]],
  [
    'descriptors, files and globs',
    [three, at('several.jsonl'), at('matrix/*/*.json')],
    [three, one, two, two, one],
  ],
];
for (const [what, lines, expected] of readable) {
  test(`read: ${what}`, async () => {
    const found = await readDescriptors(lines);
    assert.deepEqual(
      found.map(({ descriptor }) => JSON.stringify(descriptor)),
      expected,
    );
  });
}

test('each says where it was given', async () => {
  const found = await readDescriptors([one, at('several.jsonl'), `[${two}]`]);
  const file = at('several.jsonl');
  assert.deepEqual(
    found.map(({ where }) => where),
    ['index-of, line 1', `${file}, line 1`, `${file}, line 2`, 'index-of, line 3[0]'],
  );
  assert.equal((await readDescriptors([one]))[0]?.where, 'index-of');
});

const refusals: readonly [
  what: string,
  line: string,
  code: ErrorCode,
  part: string,
  hint: RegExp,
][] = [
  [
    'a file that is not there',
    at('none.json'),
    'DESCRIPTORS_NOT_FOUND',
    'does not exist',
    /relative/,
  ],
  [
    'a glob that matches nothing',
    at('none/*'),
    'DESCRIPTORS_NOT_FOUND',
    'matches no file',
    /relative/,
  ],
  [
    'a glob that matches folders',
    at('matrix/*'),
    'DESCRIPTORS_NOT_FOUND',
    'matches no file',
    /relative/,
  ],
  ['a folder', at('matrix/'), 'DESCRIPTORS_NOT_FOUND', 'is a directory', /matrix\/\*\.json\. If/],
  ['an empty file', at('empty'), 'INVALID_DESCRIPTOR', 'is empty', /output descriptor/],
  ['a file that is no text', at('binary'), 'INVALID_DESCRIPTOR', 'is not valid UTF-8', /JSON/],
  ['a file of any size', at('large'), 'INVALID_DESCRIPTOR', 'has 4194305 bytes', /input layout/],
  ['a pipe', at('pipe'), 'INVALID_DESCRIPTOR', 'is no regular file', /JSON/],
  [
    'a digest',
    `sha256:${'a'.repeat(64)}`,
    'INVALID_DESCRIPTOR',
    'is a digest, and no descriptor',
    /output descriptor/,
  ],
];
for (const [what, line, code, part, hint] of refusals) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(readDescriptors([one, line]), (error) => {
      refused(code, part)(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, hint);
      return true;
    });
  });
}
