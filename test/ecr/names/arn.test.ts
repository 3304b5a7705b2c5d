import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRepositoryArn } from '../../../src/ecr/names/arn.ts';
import { type RepositoryReference, repositoryArn } from '../../../src/ecr/names/reference.ts';
import { refused } from '../../support/refused.ts';

const PRIVATE: RepositoryReference = {
  type: 'private',
  registryId: '012345678901',
  region: 'eu-west-1',
  name: 'team/app',
};
const PUBLIC: RepositoryReference = { ...PRIVATE, type: 'public', region: 'us-east-1' };

const arns: readonly [text: string, repository: RepositoryReference, tag: string | undefined][] = [
  ['arn:aws:ecr:eu-west-1:012345678901:repository/team/app', PRIVATE, undefined],
  ['arn:aws:ecr:eu-west-1:012345678901:repository/team/app:1.0', PRIVATE, '1.0'],
  [
    'arn:aws-cn:ecr:cn-north-1:012345678901:repository/team/app',
    { ...PRIVATE, region: 'cn-north-1' },
    undefined,
  ],
  ['arn:aws:ecr-public::012345678901:repository/team/app', PUBLIC, undefined],
  ['arn:aws:ecr-public:us-east-1:012345678901:repository/team/app:1.0', PUBLIC, '1.0'],
];

for (const [text, repository, tag] of arns) {
  test(`${text} is read`, () => {
    assert.deepEqual(parseRepositoryArn(text), { repository, tag });
  });
}

for (const repository of [PRIVATE, PUBLIC]) {
  test(`the ARN that messages give for a ${repository.type} repository leads back to it`, () => {
    assert.deepEqual(parseRepositoryArn(repositoryArn(repository))?.repository, repository);
  });
}

for (const text of ['team/app', 'arn', 'arnold/app', '']) {
  test(`${JSON.stringify(text)} is no ARN`, () => {
    assert.equal(parseRepositoryArn(text), undefined);
  });
}

const refusals: readonly [text: string, part: string][] = [
  ['arn:aws:ecr:eu-west-1:12345678901:repository/app', 'not the ARN of an ECR repository'],
  ['arn:aws:s3:::bucket', 'not the ARN of an ECR repository'],
  ['arn:aws:ecr::012345678901:repository/app', 'not the ARN of an ECR repository'],
  ['arn:aws:ecr:eu.west:012345678901:repository/app', 'not the ARN of an ECR repository'],
  ['arn:aws:ecr:eu-west-1:012345678901:repository/', '""'],
  ['arn:aws:ecr:eu-west-1:012345678901:repository/*', '"*"'],
  ['arn:aws:ecr:eu-west-1:012345678901:repository/app:', '""'],
  ['arn:aws:ecr:eu-west-1:012345678901:repository/app:a/b', 'a tag has no "/"'],
];

for (const [text, part] of refusals) {
  test(`${text} is refused`, () => {
    assert.throws(() => parseRepositoryArn(text), refused('INVALID_INPUT', part));
  });
}
