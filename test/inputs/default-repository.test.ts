import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRepository, type TargetDefaults } from '../../src/inputs/default-repository.ts';
import { refusedWith } from '../support/refused.ts';

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const APP: TargetDefaults = {
  repository: 'team/app',
  registryType: 'private',
  registryId: undefined,
  region: undefined,
};

/** `TYPE REGISTRY REGION NAME` */
function shown(given: Partial<TargetDefaults>): string {
  const { type, registryId, region, name } = defaultRepository('1.0', { ...APP, ...given });
  return `${type} ${registryId ?? '-'} ${region ?? '-'} ${name}`;
}

const FULL = 'private 000123456789 eu-west-1 team/app';
const taken: readonly [given: Partial<TargetDefaults>, expected: string][] = [
  [{ repository: '/team/app' }, 'private - - team/app'],
  [{ repository: 'team/app/' }, 'private - - team/app'],
  [{ repository: 'ghcr.io/team/app' }, 'private - - ghcr.io/team/app'],
  [{ repository: `${HOST}/team/app` }, FULL],
  [{ repository: `${HOST.toUpperCase()}/team/app` }, FULL],
  [{ repository: 'arn:aws:ecr:eu-west-1:000123456789:repository/team/app' }, FULL],
  [
    {
      repository: 'arn:aws:ecr:eu-west-1:000123456789:repository/team/app',
      registryId: '000000000042',
      region: 'us-west-2',
    },
    FULL,
  ],
  [
    { repository: 'arn:aws:ecr-public::000123456789:repository/team/app' },
    'public 000123456789 us-east-1 team/app',
  ],
  [{ registryId: '0001-2345-6789', region: 'eu-west-1' }, FULL],
];

for (const [given, expected] of taken) {
  test(`${JSON.stringify(given)} is ${expected}`, () => assert.equal(shown(given), expected));
}

const refusals: readonly [given: Partial<TargetDefaults>, says: string, ...offers: string[]][] = [
  [{ repository: undefined }, 'The tag 1.0 needs the input repository', 'Set repository'],
  [
    { repository: 'team/app:latest' },
    'has a tag: team/app:latest',
    'Write repository: team/app, and put latest in tags.',
  ],
  [
    { repository: `${HOST}/team/app:2.0` },
    'has a tag',
    `Write repository: ${HOST}/team/app, and put 2.0 in tags.`,
  ],
  [
    { repository: 'arn:aws:ecr:eu-west-1:000123456789:repository/team/app:2.0' },
    'has a tag',
    'Write repository: arn:aws:ecr:eu-west-1:000123456789:repository/team/app, and put 2.0 in tags.',
  ],
  [
    { repository: `team/app:2.0@${DIGEST}` },
    'has a tag',
    'Write repository: team/app, and put 2.0 in tags.',
  ],
  [{ repository: `team/app@${DIGEST}` }, 'has a digest', 'Write repository: team/app.'],
  [{ repository: 'team/app:' }, 'has a tag', 'Write repository: team/app.'],
  [{ repository: 'localhost:5000/app' }, 'localhost:5000 is another registry', 'to ECR only'],
  [{ repository: 'arn:aws:s3:::bucket' }, 'not the ARN of an ECR repository', 'or NAME alone'],
  [
    { repository: '123456789.dkr.ecr.eu-west-1.amazonaws.com/team/app' },
    'no host of a registry',
    `Did you mean ${HOST}/team/app?`,
  ],
  [{ repository: HOST }, "a registry's host", `Write the repository behind it, ${HOST}/NAME`],
  [{ repository: 'team/app, team/b' }, 'has 2 names: team/app, team/b', 'full references in tags'],
  [{ repository: 'app\nb-2' }, 'has 2 names: app, b-2', 'one a line'],
  [{ repository: 'My App' }, '"My App" is not an ECR repository name', 'A name has'],
  [{ repository: 'team//App' }, '"team//App"', 'Write team/app.'],
  [{ registryId: '12345678901' }, 'registry-id', "registry-id: '012345678901'"],
  [{ registryId: HOST }, 'registry-id', "'000123456789' and aws-region: eu-west-1"],
  [{ registryId: 'eu-west-1' }, 'registry-id', 'write aws-region: eu-west-1'],
  [{ region: 'eu-west-1a' }, 'aws-region "eu-west-1a" is not', 'Write eu-west-1.'],
  [{ region: 'EU-WEST-1' }, 'aws-region', 'Write eu-west-1.'],
  [{ region: HOST }, 'aws-region', 'Write eu-west-1.'],
  [{ region: 'Ireland!' }, 'aws-region', 'Write a region such as eu-west-1.'],
];

for (const [given, says, ...offers] of refusals) {
  test(`${JSON.stringify(given)} is refused: ${says}: ${offers.join(' ')}`, () => {
    assert.throws(() => shown(given), refusedWith(says, ...offers));
  });
}
