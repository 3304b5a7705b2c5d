import { partition } from '@aws-sdk/core/client';
import { isAccountId } from './check.ts';
import { PUBLIC_REGION, type RepositoryReference, isFullyNamed } from './reference.ts';

/** The console's domain in each partition whose console is known; elsewhere there is no link. */
const CONSOLES: ReadonlyMap<string, string> = new Map([
  ['aws', 'console.aws.amazon.com'],
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
]);

/**
 * Where a person can look at the repository: the ECR console or, for a public repository of which only the alias is
 * known, its page in the gallery. Undefined while the account is unknown, or where no console is known.
 */
export function consoleUrl(repository: RepositoryReference): string | undefined {
  const { type, registryId = '', name, alias = registryId } = repository;
  const region = type === 'public' ? PUBLIC_REGION : repository.region;
  // Whatever the environment says: it becomes part of a host.
  if (region === undefined || !/^[a-z0-9-]+$/.test(region)) return undefined;
  if (isAccountId(registryId)) {
    const domain = CONSOLES.get(partition(region).name);
    if (domain === undefined) return undefined;
    return `https://${region}.${domain}/ecr/repositories/${type}/${registryId}/${pathOf(name)}?region=${region}`;
  }
  const hasPage = type === 'public' && isFullyNamed(repository);
  return hasPage ? `https://gallery.ecr.aws/${pathOf(alias)}/${pathOf(name)}` : undefined;
}

function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
