import type { Plan } from '../plan/plan.ts';
import type { PushContext } from './context.ts';

const ALL_POLICIES = ['lifecycle-policy', 'repository-policy'] as const;

/**
 * The first step of a plan: creates the repository, or gives it the policies that an earlier run could not.
 * @returns false where another job has just created it: it is left as it is, and may hold something by now
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
