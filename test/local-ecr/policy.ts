import { accessDenied } from './errors.ts';

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

/** Whose key it is, as AWS's texts name it. */
export function userOf(accountId: string): string {
  return `arn:aws:iam::${accountId}:user/local`;
}

/** @throws EcrError AccessDeniedException */
export function authorise(
  policy: readonly Statement[] | undefined,
  user: string,
  action: string,
  resource: string,
): void {
  if (policy === undefined || policy.some((statement) => allows(statement, action, resource)))
    return;
  throw accessDenied(user, action, resource, 'identity-based');
}

function allows({ actions, resources = ['*'] }: Statement, action: string, arn: string): boolean {
  return (
    actions.some((pattern) => wildcardMatches(pattern, action)) &&
    resources.some((pattern) => wildcardMatches(pattern, arn))
  );
}
