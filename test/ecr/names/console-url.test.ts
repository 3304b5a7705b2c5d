import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleUrl } from '../../../src/ecr/names/console-url.ts';
import type { RepositoryReference } from '../../../src/ecr/names/reference.ts';

const own: RepositoryReference = {
  type: 'private',
  registryId: '012345678901',
  region: 'eu-west-1',
  name: 'team/app',
};
const open: RepositoryReference = {
  type: 'public',
  registryId: 'my-alias',
  region: undefined,
  name: 'team/app',
};

const PATH = 'ecr/repositories/private/012345678901/team/app';

for (const [what, repository, url] of [
  ['a private one', own, `https://eu-west-1.console.aws.amazon.com/${PATH}?region=eu-west-1`],
  [
    'one in China',
    { ...own, region: 'cn-north-1' },
    `https://cn-north-1.console.amazonaws.cn/${PATH}?region=cn-north-1`,
  ],
  [
    'one in GovCloud',
    { ...own, region: 'us-gov-west-1' },
    `https://us-gov-west-1.console.amazonaws-us-gov.com/${PATH}?region=us-gov-west-1`,
  ],
  ['one in a partition whose console is not known', { ...own, region: 'us-iso-east-1' }, undefined],
  ['one of an unknown account', { ...own, registryId: undefined }, undefined],
  ['one of an unknown region', { ...own, region: undefined }, undefined],
  ['one of a region that is none', { ...own, region: 'evil.example/' }, undefined],
  ['a public one, by its alias', open, 'https://gallery.ecr.aws/my-alias/team/app'],
  [
    'a public one, by its account',
    { ...open, registryId: '012345678901' },
    'https://us-east-1.console.aws.amazon.com/ecr/repositories/public/012345678901/team/app?region=us-east-1',
  ],
  ['a public one of an unknown registry', { ...open, registryId: undefined }, undefined],
] as const) {
  test(`the page of ${what} is ${url ?? 'not known'}`, () => {
    assert.equal(consoleUrl(repository), url);
  });
}
