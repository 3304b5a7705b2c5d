import { EcrError } from './errors.ts';

/** Of an identity-based policy: what is allowed. `*` and `?` are wildcards. */
export interface Statement {
  /** `ecr:PutImage`, `ecr-public:*` */
  readonly actions: readonly string[];
  /** ARNs of repositories; all when absent. */
  readonly resources?: readonly string[];
}

export function wildcardMatches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function authorise(
  policy: readonly Statement[] | undefined,
  user: string,
  action: string,
  resource: string,
): void {
  if (policy === undefined || policy.some((statement) => allows(statement, action, resource)))
    return;
  throw new EcrError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}

function allows({ actions, resources = ['*'] }: Statement, action: string, arn: string): boolean {
  return (
    actions.some((pattern) => wildcardMatches(pattern, action)) &&
    resources.some((pattern) => wildcardMatches(pattern, arn))
  );
}
