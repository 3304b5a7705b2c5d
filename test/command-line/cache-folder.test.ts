import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheFolder } from '../../src/command-line/cache-folder.ts';

type Environment = Readonly<Record<string, string>>;

const cases: readonly [
  platform: string,
  env: Environment,
  home: string,
  folder: string | undefined,
][] = [
  ['linux', {}, '/home/me', '/home/me/.cache/ecr-layer-push'],
  ['linux', { XDG_CACHE_HOME: '/build/cache' }, '/home/me', '/build/cache/ecr-layer-push'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me', '/home/me/.cache/ecr-layer-push'],
  ['linux', { LOCALAPPDATA: '/odd' }, '/home/me', '/home/me/.cache/ecr-layer-push'],
  ['linux', {}, '', undefined],
  ['darwin', {}, '/Users/me', '/Users/me/Library/Caches/ecr-layer-push'],
  ['darwin', { XDG_CACHE_HOME: '/build/cache' }, '/Users/me', '/build/cache/ecr-layer-push'],
  ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Users\\me', 'C:\\Local\\ecr-layer-push'],
  ['win32', {}, 'C:\\Users\\me', 'C:\\Users\\me\\.cache\\ecr-layer-push'],
];

for (const [platform, env, home, folder] of cases) {
  test(`on ${platform} with ${JSON.stringify(env)} and the home ${home || 'of nobody'}, it is ${folder ?? 'nowhere'}`, () => {
    assert.equal(cacheFolder({ platform, env, homedir: () => home }), folder);
  });
}

test('a user without a home has none', () => {
  const homedir = () => {
    throw new Error('uv_os_homedir returned ENOENT');
  };
  assert.equal(cacheFolder({ platform: 'linux', env: {}, homedir }), undefined);
});
