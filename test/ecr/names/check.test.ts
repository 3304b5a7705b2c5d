import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkRegistryId,
  checkRepositoryName,
  checkTag,
  isAccountId,
  isDigest,
} from '../../../src/ecr/names/check.ts';
import { PushError } from '../../../src/errors.ts';
import { refused, refusedWith } from '../../support/refused.ts';

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';

for (const tag of ['1', '_', 'A.b-c_d', 'a'.repeat(128)]) {
  test(`the tag ${tag.slice(0, 10)} is taken`, () => assert.equal(checkTag(tag), tag));
}

const names: readonly [name: string, isPrivate: boolean, isPublic: boolean][] = [
  ['ab', true, true],
  ['a.b-c_d/e', true, true],
  ['a__b', true, false],
  ['a--b', true, false],
  ['a---b/c', true, false],
  ['a'.repeat(205), true, true],
  ['a'.repeat(256), true, false],
  ['a'.repeat(257), false, false],
  ['a', false, false],
  ['a..b', false, false],
  ['a___b', false, false],
  ['a._b', false, false],
  ['-a', false, false],
  ['a/', false, false],
  ['a//b', false, false],
  ['UPPER', false, false],
  ['with space', false, false],
];

for (const [name, ...allowed] of names) {
  for (const [at, type] of (['private', 'public'] as const).entries()) {
    test(`the name ${name.slice(0, 20)} (${name.length}) is ${allowed[at] ? 'taken' : 'refused'} for ${type} repositories`, () => {
      if (allowed[at]) assert.equal(checkRepositoryName(name, type), name);
      else assert.throws(() => checkRepositoryName(name, type), refused('INVALID_INPUT'));
    });
  }
}

test('an account id keeps its leading zeros', () => {
  assert.equal(checkRegistryId('000000000001', 'private'), '000000000001');
  assert.equal(checkRegistryId('0000-0000-0001', 'private'), '000000000001');
  assert.equal(checkRegistryId('0000 0000 0001', 'public'), '000000000001');
});

for (const id of ['1', '12345678901', '1234567890123', 'alias', '12345678901x']) {
  test(`${id} is no account id`, () => {
    assert.throws(
      () => checkRegistryId(id, 'private'),
      refused('INVALID_INPUT', 'registry-id', id),
    );
  });
}

test('a public registry goes by an alias or an account id', () => {
  assert.equal(checkRegistryId('my-alias.1', 'public'), 'my-alias.1');
  assert.equal(checkRegistryId('012345678901', 'public'), '012345678901');
  assert.throws(() => checkRegistryId('A', 'public'), refused('INVALID_INPUT'));
});

for (const [id, isOne] of [
  ['012345678901', true],
  ['01234567890', false],
  ['0123456789012', false],
  ['01234567890a', false],
  [' 012345678901', false],
] as const) {
  test(`${JSON.stringify(id)} is ${isOne ? 'an' : 'no'} account id`, () => {
    assert.equal(isAccountId(id), isOne);
  });
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** What is wrong with a name, as the message says it, and what the hint offers. */
const advice: readonly [check: () => unknown, says: string, offers: string][] = [
  [
    () => checkTag('fix/login-page'),
    '"fix/login-page" is not an image tag: a tag has no "/"',
    'Write fix-login-page;',
  ],
  [() => checkTag('1.0+b/5'), 'a tag has no "+", "/"', 'Write 1.0-b-5;'],
  [() => checkTag('1.0 rc'), 'a tag has no " "', 'docker/metadata-action'],
  [() => checkTag('.hidden'), '".hidden" is not an image tag', 'Write hidden;'],
  [() => checkTag('é'), 'a tag has no "é"', 'A tag has 1 to 128'],
  [() => checkTag(`latest@${DIGEST}`), 'a tag has no digest', 'Write latest. '],
  [() => checkTag(DIGEST), 'a tag has no digest', 'Leave it out. '],
  [() => checkTag(`fix/a@${DIGEST}`), 'a tag has no digest', 'Leave it out. '],
  [() => checkTag('type=sha'), 'a tag has no "="', 'a rule of docker/metadata-action'],
  [
    () => checkRepositoryName('Some-Org/App', 'private'),
    '"Some-Org/App" is not an ECR repository name: it must be in lower case',
    'Write some-org/app.',
  ],
  [() => checkRepositoryName('Some-Org/App', 'public'), 'lower case', 'Write some-org/app.'],
  [() => checkRepositoryName('/team//app/', 'private'), '"/team//app/"', 'Write team/app.'],
  [() => checkRepositoryName('Team\\App', 'private'), '"Team\\\\App"', 'Write team/app.'],
  [
    () => checkRegistryId('12345678901', 'private'),
    'registry-id "12345678901"',
    "It has 11 digits. If YAML dropped zeros before them, write registry-id: '012345678901'.",
  ],
  [() => checkRegistryId('42', 'public'), 'registry-id', "registry-id: '000000000042'"],
  [
    () => checkRegistryId(`https://${HOST}`, 'private'),
    'registry-id',
    "Write registry-id: '000123456789' and aws-region: eu-west-1.",
  ],
  [
    () => checkRegistryId('arn:aws:iam::000123456789:root', 'private'),
    'registry-id',
    "Write registry-id: '000123456789'. An",
  ],
  [
    () => checkRegistryId('public.ecr.aws/alias', 'private'),
    'registry-id',
    'Write registry-id: alias and registry-type: public.',
  ],
  [() => checkRegistryId('eu-west-1', 'private'), 'registry-id', 'write aws-region: eu-west-1'],
  [
    () => checkRegistryId('alias', 'private'),
    'registry-id',
    'An alias needs registry-type: public',
  ],
];

for (const [check, says, offers] of advice) {
  test(`advice that fits: ${says}: ${offers}`, () => {
    assert.throws(check, refusedWith(says, offers));
  });
}

for (const name of ['Team App', 'A', 'a--B-']) {
  test(`capitals are not said to be what is wrong where small letters would not help: ${name}`, () => {
    assert.throws(
      () => checkRepositoryName(name, 'private'),
      (error) => {
        refused('INVALID_INPUT', name)(error);
        assert.ok(error instanceof PushError);
        assert.doesNotMatch(error.message, /case/);
        assert.doesNotMatch(error.hint, /Write/);
        return true;
      },
    );
  });
}

for (const [text, expected] of [
  [DIGEST, true],
  [`latest@${DIGEST}`, true],
  [`sha512:${'0'.repeat(128)}`, true],
  ['app:1.0', false],
  ['md5:abc', false],
  ['user@host', false],
] as const) {
  test(`${text} ${expected ? 'has' : 'has no'} digest`, () =>
    assert.equal(isDigest(text), expected));
}
