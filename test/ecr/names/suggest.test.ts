import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTag } from '../../../src/ecr/names/reference.ts';
import { notInTags, suggestTag, withoutScheme } from '../../../src/ecr/names/suggest.ts';

const suggestions: readonly [text: string, tag: string | undefined][] = [
  ['fix/login-page', 'fix-login-page'],
  ['dependabot/npm_and_yarn/@types/node-22.1', 'dependabot-npm_and_yarn-types-node-22.1'],
  ['1.0.0+build.5', '1.0.0-build.5'],
  ['refs/heads/main', 'main'],
  ['refs/tags/v1.0', 'v1.0'],
  ['refs/pull/5/merge', 'refs-pull-5-merge'],
  ['a:b', 'a-b'],
  ['a b', 'a-b'],
  ['.hidden', 'hidden'],
  ['-', undefined],
  ['main/', 'main'],
  ['é', undefined],
  ['/', undefined],
  ['', undefined],
  [`a/${'b'.repeat(200)}`, `a-${'b'.repeat(126)}`],
];

for (const [text, tag] of suggestions) {
  test(`the tag for ${JSON.stringify(text.slice(0, 40))} is ${tag?.slice(0, 40) ?? 'none'}`, () => {
    assert.equal(suggestTag(text), tag);
    if (tag !== undefined) assert.equal(checkTag(tag), tag);
  });
}

const characters: readonly [text: string, quoted: string][] = [
  ['fix/login/page', '"/"'],
  ['1.0+a b', '"+", " "'],
  ['1.0', ''],
  ['.1', ''],
  ['a\nb', '"\\n"'],
  ['abc 😀', '" ", "😀"'],
  ['!@#$%^&', '"!", "@", "#", "$", "%" and others'],
];

for (const [text, quoted] of characters) {
  test(`what is in no tag is named: ${JSON.stringify(text)}`, () => {
    assert.equal(notInTags(text), quoted);
  });
}

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';
const plain: readonly [text: string, expected: string][] = [
  ['team/app', 'team/app'],
  ['team/app/', 'team/app'],
  ['app//', 'app'],
  ['team.x/', 'team.x'],
  [`https://${HOST}/team/app`, `${HOST}/team/app`],
  [`http://${HOST}/team/app/`, `${HOST}/team/app`],
  [`HTTPS://${HOST}/team/app:1.0`, `${HOST}/team/app:1.0`],
  [`https://${HOST}/`, `${HOST}/`],
  ['https://public.ecr.aws/alias/app/', 'public.ecr.aws/alias/app'],
  [`docker://${HOST}/app:1.0`, `${HOST}/app:1.0`],
  [`oci://${HOST}/charts/app`, `${HOST}/charts/app`],
  ['ftp://app', 'ftp://app'],
  ['https', 'https'],
];

for (const [text, expected] of plain) {
  test(`${text} means ${expected}`, () => assert.equal(withoutScheme(text), expected));
}
