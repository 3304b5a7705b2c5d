import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignDirectory, foreignTar } from '../../src/layout/foreign.ts';

const hex = (digit: string) => digit.repeat(64);

interface Case {
  readonly name: string;
  readonly names: readonly string[];
  /** What a directory and a tar of these names are called; undefined for nothing known. */
  readonly directory: RegExp | undefined;
  readonly tar: RegExp | undefined;
}

const cases: readonly Case[] = [
  {
    name: 'skopeo copy dir:',
    names: ['version', 'manifest.json', hex('a'), hex('b')],
    directory: /"dir:" transport.*skopeo copy dir:out oci:/,
    tar: /"dir:" transport.*tar -C unpacked -xf out .*skopeo copy dir:unpacked oci:/,
  },
  {
    name: 'skopeo copy dir: without its version',
    names: ['manifest.json', hex('a')],
    directory: /"dir:" transport/,
    tar: /"dir:" transport/,
  },
  {
    name: 'skopeo copy dir: with a signature',
    names: ['version', 'manifest.json', 'signature-1', hex('a')],
    directory: /"dir:" transport/,
    tar: /"dir:" transport/,
  },
  {
    name: 'docker save before Docker 25',
    names: ['manifest.json', 'repositories', hex('a'), `${hex('b')}.json`],
    directory: /"docker save", unpacked.*tar -C out -cf image\.tar \./,
    tar: undefined,
  },
  {
    name: 'jib',
    names: ['manifest.json', 'config.json', `${hex('c')}.tar.gz`],
    directory: /"docker save", unpacked/,
    tar: undefined,
  },
  {
    name: 'docker save before Docker 1.10',
    names: ['repositories', hex('a'), hex('b')],
    directory:
      /"docker save" before Docker 1\.10, with "repositories".*tar -C out -c \. \| docker load && skopeo copy docker-daemon:NAME:TAG oci:image:latest/,
    tar: /"docker save" before Docker 1\.10, .*docker load --input out && skopeo copy docker-daemon:NAME:TAG oci:/,
  },
  {
    name: 'a folder of repositories',
    names: ['repositories', 'app'],
    directory: undefined,
    tar: undefined,
  },
  {
    name: 'umoci unpack',
    names: ['config.json', 'rootfs', 'umoci.json'],
    directory: /runtime bundle.*buildah build .* out\/rootfs/,
    tar: undefined,
  },
  {
    name: 'docker export',
    names: ['.dockerenv', 'bin', 'etc', 'usr'],
    directory: /rootfs.*FROM scratch.*buildah build .* out .*buildah push app oci:/,
    tar: /rootfs.*"docker export".*docker import out app/,
  },
  {
    name: 'a web application with a manifest',
    names: ['manifest.json', 'index.html'],
    directory: undefined,
    tar: undefined,
  },
  { name: 'a source tree', names: ['bin', 'lib', 'src'], directory: undefined, tar: undefined },
  { name: 'nothing', names: [], directory: undefined, tar: undefined },
];

for (const { name, names, directory, tar } of cases) {
  for (const [form, find, expected] of [
    ['directory', foreignDirectory, directory],
    ['tar', foreignTar, tar],
  ] as const) {
    test(`${name}: as a ${form} it is ${expected === undefined ? 'unknown' : 'known'}`, () => {
      const foreign = find(new Set(names), 'out');
      if (expected === undefined) assert.equal(foreign, undefined);
      else assert.match(`${foreign?.what}: ${foreign?.hint}`, expected);
    });
  }
}

test('a path is quoted in commands', () => {
  const names = new Set(['version', 'manifest.json']);
  assert.match(foreignDirectory(names, 'my image')?.hint ?? '', /dir:'my image'/);
});
