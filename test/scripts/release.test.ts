import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Candidate, checkRelease, releaseNotes } from '../../scripts/release.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Not out yet.

## [1.10.0] - 2026-01-02

### Added

- A thing.

### Fixed

- Another.

## [1.1.0]

## [1.0.0]

### Added

## [0.9.0]

- First, [with a link](docs/index.md).

[1.10.0]: https://example.org/
`;

test('the notes are the section of the version, without its heading', () => {
  assert.equal(
    releaseNotes(CHANGELOG, '1.10.0'),
    '### Added\n\n- A thing.\n\n### Fixed\n\n- Another.\n',
  );
});

const withoutNotes: readonly (readonly [string, string, RegExp])[] = [
  ['a version that is not there', '1.2.0', /no section \[1\.2\.0\]/],
  ['a dot is a dot', '1x10y0', /no section/],
  ['a version that is the beginning of another', '1.1', /no section/],
  ['an empty section', '1.1.0', /says nothing/],
  ['a section of headings', '1.0.0', /says nothing/],
];
for (const [what, version, message] of withoutNotes) {
  test(`no notes: ${what}`, () => {
    assert.throws(() => releaseNotes(CHANGELOG, version), message);
  });
}

test('the changelog of this repository has notes for the version in package.json', async () => {
  const read = (path: string) => readFile(new URL(path, REPOSITORY), 'utf8');
  const { version } = JSON.parse(await read('package.json')) as { readonly version: string };
  assert.match(releaseNotes(await read('CHANGELOG.md'), version), /^### Added$/m);
});

const good: Candidate = {
  version: '1.10.0',
  packageVersion: '1.10.0',
  commit: 'new',
  tags: new Map([
    ['v1', 'old'],
    ['v1.9.0', 'old'],
    ['v0.99.99', 'older'],
    ['v2.0.0', 'other'],
    ['nightly-9.9.9', 'other'],
  ]),
};
const tagged = (tag: string, commit: string) => ({
  ...good,
  tags: new Map([...good.tags, [tag, commit]]),
});

test('a version that is new in its major may be released', () => {
  assert.doesNotThrow(() => checkRelease(good));
  assert.doesNotThrow(() => checkRelease({ ...good, tags: new Map() }));
});

test('a run that tagged this commit and then failed may be repeated', () => {
  assert.doesNotThrow(() => checkRelease(tagged('v1.10.0', 'new')));
});

const refused: readonly (readonly [string, Candidate, RegExp])[] = [
  ['a tag of another commit', tagged('v1.10.0', 'old'), /v1\.10\.0 is old and does not move/],
  ['an older version than the newest', tagged('v1.11.0', 'old'), /v1\.11\.0 is newer/],
  ['an older patch', tagged('v1.10.1', 'old'), /v1\.10\.1 is newer/],
  ['not the version of package.json', { ...good, packageVersion: '1.9.0' }, /has version 1\.9\.0/],
  ...['', 'v1.10.0', '1.10', '1.10.0-rc.1', '1.10.0\n', '01.10.0', '$(id)'].map(
    (version) =>
      [
        JSON.stringify(version),
        { ...good, version, packageVersion: version },
        /no version/,
      ] as const,
  ),
];
for (const [what, candidate, message] of refused) {
  test(`no release: ${what}`, () => {
    assert.throws(() => checkRelease(candidate), message);
  });
}

test('from the command line, in a repository: the notes, or why not', async () => {
  await using directory = await temporaryDirectory();
  const cwd = directory.path;
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd });
  const commit = () => git('commit', '--quiet', '--allow-empty', '-m', 'a');
  const script = fileURLToPath(new URL('scripts/release.ts', REPOSITORY));
  const release = () => spawnSync(process.execPath, [script, '1.10.0'], { cwd, encoding: 'utf8' });
  await writeFile(join(cwd, 'package.json'), '{"version":"1.10.0"}');
  await writeFile(join(cwd, 'CHANGELOG.md'), CHANGELOG);
  git('init', '--quiet');
  commit();
  const first = release();
  assert.deepEqual([first.status, first.stdout], [0, releaseNotes(CHANGELOG, '1.10.0')]);
  git('tag', '--annotate', '-m', 'a', 'v1.10.0');
  git('tag', 'v1');
  assert.equal(release().status, 0);
  commit();
  const later = release();
  assert.deepEqual([later.status, later.stdout], [1, '']);
  assert.match(later.stderr, /^v1\.10\.0 is \w{40} and does not move to \w{40}: .*\n$/);
});
