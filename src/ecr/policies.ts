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

/** The policies in `settings`, which separate calls set once the repository exists. */
export function policiesIn({ lifecyclePolicyText, policyText }: RepositorySettings): Policy[] {
  return [
    ...policy('lifecycle-policy', 'PutLifecyclePolicy', lifecyclePolicyText),
    ...policy('repository-policy', 'SetRepositoryPolicy', policyText),
  ];
}

function policy(name: PolicyName, call: Policy['call'], text: string | undefined): Policy[] {
  return text === undefined ? [] : [{ name, call, text }];
}

/** Subcommands of the AWS CLI that set a policy, up to its text. */
const COMMANDS = {
  'lifecycle-policy': 'put-lifecycle-policy --lifecycle-policy-text',
  'repository-policy': 'set-repository-policy --policy-text',
} as const;

/**
 * Sets each of the policies, also those after one that is refused. `set` throws explained errors.
 * @throws the first of them, with all policies that the repository lacks
 */
export async function setEach(
  policies: readonly Policy[],
  repository: RepositoryReference,
  set: (policy: Policy) => Promise<unknown>,
): Promise<void> {
  const refused: RefusedPolicy[] = [];
  for (const policy of policies) {
    await set(policy).catch((error: unknown) => {
      refused.push({ policy, error: error instanceof Error ? error : new Error(String(error)) });
    });
  }
  const [first, ...others] = refused;
  if (first !== undefined) throw policiesRefused([first, ...others], repository);
}

export interface RefusedPolicy {
  readonly policy: Policy;
  /** Explained. */
  readonly error: Error;
}

/** The repository exists but lacks a policy: the error says so, and how to set it. */
export function policiesRefused(
  refused: readonly [RefusedPolicy, ...RefusedPolicy[]],
  repository: RepositoryReference,
): Error {
  const [{ error }] = refused;
  if (!(error instanceof PushError) || error.code === 'CANCELLED') return error;
  const names = refused.map(({ policy }) => policy.name);
  const service = repository.type === 'public' ? 'ecr-public' : 'ecr';
  const commands = names.map(
    (name) => `aws ${service} ${COMMANDS[name]} file://POLICY.json ${options(repository)}`,
  );
  return new PushError(
    error.code,
    `${error.message}. The repository exists, but has no ${names.join(' and no ')}`,
    {
      hint: `${error.hint} Fix it and run the step again: while the repository is empty, the step sets the missing policies. Or set them by hand: ${commands.join(' && ')}`,
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
