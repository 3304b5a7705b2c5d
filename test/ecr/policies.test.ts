import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositoryReference } from '../../src/ecr/names/reference.ts';
import { policiesIn, type Policy, policiesRefused, setEach } from '../../src/ecr/policies.ts';
import { PushError } from '../../src/errors.ts';

const lifecycle: Policy = {
  name: 'lifecycle-policy',
  call: 'PutLifecyclePolicy',
  text: '{"rules":[]}',
};
const access: Policy = {
  name: 'repository-policy',
  call: 'SetRepositoryPolicy',
  text: '{"Statement":[]}',
};

test('the policies in the settings, and the calls that set them', () => {
  assert.deepEqual(policiesIn({}), []);
  assert.deepEqual(policiesIn({ lifecyclePolicyText: lifecycle.text }), [lifecycle]);
  assert.deepEqual(policiesIn({ policyText: access.text }), [access]);
  const both = { policyText: access.text, lifecyclePolicyText: lifecycle.text };
  assert.deepEqual(policiesIn(both), [lifecycle, access]);
});

test('a policy of no text is one all the same: ECR has the last word', () => {
  assert.deepEqual(policiesIn({ policyText: '' }), [{ ...access, text: '' }]);
});

const own: RepositoryReference = {
  type: 'private',
  registryId: '012345678901',
  region: 'eu-west-1',
  name: 'team/app',
};

interface Command {
  readonly what: string;
  readonly policy: Policy;
  readonly repository: RepositoryReference;
  readonly command: string;
}

const commands: readonly Command[] = [
  {
    what: 'a lifecycle policy',
    policy: lifecycle,
    repository: own,
    command:
      'aws ecr put-lifecycle-policy --lifecycle-policy-text file://POLICY.json --repository-name team/app --registry-id 012345678901 --region eu-west-1',
  },
  {
    what: 'a repository policy',
    policy: access,
    repository: own,
    command:
      'aws ecr set-repository-policy --policy-text file://POLICY.json --repository-name team/app --registry-id 012345678901 --region eu-west-1',
  },
  {
    what: 'a policy where neither account nor region is known',
    policy: access,
    repository: { ...own, registryId: undefined, region: undefined },
    command:
      'aws ecr set-repository-policy --policy-text file://POLICY.json --repository-name team/app',
  },
  {
    what: 'a policy of a public repository',
    policy: access,
    repository: { ...own, type: 'public', registryId: 'alias', region: 'us-east-1' },
    command:
      'aws ecr-public set-repository-policy --policy-text file://POLICY.json --repository-name team/app --region us-east-1',
  },
];

for (const { what, policy, repository, command } of commands) {
  test(`${what} that is refused: the error says what is there, and how to finish it`, () => {
    const cause = new Error('as ECR says it');
    const explained = new PushError('INVALID_PARAMETER', `${policy.call}: refused`, {
      hint: 'Correct it.',
      cause,
    });
    const error = policiesRefused([{ policy, error: explained }], repository);
    assert(error instanceof PushError);
    assert.equal(error.code, 'INVALID_PARAMETER');
    assert.equal(
      error.message,
      `${policy.call}: refused. The repository exists, but has no ${policy.name}`,
    );
    assert.equal(
      error.hint,
      `Correct it. Fix it and run the step again: while the repository is empty, the step sets the missing policies. Or set them by hand: ${command}`,
    );
    assert.equal(error.cause, cause);
  });
}

for (const [what, error] of [
  ['a run that was stopped', new PushError('CANCELLED', 'The step was cancelled')],
  ['what is no error of this action', new Error('another target failed')],
] as const) {
  test(`${what} is no refusal`, () => {
    assert.equal(policiesRefused([{ policy: lifecycle, error }], own), error);
  });
}

test('where two policies are refused, both are named, and how to set each', () => {
  const refused = (policy: Policy) => ({
    policy,
    error: new PushError('ACCESS_DENIED', `${policy.call}: no`, { hint: 'Allow it.' }),
  });
  const error = policiesRefused([refused(lifecycle), refused(access)], own);
  assert(error instanceof PushError);
  assert.match(
    error.message,
    /^PutLifecyclePolicy: no\. .* no lifecycle-policy and no repository-policy$/,
  );
  assert.match(error.hint, /aws ecr put-lifecycle-policy .* && aws ecr set-repository-policy /);
});

test('a policy that is refused does not keep the others from being set', async () => {
  const set: string[] = [];
  const error = new PushError('ACCESS_DENIED', 'no');
  const setting = setEach([lifecycle, access], own, (policy) => {
    set.push(policy.name);
    return policy === lifecycle ? Promise.reject(error) : Promise.resolve();
  });
  await assert.rejects(setting, /no\. The repository exists, but has no lifecycle-policy$/);
  assert.deepEqual(set, ['lifecycle-policy', 'repository-policy']);
});
