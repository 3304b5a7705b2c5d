import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRepositorySettings } from '../../src/inputs/parse-repository-settings.ts';
import type { RepositorySettings } from '../../src/ecr/repository-settings.ts';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import { refused } from '../support/refused.ts';

const files: Readonly<Record<string, string>> = {
  'policy.json': '{"Statement":[]}',
  'D:\\a\\policy.json': '{"Statement":[]}',
  'bad.json': '{',
};

function readText(path: string): Promise<string> {
  const text = files[path];
  return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
}

const parsed: Readonly<Record<string, [text: string, settings: RepositorySettings]>> = {
  'nothing is no setting': ['', {}],
  'comments and empty lines are left out': ['# a comment\n\n  \n', {}],
  'a value may hold colons': [
    'kms-key: arn:aws:kms:us-east-1:012345678901:key/1',
    { kmsKey: 'arn:aws:kms:us-east-1:012345678901:key/1' },
  ],
  'words are taken in either case': [
    'tag-mutability: Immutable\nencryption: kms_dsse',
    { imageTagMutability: 'IMMUTABLE', encryptionType: 'KMS_DSSE' },
  ],
  'exclusions make a mutability of its own': [
    'tag-mutability: MUTABLE\nmutability-exclusions: v*, release-*',
    { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', mutabilityExclusions: ['v*', 'release-*'] },
  ],
  'an equals sign may be part of a tag': ['tags: query=a=b', { tags: { query: 'a=b' } }],
  'a tag may be empty': ['tags: empty=', { tags: { empty: '' } }],
  'an object of tags may hold what is no text': [
    '{"tags": {"cost-center": 7}}',
    { tags: { 'cost-center': '7' } },
  ],
  'a policy is read from its file': [
    'repository-policy: policy.json',
    { policyText: '{"Statement":[]}' },
  ],
  'the path of its file may begin with a drive': [
    'repository-policy: D:\\a\\policy.json',
    { policyText: '{"Statement":[]}' },
  ],
  'JSON in a line stays as it is written': [
    'lifecycle-policy: {"rules": []}',
    { lifecyclePolicyText: '{"rules": []}' },
  ],
  'quotes around a value are as good as nothing': [
    `encryption: "KMS"\n"scan-on-push": 'True'`,
    { encryptionType: 'KMS', scanOnPush: true },
  ],
  'false is a setting, too': ['scan-on-push: false', { scanOnPush: false }],
};

for (const [name, [text, settings]] of Object.entries(parsed)) {
  test(name, async () => {
    assert.deepEqual(await parseRepositorySettings(text, readText), settings);
  });
}

const refusals: Readonly<Record<string, [text: string, code: ErrorCode, ...parts: string[]]>> = {
  'a key that there is not': ['scan: true', 'INVALID_INPUT', 'scan'],
  'a line without a colon': ['immutable', 'INVALID_INPUT', 'immutable'],
  'a word that a key does not take': ['encryption: AES', 'INVALID_INPUT', 'encryption', 'AES'],
  'neither true nor false': ['scan-on-push: yes', 'INVALID_INPUT', 'scan-on-push'],
  'exclusions of no mutability': ['mutability-exclusions: v*', 'INVALID_INPUT', 'tag-mutability'],
  'a tag without a value': ['tags: team', 'INVALID_INPUT', 'team'],
  'a number for a text': ['{"kms-key": 7}', 'INVALID_INPUT', 'kms-key'],
  'JSON that is none': ['{"kms-key": ', 'INVALID_JSON', 'repository-settings'],
  'a key that is given twice in JSON': [
    '{"encryption": "KMS", "encryption": "AES256"}',
    'INVALID_JSON',
    'encryption',
  ],
  'a key that is given twice in lines': [
    'encryption: KMS\nencryption: AES256',
    'INVALID_INPUT',
    'encryption',
  ],
  'a file that is not there': ['lifecycle-policy: none.json', 'INVALID_INPUT', 'none.json'],
  'a file that is not JSON': ['lifecycle-policy: bad.json', 'INVALID_JSON', 'lifecycle-policy'],
  'a policy that is not JSON': ['repository-policy: {x}', 'INVALID_JSON', 'repository-policy'],
  'tags that are no list': ['{"tags": 7}', 'INVALID_INPUT', 'tags'],
  'a key from the prototype': ['constructor: x', 'INVALID_INPUT', 'constructor'],
};

for (const [name, [text, code, ...parts]] of Object.entries(refusals)) {
  test(`${name} is refused`, async () => {
    await assert.rejects(parseRepositorySettings(text, readText), refused(code, ...parts));
  });
}

const offers: readonly [text: string, hint: string][] = [
  ['scan: true', 'Did you mean scan-on-push? The keys are tag-mutability, '],
  ['tagMutability: MUTABLE', 'Did you mean tag-mutability? The keys are '],
  ['constructor: x', 'The keys are '],
  ['encryption: AES', 'Did you mean AES256? Write AES256, KMS or KMS_DSSE.'],
  ['encryption: kms-dsse', 'Did you mean KMS_DSSE? '],
  ['encryption: none', 'Write AES256, KMS or KMS_DSSE.'],
  ['tag-mutability: imutable', 'Write MUTABLE or IMMUTABLE.'],
  ['tag-mutability: immutabel', 'Did you mean IMMUTABLE? Write MUTABLE or IMMUTABLE.'],
  ['scan-on-push: yes', 'Did you mean true? Write true or false.'],
  ['{"scan-on-push": 0}', 'Did you mean false? Write true or false.'],
  ['scan-on-push = true', 'Write each line as key: value, such as scan-on-push: true.'],
  ['immutable', 'Write each line as key: value.'],
];

for (const [text, hint] of offers) {
  test(`the hint to ${text} is: ${hint}`, async () => {
    await assert.rejects(parseRepositorySettings(text, readText), (error) => {
      assert.ok(error instanceof PushError && error.code === 'INVALID_INPUT');
      assert.ok(error.hint.startsWith(hint), error.hint);
      return true;
    });
  });
}

for (const text of ['{"kms-key": ', 'repository-policy: bad.json']) {
  test(`the hint to ${text} is about JSON, and about no layout`, async () => {
    await assert.rejects(parseRepositorySettings(text, readText), (error) => {
      assert.ok(error instanceof PushError && error.cause instanceof SyntaxError);
      assert.match(error.hint, /^Correct the JSON/);
      return true;
    });
  });
}
