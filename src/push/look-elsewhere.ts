import {
  describeRepository,
  PUBLIC_REGION,
  type RepositoryReference,
} from '../ecr/names/reference.ts';
import type { Registry } from '../ecr/registry.ts';
import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { isFailed, type TargetResult } from './push-targets.ts';

type OpenRegistry = (repository: RepositoryReference) => Promise<Registry>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the same name may have been meant, and what of the reference would then be wrong. */
interface Neighbour {
  readonly repository: RepositoryReference;
  readonly wrong: string;
}

/** Where a repository is missing, and one of its name is where the job's own settings lead, the hint says so. */
export async function hintAtNeighbours(
  results: readonly TargetResult[],
  digest: Digest,
  { openRegistry, signal }: { readonly openRegistry: OpenRegistry; readonly signal: AbortSignal },
  environment: Environment = process.env,
): Promise<readonly TargetResult[]> {
  return Promise.all(
    results.map(async (result) => {
      if (!isFailed(result) || !isMissing(result.error)) return result;
      const { code, message, cause } = result.error;
      for (const { repository, wrong } of neighbours(
        result.target.registry.repository,
        environment,
      )) {
        const found = await lookUp(repository, digest, openRegistry, signal);
        if (found === undefined) continue;
        const hint = `There is ${describeRepository(found)}: check ${wrong}.`;
        return { ...result, error: new PushError(code, message, { hint, cause }) };
      }
      return result;
    }),
  );
}

function isMissing(error: unknown): error is PushError {
  return error instanceof PushError && error.code === 'REPOSITORY_NOT_FOUND';
}

/** The nearest first: one part of the reference is wrong, or two. */
export function neighbours(
  { type, registryId, region, name }: RepositoryReference,
  environment: Environment,
): Neighbour[] {
  if (type === 'public') {
    const own = { type, registryId: undefined, region: PUBLIC_REGION, name };
    return registryId === undefined ? [] : [{ repository: own, wrong: 'the alias' }];
  }
  const set = [environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find((text) => text);
  const other = set === region ? undefined : set;
  const isForeign = registryId !== undefined;
  const at = (id: string | undefined, where: string | undefined): RepositoryReference => ({
    type,
    registryId: id,
    region: where,
    name,
  });
  return [
    ...(other === undefined ? [] : [{ repository: at(registryId, other), wrong: 'the region' }]),
    ...(isForeign
      ? [{ repository: at(undefined, region), wrong: 'the account (registry-id)' }]
      : []),
    ...(isForeign && other !== undefined
      ? [{ repository: at(undefined, other), wrong: 'the region and the account (registry-id)' }]
      : []),
  ];
}

/** By a call that every push makes. Undefined, too, where the credentials may not look: it is a hint, no more. */
async function lookUp(
  repository: RepositoryReference,
  digest: Digest,
  openRegistry: OpenRegistry,
  signal: AbortSignal,
): Promise<RepositoryReference | undefined> {
  try {
    const registry = await openRegistry(repository);
    try {
      await registry.availableLayers([digest], signal);
      return registry.repository;
    } finally {
      registry.close();
    }
  } catch {
    return undefined;
  }
}
