import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';
import {
  isInside,
  isRoot,
  partsOf,
  type PathRules,
  sortPaths,
} from '../../src/layout/path-parts.ts';

const parts: readonly [rules: PathRules, path: string, parts: readonly string[]][] = [
  [posix, 'out/a/image.tar', ['out', 'a', 'image.tar']],
  [posix, '/out/a/', ['/', 'out', 'a']],
  [posix, './a', ['.', 'a']],
  [posix, '/', ['/']],
  [posix, '', []],
  [posix, 'a\\b', ['a\\b']],
  [win32, 'D:\\a\\image.tar', ['D:\\', 'a', 'image.tar']],
  [win32, 'D:/a/image.tar', ['D:/', 'a', 'image.tar']],
  [win32, 'out\\a/image.tar', ['out', 'a', 'image.tar']],
  [win32, 'D:\\', ['D:\\']],
  [win32, '\\\\server\\share\\a', ['\\\\server\\share\\', 'a']],
];

for (const [rules, path, names] of parts) {
  test(`the parts of ${path || 'an empty path'} are ${names.join(' and ') || 'none'}`, () => {
    assert.deepEqual(partsOf(path, rules), names);
    assert.deepEqual(
      names.filter((name) => isRoot(name, rules)),
      names.slice(0, rules.isAbsolute(path) ? 1 : 0),
    );
  });
}

const places: readonly [rules: PathRules, directory: string, path: string, inside: boolean][] = [
  [posix, '/a', '/a/b', true],
  [posix, '/a', '/a', true],
  [posix, '/a', '/a/..b', true],
  [posix, '/a', '/ab', false],
  [posix, '/a', '/', false],
  [posix, '/', '/a', true],
  [win32, 'D:\\a', 'D:\\a\\b', true],
  [win32, 'D:\\a', 'd:\\A\\b', true],
  [win32, 'D:\\a', 'D:\\a\\..b', true],
  [win32, 'D:\\a', 'D:\\ab', false],
  [win32, 'D:\\a', 'D:\\', false],
  [win32, 'D:\\a', 'E:\\a\\b', false],
  [win32, 'D:\\a', '\\\\server\\share\\a', false],
];

for (const [rules, directory, path, inside] of places) {
  test(`${path} is ${inside ? '' : 'not '}inside ${directory}`, () => {
    assert.equal(isInside(directory, path, rules), inside);
  });
}

test('paths have the same order on every system', () => {
  const names = ['a0/x', 'a/x', 'a-b/x', 'A/x', 'a/b/x'];
  const sorted = ['A/x', 'a-b/x', 'a/b/x', 'a/x', 'a0/x'];
  const windows = (paths: readonly string[]) => paths.map((path) => win32.normalize(path));
  assert.deepEqual(sortPaths(names, posix), sorted);
  assert.deepEqual(sortPaths(windows(names), win32), windows(sorted));
});
