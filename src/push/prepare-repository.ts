import type { Plan } from '../plan/plan.ts';
import type { PushContext } from './context.ts';

const ALL_POLICIES = ['lifecycle-policy', 'repository-policy'] as const;

/**
 * The first step of a plan: creates the repository, or sets the policies that an earlier run could not set.
 * @returns false if another job has just created it: it is left as it is, and may already hold something
 */
export async function prepareRepository(
  { repository, missingPolicies }: Plan,
  { registry, signal, createRepository: settings, tell }: PushContext,
): Promise<boolean> {
  if (settings === undefined) return true;
  if (repository === 'create') {
    if ((await registry.createRepository(settings, signal)) === 'exists') return false;
    tell({ kind: 'repository-created' });
    await registry.setPolicies(ALL_POLICIES, settings, signal);
  } else if (repository === 'finish') {
    await registry.setPolicies(missingPolicies, settings, signal);
    tell({ kind: 'policies-set' });
  }
  return true;
}
