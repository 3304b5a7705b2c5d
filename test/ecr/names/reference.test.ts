import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTag } from '../../../src/ecr/names/check.ts';
import {
  aliasIn,
  describeRepository,
  isEcrReference,
  isFullyNamed,
  parseReference,
  registryHost,
  repositoryArn,
  type RepositoryReference,
  repositoryUri,
} from '../../../src/ecr/names/reference.ts';
import { refused, refusedWith } from '../../support/refused.ts';

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';
const privateAt = (name: string): RepositoryReference => ({
  type: 'private',
  registryId: '000123456789',
  region: 'eu-west-1',
  name,
  host: HOST,
});
const publicAt = (alias: string, name: string, host = 'public.ecr.aws'): RepositoryReference => ({
  type: 'public',
  registryId: alias,
  region: 'us-east-1',
  name,
  host,
});

const references: Readonly<Record<string, [RepositoryReference, tag: string | undefined]>> = {
  [`${HOST}/app`]: [privateAt('app'), undefined],
  [`${HOST}/team/app:1.0`]: [privateAt('team/app'), '1.0'],
  [`${HOST}/docker.io/library/alpine:3`]: [privateAt('docker.io/library/alpine'), '3'],
  'public.ecr.aws/alias/app:1.0': [publicAt('alias', 'app'), '1.0'],
  'public.ecr.aws/a1b2c3d4/team/app': [publicAt('a1b2c3d4', 'team/app'), undefined],
  'ecr-public.aws.com/alias/app:1.0': [publicAt('alias', 'app', 'ecr-public.aws.com'), '1.0'],
};

for (const [text, [repository, tag]] of Object.entries(references)) {
  test(`${text} is read`, () => {
    assert.deepEqual(parseReference(text), { repository, tag });
    assert.ok(isEcrReference(text));
  });
}

/** What is wrong, by what the message must name. */
const malformed: readonly [text: string, part: string][] = [
  ['ghcr.io/team/app:1.0', 'ghcr.io is another registry'],
  ['localhost:5000/app:1.0', 'localhost:5000 is another registry'],
  ['localhost/app', 'localhost is another registry'],
  ['team/app:1.0', 'docker.io is another registry'],
  ['123.dkr.ecr.eu-west-1.amazonaws.com/app', 'no host of a registry'],
  [`${HOST}/app@sha256:${'0'.repeat(64)}`, 'sha256'],
  [`${HOST}/app:1.0:2.0`, 'app:1.0:2.0'],
  [`${HOST}/App:1.0`, '"App"'],
  [`${HOST}/`, '""'],
  [`${HOST}/a`, '"a"'],
  [`${HOST}//app`, '"/app"'],
  ['public.ecr.aws/app:1.0', 'public.ecr.aws/app:1.0'],
  ['public.ecr.aws/ALIAS/app', 'ALIAS'],
  ['public.ecr.aws//app', 'public.ecr.aws//app'],
  [`public.ecr.aws/alias/${'a'.repeat(206)}`, 'aaa'],
];

for (const [text, part] of malformed) {
  test(`${text} is refused`, () => {
    assert.throws(() => parseReference(text), refused('INVALID_INPUT', part));
  });
}

for (const tag of ['', '.1', '-1', 'a b', 'é', 'a'.repeat(129)]) {
  test(`the tag ${JSON.stringify(tag.slice(0, 10))} is refused, bare and in a reference`, () => {
    assert.throws(() => checkTag(tag), refused('INVALID_INPUT'));
    assert.throws(() => parseReference(`${HOST}/app:${tag}`), refused('INVALID_INPUT'));
  });
}

const bare = { region: 'eu-west-1', name: 'team/app' } as const;

test('what pulls name: by the host that was given, else by the one that all have', () => {
  const own = { type: 'private', registryId: '012345678901', ...bare } as const;
  assert.equal(repositoryUri(own), '012345678901.dkr.ecr.eu-west-1.amazonaws.com/team/app');
  const fips = '012345678901.dkr.ecr-fips.eu-west-1.amazonaws.com';
  assert.equal(repositoryUri({ ...own, host: fips }), `${fips}/team/app`);
  assert.equal(repositoryUri({ ...own, registryId: undefined }), undefined);
  assert.equal(repositoryUri(publicAt('alias', 'app')), 'public.ecr.aws/alias/app');
  // As long as the alias is not known.
  assert.equal(repositoryUri(publicAt('012345678901', 'app')), 'public.ecr.aws/012345678901/app');
  const known = { ...publicAt('012345678901', 'app'), alias: 'mine' };
  assert.equal(repositoryUri(known), 'public.ecr.aws/mine/app');
  assert.equal(registryHost(publicAt('alias', 'app')), 'public.ecr.aws');
});

test('a public repository is fully named by an alias alone, a private one by account and region', () => {
  const own = { type: 'private', registryId: '012345678901', ...bare } as const;
  assert.equal(isFullyNamed(own), true);
  assert.equal(isFullyNamed({ ...own, registryId: undefined }), false);
  assert.equal(isFullyNamed(publicAt('alias', 'app')), true);
  assert.equal(isFullyNamed(publicAt('012345678901', 'app')), false);
  assert.equal(isFullyNamed({ ...publicAt('012345678901', 'app'), alias: 'mine' }), true);
});

