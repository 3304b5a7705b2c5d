import { PushError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';

/** The error of a push for a repository that is missing although it was there at the start; any other as it is. */
export function deletedMidway(error: unknown, planned: Plan | undefined): unknown {
  const wasThere = planned?.repository === 'none' || planned?.repository === 'finish';
  if (!wasThere || !(error instanceof PushError) || error.code !== 'REPOSITORY_NOT_FOUND')
    return error;
  const { code, message, cause } = error;
  return new PushError(code, `${message}. It did when the push began`, {
    hint: 'Somebody deleted it meanwhile. If that was a mistake, run the step again; with create-repository: true, that creates it.',
    cause,
  });
}
