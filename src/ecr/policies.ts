import { PushError } from '../errors.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { PolicyName } from './registry.ts';
import type { RepositorySettings } from './repository-settings.ts';

export interface Policy {
  readonly name: PolicyName;
  /** The call that sets it. */
  readonly call: 'PutLifecyclePolicy' | 'SetRepositoryPolicy';
  /** JSON. */
  readonly text: string;
}

/** The policies in `settings`: they are set by calls of their own, after the repository was created. */
export function policiesIn({ lifecyclePolicyText, policyText }: RepositorySettings): Policy[] {
  return [
    ...policy('lifecycle-policy', 'PutLifecyclePolicy', lifecyclePolicyText),
    ...policy('repository-policy', 'SetRepositoryPolicy', policyText),
  ];
}

function policy(name: PolicyName, call: Policy['call'], text: string | undefined): Policy[] {
  return text === undefined ? [] : [{ name, call, text }];
}

const COMMANDS = {
  private: {
    'lifecycle-policy': 'aws ecr put-lifecycle-policy --lifecycle-policy-text file://POLICY.json',
    'repository-policy': 'aws ecr set-repository-policy --policy-text file://POLICY.json',
  },
  public: {
    'lifecycle-policy': '',
    'repository-policy': 'aws ecr-public set-repository-policy --policy-text file://POLICY.json',
  },
} as const;

export interface RefusedPolicy {
  readonly policy: Policy;
  /** Explained. */
  readonly error: Error;
}

/** A repository that lacks a policy is not what was asked for: the error says so, and how it gets it. */
export function policiesRefused(
  refused: readonly [RefusedPolicy, ...RefusedPolicy[]],
  repository: RepositoryReference,
): Error {
  const [{ error }] = refused;
  if (!(error instanceof PushError) || error.code === 'CANCELLED') return error;
  const names = refused.map(({ policy }) => policy.name);
  const commands = names.map((name) => `${COMMANDS[repository.type][name]} ${options(repository)}`);
  return new PushError(
    error.code,
    `${error.message}. The repository was created, but has no ${names.join(' and no ')}`,
    {
      hint: `${error.hint} Fix it and run the step again: as long as the repository holds no image, the step sets what it lacks. Or do it by hand: ${commands.join(' && ')}`,
      cause: error.cause,
    },
  );
}

function options({ type, registryId, region, name }: RepositoryReference): string {
  return [
    `--repository-name ${name}`,
    ...(registryId !== undefined && type === 'private' ? [`--registry-id ${registryId}`] : []),
    ...(region === undefined ? [] : [`--region ${region}`]),
  ].join(' ');
}
