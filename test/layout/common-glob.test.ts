import assert from 'node:assert/strict';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { commonGlob } from '../../src/layout/common-glob.ts';

const cases: readonly [what: string, paths: readonly string[], glob: string | undefined][] = [
  ['tars of one name in folders', ['out/a/image.tar', 'out/b/image.tar'], 'out/*/image.tar'],
  ['folders', ['out/a', 'out/b', 'out/c'], 'out/*'],
  ['tars in one folder', ['out/a.tar', 'out/b.tar'], 'out/*.tar'],
  ['tars with two endings', ['/out/a.tar.gz', '/out/b.tar.gz'], '/out/*.tar.gz'],
  ['tars with different endings', ['out/a.tar', 'out/b.tar.gz'], 'out/*'],
  ['tars of their own names in folders', ['out/a/a.tar', 'out/b/b.tar'], 'out/*/*.tar'],
  ['an absolute path and a relative one', ['/a', 'b/a'], undefined],
  ['folders in folders', ['a/x', 'b/y'], '*/*'],
  ['paths of different depths', ['out/a', 'out/b/c'], undefined],
  ['one path', ['out/a'], undefined],
  ['no path', [], undefined],
  ['a folder whose name is a glob', ['o[u]t/a', 'o[u]t/b'], undefined],
  ['a name that is a glob, where they differ', ['out/[a]', 'out/b'], 'out/*'],
];

for (const [what, paths, glob] of cases) {
  test(`${what}: ${glob ?? 'no glob'} is what they have in common`, () => {
    assert.equal(commonGlob(paths), glob);
  });
}

const windows: readonly [paths: readonly string[], glob: string | undefined][] = [
  [['out\\a\\image.tar', 'out\\b\\image.tar'], 'out\\*\\image.tar'],
  [['D:\\a\\x.tar', 'D:\\a\\y.tar'], 'D:\\a\\*.tar'],
  [['D:\\a\\x', 'E:\\a\\x'], undefined],
  [['D:\\[a]\\x', 'D:\\[a]\\y'], undefined],
];

for (const [paths, glob] of windows) {
  test(`on Windows, ${glob ?? 'no glob'} is what ${paths.join(' and ')} have in common`, () => {
    assert.equal(commonGlob(paths, win32), glob);
  });
}
