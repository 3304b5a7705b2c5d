import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { TargetReport } from '../../src/push/report.ts';
import { logPlan } from '../../src/report/log-plan.ts';
import { mine, pushReport, REPOSITORY, theirs } from './sample-report.ts';

function linesOf(...targets: readonly Partial<TargetReport>[]): readonly string[] {
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  logPlan(pushReport(...targets), { info: take, warning: take });
  return lines;
}

const WHERE = 'repository team/app of registry 012345678901 in us-east-1';

test('the end of a plan says what would become of each tag, and what would be uploaded', () => {
  const tags = [
    { tag: 'new', kind: 'create' },
    { tag: 'moving', kind: 'move', from: theirs },
    { tag: 'same', kind: 'unchanged' },
    { tag: 'unseen', kind: 'put' },
    { tag: 'held', kind: 'skip', holder: theirs },
    { tag: 'hidden', kind: 'skip', holder: undefined },
  ] as const;
  const fates = [
    `new would be created, for ${mine}`,
    `moving would move from ${theirs} to ${mine}`,
    `same points to ${mine} already`,
    `unseen would point to ${mine}`,
    `held would stay with ${theirs}`,
    'hidden would stay with another image',
  ];
  assert.deepEqual(linesOf({ planned: { repository: 'none', tags, manifests: [] } }), [
    `${WHERE}: ${fates.join('; ')}`,
    'A push would upload 0 blobs (0 B); already there: 0 blobs (0 B)',
  ]);
});

for (const [manifests, says] of [
  [[{ digest: mine, what: 'root image', tag: undefined }], 'would hold'],
  [[], 'holds'],
] as const) {
  test(`the end of a plan without tags says what the repository ${says}`, () => {
    const [line] = linesOf({ planned: { repository: 'none', tags: [], manifests }, tags: [] });
    assert.equal(line, `${WHERE}: ${says} ${mine}`);
  });
}

test('a repository that does not exist, and that no input asks to create, is warned of', () => {
  const planned = { repository: 'await', tags: [], manifests: [] } as const;
  const [line] = linesOf({ planned });
  assert.equal(
    line,
    `${WHERE} does not exist: a push fails unless ECR creates it, or create-repository is true`,
  );
});

test('a target that would fail has its error, and no line', () => {
  assert.deepEqual(linesOf({ error: new PushError('TAG_IS_IMMUTABLE', 'tag v1') }), []);
});

test('where the account could not be learned, the outputs lack it, which is warned of', () => {
  const repository = { ...REPOSITORY, registryId: undefined };
  const planned = { repository: 'none', tags: [], manifests: [] } as const;
  const warning = (target: Partial<TargetReport>): string =>
    linesOf({ repository, ...target })[0] ?? '';
  const asks = /^Could not determine the account.*allow DescribeRepositories$/;
  assert.match(warning({ planned }), asks);
  // That call does not tell whose a repository is that is not there.
  const ofNew = warning({ planned: { ...planned, repository: 'create' } });
  assert.match(ofNew, /^Could not determine the account.*set registry-id to the account ID$/);
});
