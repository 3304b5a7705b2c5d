import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetDefaults } from '../../src/inputs/default-repository.ts';
import { parseDigestTargets, parseTargets, type TargetInput } from '../../src/inputs/targets.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { refused, refusedWith } from '../support/refused.ts';

const NONE: TargetDefaults = {
  repository: undefined,
  registryType: 'private',
  registryId: undefined,
  region: undefined,
};
const APP: TargetDefaults = { ...NONE, repository: 'team/app' };

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';

/** `TYPE REGISTRY REGION NAME: TAGS` */
function shown({ repository: { type, registryId, region, name }, tags }: TargetInput): string {
  return `${type} ${registryId ?? '-'} ${region ?? '-'} ${name}: ${tags.join(' ')}`;
}

interface Case {
  readonly tags: readonly string[];
  readonly defaults: TargetDefaults;
  readonly targets: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'no tag is latest': { tags: [], defaults: APP, targets: ['private - - team/app: latest'] },
  'bare tags share one repository': {
    tags: ['1.0', '1', '1.0'],
    defaults: APP,
    targets: ['private - - team/app: 1.0 1'],
  },
  'the inputs fill what bare tags leave open': {
    tags: ['1.0'],
    defaults: { ...APP, registryId: '000000000042', region: 'eu-west-1' },
    targets: ['private 000000000042 eu-west-1 team/app: 1.0'],
  },
  'a public registry is in us-east-1, whatever the region': {
    tags: ['1.0'],
    defaults: { ...APP, registryType: 'public', registryId: 'alias', region: 'eu-west-1' },
    targets: ['public alias us-east-1 team/app: 1.0'],
  },
  'full references need no repository': {
    tags: [`${HOST}/app:1.0`, 'public.ecr.aws/alias/app:1.0'],
    defaults: NONE,
    targets: ['private 000123456789 eu-west-1 app: 1.0', 'public alias us-east-1 app: 1.0'],
  },
  'a reference without a tag is latest': {
    tags: [`${HOST}/app`],
    defaults: NONE,
    targets: ['private 000123456789 eu-west-1 app: latest'],
  },
  'full references say what the inputs do not': {
    tags: [`${HOST}/app:1.0`, '2.0'],
    defaults: { ...APP, registryId: '000000000042', region: 'us-west-2' },
    targets: [
      'private 000123456789 eu-west-1 app: 1.0',
      'private 000000000042 us-west-2 team/app: 2.0',
    ],
  },
  'references of several tags, regions and accounts become one target each': {
    tags: [
      `${HOST}/app:1`,
      `${HOST}/app:2`,
      `${HOST}/other:1`,
      '000123456789.dkr.ecr.us-east-1.amazonaws.com/app:1',
      '000123456780.dkr.ecr.eu-west-1.amazonaws.com/app:1',
    ],
    defaults: NONE,
    targets: [
      'private 000123456789 eu-west-1 app: 1 2',
      'private 000123456789 eu-west-1 other: 1',
      'private 000123456789 us-east-1 app: 1',
      'private 000123456780 eu-west-1 app: 1',
    ],
  },
  'hosts of several kinds for one repository are one target': {
    tags: [`${HOST}/app:1`, '000123456789.dkr.ecr-fips.eu-west-1.amazonaws.com/app:2'],
    defaults: NONE,
    targets: ['private 000123456789 eu-west-1 app: 1 2'],
  },
  'the repository may be a full name': {
    tags: ['1.0'],
    defaults: { ...NONE, repository: `${HOST}/team/app`, registryId: '000000000042' },
    targets: ['private 000123456789 eu-west-1 team/app: 1.0'],
  },
  'the repository may be a full public name': {
    tags: ['1.0'],
    defaults: { ...NONE, repository: 'public.ecr.aws/alias/app' },
    targets: ['public alias us-east-1 app: 1.0'],
  },
  'https:// before names, and a slash after them, are as good as nothing': {
    tags: ['1.0', `https://${HOST}/app:2.0`, 'http://public.ecr.aws/alias/app:3.0/'],
    defaults: { ...NONE, repository: `https://${HOST}/team/app/` },
    targets: [
      'private 000123456789 eu-west-1 team/app: 1.0',
      'private 000123456789 eu-west-1 app: 2.0',
      'public alias us-east-1 app: 3.0',
    ],
  },
  'a bare name may have a slash after it': {
    tags: ['1.0'],
    defaults: { ...NONE, repository: 'team/app/' },
    targets: ['private - - team/app: 1.0'],
  },
  'full references work next to a repository': {
    tags: [`${HOST}/app:1.0`, 'public.ecr.aws/alias/app', '2.0'],
    defaults: APP,
    targets: [
      'private 000123456789 eu-west-1 app: 1.0',
      'public alias us-east-1 app: latest',
      'private - - team/app: 2.0',
    ],
  },
  'a repository may be called like a host, as those of pull-through caches are': {
    tags: ['3'],
    defaults: { ...NONE, repository: 'docker.io/library/alpine' },
    targets: ['private - - docker.io/library/alpine: 3'],
  },
};

