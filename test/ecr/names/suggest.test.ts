import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTag } from '../../../src/ecr/names/check.ts';
import {
  adviseRegistryId,
  isNearlyEcr,
  notInTags,
  regionIn,
  suggestName,
  suggestReference,
  suggestTag,
  withoutScheme,
} from '../../../src/ecr/names/suggest.ts';

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
  ['/team/app', 'team/app'],
  ['//team/app/', 'team/app'],
  [`${HOST.toUpperCase()}/Team/App`, `${HOST}/Team/App`],
  [`HTTPS://${HOST.toUpperCase()}/`, `${HOST}/`],
  ['Public.ECR.aws/alias/app', 'public.ecr.aws/alias/app'],
  ['/', ''],
  ['ftp://app', 'ftp://app'],
  ['https', 'https'],
];

for (const [text, expected] of plain) {
  test(`${text} means ${expected}`, () => assert.equal(withoutScheme(text), expected));
}

const repositoryNames: readonly [text: string, name: string][] = [
  ['Team/App', 'team/app'],
  ['team//app', 'team/app'],
  ['/team/app/', 'team/app'],
  ['team\\app', 'team/app'],
  ['team app', 'team app'],
];

for (const [text, name] of repositoryNames) {
  test(`the repository name for ${text} is ${name}`, () => assert.equal(suggestName(text), name));
}

const regions: readonly [text: string, region: string | undefined][] = [
  ['eu-west-1', 'eu-west-1'],
  ['EU-WEST-1', 'eu-west-1'],
  ['eu west 1', 'eu-west-1'],
  ['eu_west_1', 'eu-west-1'],
  ['eu-west1', 'eu-west-1'],
  ['eu-west-1a', 'eu-west-1'],
  ['us-gov-west-1', 'us-gov-west-1'],
  ['us-isob-east-1', 'us-isob-east-1'],
  ['eusc-de-east-1', 'eusc-de-east-1'],
  ['ap-southeast-2', 'ap-southeast-2'],
  ['Europe (Ireland) eu-west-1', 'eu-west-1'],
  ['https://ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
  [HOST, 'eu-west-1'],
  ['ireland', undefined],
  ['my-team-app-1', undefined],
  ['eu-west-12', undefined],
  ['', undefined],
];

for (const [text, region] of regions) {
  test(`the region in ${JSON.stringify(text)} is ${region ?? 'none'}`, () => {
    assert.equal(regionIn(text), region);
  });
}

/** References whose host is none of a registry, and what they were meant to be. */
const nearly: readonly [text: string, reference: string | undefined][] = [
  ['123456789.dkr.ecr.eu-west-1.amazonaws.com/app', `${HOST}/app`],
  ['000123456789.ecr.eu-west-1.amazonaws.com/team/app:1', `${HOST}/team/app:1`],
  [`${HOST}:443/app:1`, `${HOST}/app:1`],
  ['000123456789.dkr.ecr.eu-west-1.amazonaws.com.cn/app', `${HOST}/app`],
  ['api.ecr.eu-west-1.amazonaws.com/app', undefined],
  ['000123456789.dkr.ecr.amazonaws.com/app', undefined],
  ['gallery.ecr.aws/alias/app', 'public.ecr.aws/alias/app'],
  [
    'eu-west-1.console.aws.amazon.com/ecr/repositories/private/000123456789/team/app?region=eu-west-1',
    `${HOST}/team/app`,
  ],
];

for (const [text, reference] of nearly) {
  test(`${text} was meant to be ${reference ?? 'what it does not say'}`, () => {
    assert.equal(isNearlyEcr(text), true);
    assert.equal(suggestReference(text), reference);
  });
}

for (const text of [`${HOST}/app`, HOST, 'public.ecr.aws/a/b', 'ghcr.io/a/b', 'team/app', '']) {
  test(`nothing is wrong with the host of ${JSON.stringify(text)}, or it is no host of AWS`, () => {
    assert.equal(isNearlyEcr(text), false);
  });
}

const ids: readonly [text: string, advice: string][] = [
  [HOST, "Write registry-id: '000123456789' and aws-region: eu-west-1. "],
  ['000123456789/eu-west-1', "Write registry-id: '000123456789' and aws-region: eu-west-1. "],
  ['aws:000123456789', "Write registry-id: '000123456789'. "],
  ['https://public.ecr.aws/alias', 'Write registry-id: alias and registry-type: public. '],
  ['public.ecr.aws', 'Write registry-id: ALIAS and registry-type: public. '],
  ['eu-west-1', 'That is a region: write aws-region: eu-west-1, and the account in registry-id. '],
  [
    '1234',
    "It has 4 digits. If YAML dropped zeros before them, write registry-id: '000000001234'. ",
  ],
  ['1234567890123', ''],
  ['000123456789 000123456780', ''],
  ['Alias', ''],
];

for (const [text, advice] of ids) {
  test(`for the registry id ${text}: ${advice}`, () => {
    assert.equal(adviseRegistryId(text), advice);
  });
}
