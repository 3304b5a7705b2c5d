import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetDefaults } from '../../src/inputs/default-repository.ts';
import { parseTag } from '../../src/inputs/parse-tag.ts';
import { refusedWith } from '../support/refused.ts';

const HOST = '000123456789.dkr.ecr.eu-west-1.amazonaws.com';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const NONE: TargetDefaults = {
  repository: undefined,
  registryType: 'private',
  registryId: undefined,
  region: undefined,
};
const at = (repository: string): TargetDefaults => ({ ...NONE, repository });

const taken: readonly [text: string, tag: string | undefined, name: string][] = [
  ['1.0', '1.0', 'app'],
  ['app', 'app', 'app'],
  [`${HOST}/other:1.0`, '1.0', 'other'],
  [`/${HOST}/other`, undefined, 'other'],
  [`${HOST.toUpperCase()}/other:RC`, 'RC', 'other'],
  ['arn:aws:ecr:eu-west-1:000123456789:repository/other:1.0', '1.0', 'other'],
  ['arn:aws:ecr-public::000123456789:repository/other', undefined, 'other'],
];

for (const [text, tag, name] of taken) {
  test(`${text} is the tag ${tag ?? 'that there is by default'} of ${name}`, () => {
    const reference = parseTag(text, at('app'));
    assert.equal(reference.tag, tag);
    assert.equal(reference.repository.name, name);
  });
}

const OWN = 'names the repository, which the input repository does already';
const OTHER = 'is of another repository than the input repository';
const HOSTLESS = 'has no ECR host';

const refusals: readonly [text: string, given: TargetDefaults, says: string, offers: string][] = [
  ['app:1.0', at('app'), `"app:1.0" ${OWN}`, 'Write 1.0: bare tags go to '],
  ['team/app:1.0', at('team/app'), `"team/app:1.0" ${OWN}`, 'Write 1.0: bare tags go to '],
  ['/team/app:1.0', at('team/app/'), OWN, 'Write 1.0: bare tags go to '],
  ['Team/App:1.0', at('team/app'), OWN, 'Write 1.0: bare tags go to '],
  ['team/app:1.0', at(`https://${HOST}/team/app`), OWN, 'Write 1.0: bare tags go to '],
  ['alias/app:1.0', at('public.ecr.aws/alias/app'), OWN, 'Write 1.0: bare tags go to '],
  ['team/app:fix/login', at('team/app'), OWN, 'Write fix-login: '],
  [`team/app:1.0@${DIGEST}`, at('team/app'), OWN, 'Write 1.0: bare tags go to '],
  ['team/app', at('team/app'), OWN, 'Write its tags alone, such as latest: '],
  ['team/app:', at('team/app'), OWN, 'Write its tags alone, such as latest: '],
  [
    'other:1.0',
    at('team/app'),
    `${OTHER}, which is team/app`,
    'Write 1.0 for team/app, or ACCOUNT.dkr.ecr.REGION.amazonaws.com/other:1.0 for other.',
  ],
  [
    'other:1.0',
    { ...at('app'), registryId: '000000000042', region: 'us-west-2' },
    OTHER,
    '000000000042.dkr.ecr.us-west-2.amazonaws.com/other:1.0 for other.',
  ],
  ['team/other:1.0', at(`${HOST}/app`), OTHER, `or ${HOST}/team/other:1.0 for`],
  [
    'other:1.0',
    { ...at('app'), registryType: 'public' },
    OTHER,
    'public.ecr.aws/ALIAS/other:1.0 for other.',
  ],
  ['other:1.0', at('public.ecr.aws/me/app'), OTHER, 'public.ecr.aws/me/other:1.0 for other.'],
  ['app:1.0', NONE, HOSTLESS, 'Write repository: app and tags: 1.0, or'],
  ['team/app:1.0', NONE, HOSTLESS, 'ACCOUNT.dkr.ecr.REGION.amazonaws.com/team/app:1.0.'],
  ['Team/App', NONE, HOSTLESS, 'Write repository: team/app and tags: TAG'],
  ['1.0 2.0', at('app'), '"1.0 2.0"', 'Put commas between tags, 1.0,2.0, or each on its own line.'],
  ['1.0 rc', at('app'), '"1.0 rc"', 'If it is one tag, write 1.0-rc.'],
  ['1.0;2.0', at('app'), '"1.0;2.0"', '1.0,2.0'],
  [
    `${HOST}/app:1 ${HOST}/app:2`,
    NONE,
    'is not an image tag',
    `Put commas between tags, ${HOST}/app:1,${HOST}/app:2, or each on its own line.`,
  ],
  ['1.0 (rc)', at('app'), 'a tag has no " ", "(", ")"', 'Write 1.0-rc;'],
  [`latest@${DIGEST}`, at('app'), 'a tag has no digest', 'Write latest. The digest is'],
  [DIGEST, at('app'), 'a tag has no digest', 'Leave it out.'],
  [`${HOST}/app:1.0@${DIGEST}`, NONE, 'it has a digest', `Write ${HOST}/app:1.0:`],
  ['type=sha', at('app'), 'a tag has no "="', 'the output tags of that action'],
  ['fix/login', at('app'), 'a tag has no "/"', 'Write fix-login;'],
  ['12:30', at('app'), 'a tag has no ":"', 'Write 12-30;'],
  ['2026-01-01T12:30:00', at('app'), 'a tag has no ":"', 'Write 2026-01-01T12-30-00;'],
  ['ghcr.io/team/app:1.0', at('team/app'), 'ghcr.io is another registry', 'ECR only'],
  ['localhost:5000/app:1.0', at('app'), 'localhost:5000 is another registry', 'ECR only'],
  [HOST, at('app'), 'is the host of a registry, not a tag', `${HOST}/NAME:TAG`],
  ['23456789.dkr.ecr.eu-west-1.amazonaws.com/app:1', NONE, 'no host of', 'Did you mean 000023456'],
];

for (const [text, given, says, offers] of refusals) {
  test(`${text} next to ${given.repository ?? 'no repository'} is refused: ${offers}`, () => {
    assert.throws(() => parseTag(text, given), refusedWith(says, offers));
  });
}