const byDigest: Readonly<Record<string, [repository: string, targets: readonly string[]]>> = {
  'one repository': ['team/app', ['private - eu-west-1 team/app: ']],
  'several, each once': [
    `team/app\n${HOST}/app, public.ecr.aws/alias/app\nteam/app`,
    [
      'private - eu-west-1 team/app: ',
      'private 000123456789 eu-west-1 app: ',
      'public alias us-east-1 app: ',
    ],
  ],
};

for (const [name, [repository, targets]] of Object.entries(byDigest)) {
  test(`by digest: ${name}, without a tag`, () => {
    const defaults = { ...NONE, repository, region: 'eu-west-1' };
    assert.deepEqual(parseDigestTargets([], defaults).map(shown), targets);
  });
}

test('by digest, tags are refused: who gives them expects them to be put', () => {
  assert.throws(
    () => parseDigestTargets(['1.0', 'latest'], APP),
    refusedWith('tags has 1.0, latest, but push-by-digest: true puts no tag', 'Leave tags out'),
  );
});

for (const [repository, says] of [
  [undefined, 'push-by-digest needs the input repository'],
  ['team/app:1.0', 'has a tag: team/app:1.0'],
] as const) {
  test(`by digest, the repository ${repository} is refused`, () => {
    assert.throws(() => parseDigestTargets([], { ...NONE, repository }), refusedWith(says));
  });
}

for (const [name, { tags, defaults, targets }] of Object.entries(cases)) {
  test(name, () => assert.deepEqual(parseTargets(tags, defaults).map(shown), targets));
}

const refusals: Readonly<
  Record<string, [tags: string[], defaults: TargetDefaults, code: ErrorCode, part: string]>
> = {
  'a bare tag without a repository': [['1.0'], NONE, 'INVALID_INPUT', '1.0'],
  'no tag and no repository': [[], NONE, 'INVALID_INPUT', 'latest'],
  'a tag that is none': [['a:b'], APP, 'INVALID_INPUT', 'a:b'],
  "another registry's reference among ECR's": [
    [`${HOST}/app:1.0`, 'ghcr.io/team/app:1.0'],
    NONE,
    'INVALID_INPUT',
    'ghcr.io',
  ],
  "a name that is Docker Hub's": [['team/app:1.0'], NONE, 'INVALID_INPUT', 'docker.io'],
  'a branch next to a repository': [['fix/login-page'], APP, 'INVALID_INPUT', 'a tag has no "/"'],
  'a branch that looks like a version': [['v1.2/fix'], APP, 'INVALID_INPUT', 'a tag has no "/"'],
  'a branch among full references': [
    [`${HOST}/app:1.0`, 'feature/a.b'],
    APP,
    'INVALID_INPUT',
    'a tag has no "/"',
  ],
  'a slash after a tag': [['main/'], APP, 'INVALID_INPUT', 'a tag has no "/"'],
  'a version with a plus': [['1.0+5'], APP, 'INVALID_INPUT', 'a tag has no "+"'],
  'a reference to another registry next to a repository': [
    ['ghcr.io/team/app'],
    APP,
    'INVALID_INPUT',
    'ghcr.io is another registry',
  ],
  'an address of another registry': [
    ['https://ghcr.io/team/app:1.0'],
    APP,
    'INVALID_INPUT',
    'ghcr.io is another registry',
  ],
  'a host alone as a tag': [[`https://${HOST}`], APP, 'INVALID_INPUT', HOST],
  'a host alone as a repository': [
    ['1.0'],
    { ...NONE, repository: `${HOST}/` },
    'INVALID_INPUT',
    '""',
  ],
  'a host as a repository, as the output of a login has it': [
    ['1.0'],
    { ...NONE, repository: HOST },
    'INVALID_INPUT',
    `a registry's host: ${HOST}`,
  ],
  'nothing after https:// as a repository': [
    ['1.0'],
    { ...NONE, repository: 'https://' },
    'INVALID_INPUT',
    '""',
  ],
  'a repository in capitals': [
    ['1.0'],
    { ...NONE, repository: 'Some-Org/App' },
    'INVALID_INPUT',
    'lower case',
  ],
  'a repository with a tag': [
    ['1.0'],
    { ...NONE, repository: `${HOST}/app:2.0` },
    'INVALID_INPUT',
    'app:2.0',
  ],
  'a repository that is no name': [
    ['1.0'],
    { ...NONE, repository: 'Team' },
    'INVALID_INPUT',
    'Team',
  ],
  'an account id without its zeros': [
    ['1.0'],
    { ...APP, registryId: '42' },
    'INVALID_INPUT',
    '"42"',
  ],
  'an alias for a private registry': [
    ['1.0'],
    { ...APP, registryId: 'alias' },
    'INVALID_INPUT',
    'alias',
  ],
  'a region that is none': [
    ['1.0'],
    { ...APP, region: 'eu west 1' },
    'INVALID_INPUT',
    'aws-region',
  ],
};

for (const [name, [tags, defaults, code, part]] of Object.entries(refusals)) {
  test(`${name} is refused`, () => {
    assert.throws(() => parseTargets(tags, defaults), refused(code, part));
  });
}
