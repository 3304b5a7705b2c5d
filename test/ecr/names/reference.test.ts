import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aliasIn,
  checkRegistryId,
  checkRepositoryName,
  checkTag,
  describeRepository,
  isAccountId,
  isEcrReference,
  isFullyNamed,
  parseReference,
  registryHost,
  repositoryArn,
  type RepositoryReference,
  repositoryUri,
} from '../../../src/ecr/names/reference.ts';
import { PushError } from '../../../src/errors.ts';
import { refused } from '../../support/refused.ts';

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
  ['123.dkr.ecr.eu-west-1.amazonaws.com/app', 'another registry'],
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
  const { repository } = parseReference('000000000001.dkr.ecr.eu-west-1.amazonaws.com/app');
  assert.equal(repository.registryId, '000000000001');
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

for (const text of ['team/app', 'app', '', '/app', 'docker.io/app', 'ghcr.io/team/app']) {
  test(`${JSON.stringify(text)} is no reference of ECR's`, () => {
    assert.equal(isEcrReference(text), false);
  });
}

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
  [() => parseReference(`${HOST}/app:fix/login`), 'a tag has no "/"', 'Write fix-login;'],
  [
    () => checkRepositoryName('Some-Org/App', 'private'),
    '"Some-Org/App" is not an ECR repository name: it must be in lower case',
    'Write some-org/app.',
  ],
  [() => checkRepositoryName('Some-Org/App', 'public'), 'lower case', 'Write some-org/app.'],
  [() => parseReference(`${HOST}/Some-Org/App:1.0`), 'lower case', 'Write some-org/app.'],
  [() => parseReference(HOST), `${HOST} is not a valid image reference`, 'HOST/NAME'],
];

for (const [check, says, offers] of advice) {
  test(`advice that fits: ${says}: ${offers}`, () => {
    assert.throws(check, (error) => {
      refused('INVALID_INPUT', says)(error);
      assert.ok(error instanceof PushError);
      assert.ok(error.hint.includes(offers), error.hint);
      return true;
    });
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