test('messages name what is known', () => {
  const unknown = { type: 'private', registryId: undefined, region: undefined, name: 'a' } as const;
  assert.equal(describeRepository(unknown), 'repository a');
  assert.equal(
    describeRepository(privateAt('app')),
    'repository app of registry 000123456789 in eu-west-1',
  );
  assert.equal(describeRepository(publicAt('me', 'app')), 'public repository app of registry me');
});

test('ARNs name what is known, and a star for the rest', () => {
  assert.equal(
    repositoryArn(privateAt('app')),
    'arn:aws:ecr:eu-west-1:000123456789:repository/app',
  );
  assert.equal(
    repositoryArn({ type: 'private', registryId: undefined, region: 'cn-north-1', name: 'app' }),
    'arn:aws-cn:ecr:cn-north-1:*:repository/app',
  );
  assert.equal(repositoryArn(publicAt('me', 'app')), 'arn:aws:ecr-public::*:repository/app');
});

const partitions: Readonly<Record<string, string>> = {
  'eu-west-1': 'aws',
  'us-gov-west-1': 'aws-us-gov',
  'cn-north-1': 'aws-cn',
  'eusc-de-east-1': 'aws-eusc',
  'us-iso-east-1': 'aws-iso',
  'us-isob-east-1': 'aws-iso-b',
  'us-isof-south-1': 'aws-iso-f',
  'eu-isoe-west-1': 'aws-iso-e',
};

for (const [region, partition] of Object.entries(partitions)) {
  test(`${region} is in ${partition}, as ARNs must say`, () => {
    const repository = { type: 'private', registryId: undefined, region, name: 'app' } as const;
    assert.equal(repositoryArn(repository), `arn:${partition}:ecr:${region}:*:repository/app`);
  });
}

test('where neither account nor region is known, a star stands for both', () => {
  const unknown = { type: 'private', registryId: undefined, region: undefined, name: 'a' } as const;
  assert.equal(repositoryArn(unknown), 'arn:aws:ecr:*:*:repository/a');
});

const aliases: readonly [answer: unknown, alias: string | undefined][] = [
  ['public.ecr.aws/alias/app', 'alias'],
  ['public.ecr.aws/a1b2c3d4/team/app', 'a1b2c3d4'],
  ['ecr-public.aws.com/alias/app', 'alias'],
  ['public.ecr.aws/012345678901/app', undefined],
  ['public.ecr.aws/alias', undefined],
  ['public.ecr.aws//app', undefined],
  ['public.ecr.aws', undefined],
  ['000123456789.dkr.ecr.eu-west-1.amazonaws.com/team/app', undefined],
  ['example.com/alias/app', undefined],
  ['', undefined],
  [7, undefined],
  [undefined, undefined],
];

for (const [answer, alias] of aliases) {
  test(`the alias in ${JSON.stringify(answer)} is ${alias ?? 'none'}`, () => {
    assert.equal(aliasIn(answer), alias);
  });
}

test('what pulls name: a public repository goes by the alias that was told', () => {
  const own = { ...publicAt('012345678901', 'app'), alias: 'local' };
  assert.equal(repositoryUri(own), 'public.ecr.aws/local/app');
  const unnamed = { ...publicAt('', 'team/app'), registryId: undefined };
  assert.equal(repositoryUri(unnamed), undefined);
  assert.equal(repositoryUri({ ...unnamed, alias: 'local' }), 'public.ecr.aws/local/team/app');
});

for (const text of ['team/app', 'app', '', '/app', 'docker.io/app', 'ghcr.io/team/app']) {
  test(`${JSON.stringify(text)} is no reference of ECR's`, () => {
    assert.equal(isEcrReference(text), false);
  });
}

/** What is wrong with a reference, as the message says it, and what the hint offers. */
const advice: readonly [text: string, says: string, offers: string][] = [
  [`${HOST}/app:fix/login`, 'a tag has no "/"', 'Write fix-login;'],
  [`${HOST}/Some-Org/App:1.0`, 'lower case', 'Write some-org/app.'],
  [`${HOST}//team//app:1.0`, 'not an ECR repository name', 'Write team/app.'],
  [HOST, `${HOST} is not a valid image reference`, 'HOST/NAME'],
  [`${HOST}/app:1.0@sha256:${'0'.repeat(64)}`, 'it has a digest', `Write ${HOST}/app:1.0:`],
  [`${HOST}/app@sha256:${'0'.repeat(64)}`, 'it has a digest', `Write ${HOST}/app:TAG:`],
  [
    '23456789.dkr.ecr.eu-west-1.amazonaws.com/app:1.0',
    'no host of a registry',
    'Did you mean 000023456789.dkr.ecr.eu-west-1.amazonaws.com/app:1.0?',
  ],
  [
    'https.amazonaws.com/app:1.0',
    'no host of a registry',
    'Write ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG',
  ],
];

for (const [text, says, offers] of advice) {
  test(`advice that fits: ${text}: ${offers}`, () => {
    assert.throws(() => parseReference(text), refusedWith(says, offers));
  });
}
