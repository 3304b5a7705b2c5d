import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from '@smithy/types';
import { errorName } from './exceptions.ts';
import { noteCall } from './failed-call.ts';
import { noteRenewed } from './retry-of.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
}

/** A client's credential provider: it signs each attempt with what this gives then. */
export type Credentials = (options?: { readonly forceRefresh?: boolean }) => Promise<Keys>;

const EXPIRED: readonly string[] = [
  'ExpiredTokenException',
  'ExpiredToken',
  'TokenRefreshRequired',
];

/** For a client's middleware, inside its retries: notes which call failed, and renews credentials that have expired. */
export function attempts<Input extends object, Output extends object>(
  credentials: Credentials,
): Pluggable<Input, Output> {
  const middleware: FinalizeRequestMiddleware<Input, Output> = (next, context) => async (args) => {
    const used = await credentials();
    try {
      return await next(args);
    } catch (error) {
      if (error instanceof Error) {
        noteCall(error, callOf(context));
        if (EXPIRED.includes(errorName(error)) && (await renewed(used, credentials)))
          noteRenewed(error);
      }
      throw error;
    }
  };
  return {
    applyToStack: (stack) =>
      stack.addRelativeTo(middleware, {
        name: 'ecrAttempts',
        relation: 'after',
        toMiddleware: 'retryMiddleware',
      }),
  };
}

function callOf({ commandName = '' }: HandlerExecutionContext): string {
  return commandName.replace(/Command$/, '');
}

/** Whether the provider has other keys than those used: by now, or once it is asked for fresh ones. */
async function renewed(used: Keys, credentials: Credentials): Promise<boolean> {
  try {
    return (
      differs(used, await credentials()) || differs(used, await credentials({ forceRefresh: true }))
    );
  } catch {
    // The expired keys are what the push ends with.
    return false;
  }
}

function differs(used: Keys, now: Keys): boolean {
  return used.accessKeyId !== now.accessKeyId || used.sessionToken !== now.sessionToken;
}
