import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Identity } from '../../src/ecr/identity.ts';
import type { RepositoryReference } from '../../src/ecr/names/reference.ts';

const ACCOUNT = '012345678901';
const OTHER = '999999999999';
const own: RepositoryReference = {
  type: 'private',
  registryId: undefined,
  region: 'eu-west-1',
  name: 'team/app',
};
const ofPublic: RepositoryReference = { ...own, type: 'public', region: 'us-east-1' };
const URI = 'public.ecr.aws/local/team/app';

function identityOf(repository: RepositoryReference) {
  const debugs: string[] = [];
  const identity = new Identity(repository, (line) => debugs.push(line));
  return { identity, debugs };
}

interface Case {
  readonly what: string;
  readonly repository: RepositoryReference;
  readonly answer: unknown;
  readonly learned: Partial<RepositoryReference>;
}

const cases: readonly Case[] = [
  {
    what: 'the account, where none was named',
    repository: own,
    answer: { registryId: ACCOUNT },
    learned: { registryId: ACCOUNT },
  },
  {
    what: 'the account, of an error',
    repository: own,
    answer: Object.assign(new Error('refused'), { registryId: ACCOUNT }),
    learned: { registryId: ACCOUNT },
  },
  {
    what: 'nothing, where an account was named',
    repository: { ...own, registryId: OTHER },
    answer: { registryId: ACCOUNT },
    learned: {},
  },
  {
    what: 'nothing, where an alias was named',
    repository: { ...ofPublic, registryId: 'local' },
    answer: { registryId: ACCOUNT },
    learned: {},
  },
  {
    what: 'account and alias of a public repository',
    repository: ofPublic,
    answer: { registryId: ACCOUNT, repositoryUri: URI },
    learned: { registryId: ACCOUNT, alias: 'local' },
  },
  {
    what: 'the alias, where the account was named',
    repository: { ...ofPublic, registryId: ACCOUNT },
    answer: { registryId: ACCOUNT, repositoryUri: URI },
    learned: { alias: 'local' },
  },
  {
    what: 'no alias of a private repository',
    repository: own,
    answer: { registryId: ACCOUNT, repositoryUri: `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/a` },
    learned: { registryId: ACCOUNT },
  },
  {
    what: 'no alias for a private repository, whatever the answer says',
    repository: own,
    answer: { repositoryUri: URI },
    learned: {},
  },
  ...[undefined, null, 'text', 7, {}, [], { registryId: undefined }, { registryId: 12 }].map(
    (answer) => ({
      what: `nothing of ${JSON.stringify(answer)}`,
      repository: own,
      answer,
      learned: {},
    }),
  ),
  {
    what: 'nothing of what is no account id',
    repository: own,
    answer: { registryId: 'local' },
    learned: {},
  },
];

for (const { what, repository, answer, learned } of cases) {
  test(`an answer tells ${what}`, () => {
    const { identity, debugs } = identityOf(repository);
    identity.learn(answer);
    assert.deepEqual(identity.repository, { ...repository, ...learned });
    assert.deepEqual(debugs, []);
  });
}

test('the first account that is told stays', () => {
  const { identity } = identityOf(own);
  identity.learn({ registryId: ACCOUNT });
  identity.learn({ registryId: OTHER });
  assert.equal(identity.repository.registryId, ACCOUNT);
});

const complete: readonly [what: string, repository: RepositoryReference, is: boolean][] = [
  ['a private repository without its account', own, false],
  ['a private repository with its account', { ...own, registryId: ACCOUNT }, true],
  ['a public repository without anything', ofPublic, false],
  ['a public repository with its account alone', { ...ofPublic, registryId: ACCOUNT }, false],
  ['a public repository named by alias', { ...ofPublic, registryId: 'local' }, true],
  [
    'a public repository with account and alias',
    { ...ofPublic, registryId: ACCOUNT, alias: 'local' },
    true,
  ],
];

for (const [what, repository, is] of complete) {
  test(`what pulls name it by is ${is ? '' : 'not '}known of ${what}`, () => {
    assert.equal(identityOf(repository).identity.isComplete, is);
  });
}

/** Sources that answer as told, or throw, and note that they were asked. */
function sources(repositoryAnswer: unknown, accountAnswer: unknown) {
  const asked: string[] = [];
  const source = (call: string, answer: unknown) => ({
    call,
    ask: () => {
      asked.push(call);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return {
    asked,
    repository: source('DescribeRepositories', repositoryAnswer),
    account: source('GetCallerIdentity', accountAnswer),
  };
}

const FAILURE = new Error('not allowed');

interface Completion {
  readonly what: string;
  readonly repository: RepositoryReference;
  /** Of DescribeRepositories and of GetCallerIdentity. */
  readonly answers: readonly [unknown, unknown];
  readonly asked: readonly string[];
  readonly registryId: string | undefined;
  readonly debugs?: readonly string[];
}

const completions: readonly Completion[] = [
  {
    what: 'what is known is not asked for',
    repository: { ...own, registryId: ACCOUNT },
    answers: [FAILURE, FAILURE],
    asked: [],
    registryId: ACCOUNT,
  },
  {
    what: 'the repository is asked first, and that is enough',
    repository: own,
    answers: [{ registryId: ACCOUNT }, FAILURE],
    asked: ['DescribeRepositories'],
    registryId: ACCOUNT,
  },
  {
    what: 'else it is the account of the credentials',
    repository: own,
    answers: [FAILURE, { registryId: ACCOUNT }],
    asked: ['DescribeRepositories', 'GetCallerIdentity'],
    registryId: ACCOUNT,
    debugs: ['DescribeRepositories did not reveal the registry: Error: not allowed'],
  },
  {
    what: 'an answer that tells nothing is no failure',
    repository: own,
    answers: [undefined, { registryId: undefined }],
    asked: ['DescribeRepositories', 'GetCallerIdentity'],
    registryId: undefined,
  },
  {
    what: 'where neither tells, it stays unknown, and nothing fails',
    repository: own,
    answers: [FAILURE, FAILURE],
    asked: ['DescribeRepositories', 'GetCallerIdentity'],
    registryId: undefined,
    debugs: [
      'DescribeRepositories did not reveal the registry: Error: not allowed',
      'GetCallerIdentity did not reveal the registry: Error: not allowed',
    ],
  },
  {
    what: 'an account that is known without its alias is not asked for again',
    repository: { ...ofPublic, registryId: ACCOUNT },
    answers: [{ registryId: ACCOUNT }, FAILURE],
    asked: ['DescribeRepositories'],
    registryId: ACCOUNT,
  },
];

for (const { what, repository, answers, asked, registryId, debugs = [] } of completions) {
  test(what, async () => {
    const opened = identityOf(repository);
    const told = sources(...answers);
    await opened.identity.complete(told.repository, told.account);
    assert.deepEqual(told.asked, asked);
    assert.equal(opened.identity.repository.registryId, registryId);
    assert.deepEqual(opened.debugs, debugs);
  });
}

test('the alias that the user named stays, though the registry has another, too', () => {
  const { identity } = identityOf({ ...ofPublic, registryId: 'custom' });
  identity.learn({ registryId: ACCOUNT, repositoryUri: 'public.ecr.aws/a1b2c3d4/team/app' });
  assert.equal(identity.repository.alias ?? identity.repository.registryId, 'custom');
});
