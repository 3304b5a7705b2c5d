import { invalidParameter, policyNotFound } from '../errors.ts';
import * as inputs from './inputs.ts';
import { isObject } from '../shapes.ts';
import { findRepository, operation } from './operation.ts';

export const PutLifecyclePolicy = operation(inputs.putLifecyclePolicy, (context, input) => {
  const repository = findRepository(context, input);
  const policy = parsePolicy(input.lifecyclePolicyText, 'LifecyclePolicyText');
  if (!Array.isArray(policy['rules'])) throw invalidPolicy('LifecyclePolicyText');
  repository.lifecyclePolicy = input.lifecyclePolicyText;
  return lifecyclePolicy(repository);
});

export const GetLifecyclePolicy = operation(inputs.repositoryInput, (context, input) => {
  const repository = findRepository(context, input);
  if (repository.lifecyclePolicy === undefined) throw policyNotFound(repository, 'Lifecycle');
  return lifecyclePolicy(repository);
});

interface Named {
  readonly registryId: string;
  readonly repositoryName: string;
}

function lifecyclePolicy({
  registryId,
  repositoryName,
  lifecyclePolicy: lifecyclePolicyText,
}: Named & { lifecyclePolicy: string | undefined }): object {
  return { registryId, repositoryName, lifecyclePolicyText };
}

export const SetRepositoryPolicy = operation(inputs.setRepositoryPolicy, (context, input) => {
  const repository = findRepository(context, input);
  const policy = parsePolicy(input.policyText, 'PolicyText');
  if (!Array.isArray(policy['Statement']) && !isObject(policy['Statement']))
    throw invalidPolicy('PolicyText');
  repository.policy = input.policyText;
  return repositoryPolicy(repository);
});

export const GetRepositoryPolicy = operation(inputs.repositoryInput, (context, input) => {
  const repository = findRepository(context, input);
  if (repository.policy === undefined) throw policyNotFound(repository, 'Repository');
  return repositoryPolicy(repository);
});

function repositoryPolicy({
  registryId,
  repositoryName,
  policy: policyText,
}: Named & { policy: string | undefined }): object {
  return { registryId, repositoryName, policyText };
}

const REFUSALS = {
  LifecyclePolicyText: 'Lifecycle policy validation failure',
  PolicyText: 'Invalid repository policy provided',
};
type PolicyParameter = keyof typeof REFUSALS;

const invalidPolicy = (at: PolicyParameter) => invalidParameter(at, REFUSALS[at]);

function parsePolicy(text: string, at: PolicyParameter): Record<string, unknown> {
  try {
    const policy: unknown = JSON.parse(text);
    if (isObject(policy)) return policy;
  } catch {
    // Falls through: text that is no JSON is no policy either.
  }
  throw invalidPolicy(at);
}
