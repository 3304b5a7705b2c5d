import {
  describeRepository,
  PUBLIC_REGION,
  type RepositoryReference,
} from '../ecr/names/reference.ts';
import type { Registry } from '../ecr/registry.ts';
import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { PushReport, TargetReport } from './report.ts';

type Open = (repository: RepositoryReference) => Promise<Registry>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Another place that the name may have meant, and which part of the reference would then be wrong. */
interface Elsewhere {
  readonly repository: RepositoryReference;
  readonly wrong: string;
}

/** If a missing repository's name exists in the job's own region or account, the hint says so. */
export async function lookElsewhere(
  report: PushReport,
  open: Open,
  signal: AbortSignal,
  environment: Environment = process.env,
): Promise<PushReport> {
  const { digest } = report.image.descriptor;
  const look = async (target: TargetReport): Promise<TargetReport> => {
    const { error, repository, layers } = target;
    const wasThere = layers.some(({ kind }) => kind !== 'missing');
    if (wasThere || !isMissing(error)) return target;
    for (const elsewhere of elsewhereOf(repository, environment)) {
      const found = await lookUp(elsewhere.repository, digest, open, signal);
      if (found === undefined) continue;
      const hint = `Check ${elsewhere.wrong}: ${describeRepository(found)} exists.`;
      const { code, message, cause } = error;
      return { ...target, error: new PushError(code, message, { hint, cause }) };
    }
    return target;
  };
  return { ...report, targets: await Promise.all(report.targets.map(look)) };
}

function isMissing(error: unknown): error is PushError {
  return (
    error instanceof PushError &&
    (error.code === 'REPOSITORY_NOT_FOUND' || error.code === 'REGISTRY_NOT_FOUND')
  );
}

/** The closest first: with one part of the reference wrong, then with two. */
function elsewhereOf(
  { type, registryId, region, name }: RepositoryReference,
  environment: Environment,
): Elsewhere[] {
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

/** With a call that every push makes. Also undefined if it is not allowed: this is only for a hint. */
async function lookUp(
  repository: RepositoryReference,
  digest: Digest,
  open: Open,
  signal: AbortSignal,
): Promise<RepositoryReference | undefined> {
  try {
    const registry = await open(repository);
    await registry.availableLayers([digest], signal);
    return registry.repository;
  } catch {
    return undefined;
  }
}
