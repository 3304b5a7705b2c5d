import type { Plan } from '../plan/plan.ts';
import type { PushContext } from './context.ts';

const ALL_POLICIES = ['lifecycle-policy', 'repository-policy'] as const;

/** The first step of a plan: creates the repository, or gives it the policies that an earlier run could not. */
export async function prepareRepository(
  { repository, missingPolicies }: Plan,
  { registry, signal, createRepository: settings, tell }: PushContext,
): Promise<void> {
  if (settings === undefined) return;
  if (repository === 'create') {
    // One that another job has just created is left as it is.
    if ((await registry.createRepository(settings, signal)) === 'exists') return;
    tell({ kind: 'repository-created' });
    await registry.setPolicies(ALL_POLICIES, settings, signal);
  } else if (repository === 'finish') {
    await registry.setPolicies(missingPolicies, settings, signal);
    tell({ kind: 'policies-set' });
  }
}
