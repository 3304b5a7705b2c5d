import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryAlreadyExists, repositoryNotFound } from './errors.ts';
import { DEFAULT_SETTINGS, Repository } from './repository.ts';
import type { RepositorySettings } from './repository.ts';
import type { Service } from './rules.ts';

/** Which registry: ECR Public's is one an account, in no region. */
export interface RegistryIdentity {
  readonly service: Service;
  readonly accountId: string;
  readonly region: string;
  /** The default alias of a public registry. */
  readonly alias?: string | undefined;
  readonly folder: string;
}

/** The repositories of one account, in one region where the service has regions. */
export class Registry {
  readonly identity: RegistryIdentity;
  readonly repositories = new Map<string, Repository>();
  readonly #now: () => Date;

  constructor(identity: RegistryIdentity, now: () => Date) {
    this.identity = identity;
    this.#now = now;
  }

  /** @throws EcrError RepositoryNotFoundException */
  repository(repositoryName: string): Repository {
    const found = this.repositories.get(repositoryName);
    if (found !== undefined) return found;
    throw repositoryNotFound({ repositoryName, registryId: this.identity.accountId });
  }

  /** @throws EcrError RepositoryAlreadyExistsException */
  create(
    repositoryName: string,
    settings: Partial<RepositorySettings> = {},
    createdAt = this.#now(),
  ): Repository {
    const place = { repositoryName, registryId: this.identity.accountId };
    if (this.repositories.has(repositoryName)) throw repositoryAlreadyExists(place);
    const repository = new Repository(
      {
        ...place,
        arn: this.arnOf(repositoryName),
        uri: this.#uriOf(repositoryName),
        // A name may be longer than a file's name, and one name may begin another.
        folder: join(this.identity.folder, sha256(repositoryName)),
        createdAt,
      },
      { ...DEFAULT_SETTINGS, ...settings },
    );
    for (const kind of ['uploads', 'layers', 'manifests'])
      mkdirSync(join(repository.folder, kind), { recursive: true });
    this.repositories.set(repositoryName, repository);
    return repository;
  }

  delete(repository: Repository): void {
    this.repositories.delete(repository.repositoryName);
    rmSync(repository.folder, { recursive: true, force: true });
  }

  arnOf(repositoryName: string): string {
    const { service, region, accountId } = this.identity;
    const where = service === 'ecr' ? region : '';
    return `arn:${partitionOf(region)}:${service}:${where}:${accountId}:repository/${repositoryName}`;
  }

  #uriOf(repositoryName: string): string {
    const { service, region, accountId, alias } = this.identity;
    if (service === 'ecr-public') return `public.ecr.aws/${alias ?? accountId}/${repositoryName}`;
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    return `${accountId}.dkr.ecr.${region}.${suffix}/${repositoryName}`;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
