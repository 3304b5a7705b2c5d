import { ApiRegistry } from '../../src/ecr/api-registry.ts';
import { createPrivateClient, privateApi } from '../../src/ecr/private-api.ts';
import type { Registry } from '../../src/ecr/registry.ts';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry.ts';
import type { LocalEcr } from '../local-ecr/server.ts';

export const REPOSITORY_NAME = 'team/app';

interface LocalRegistryOptions {
  readonly name?: string;
  /** At one call, the first included. */
  readonly maxAttempts?: number;
}

/** The private adapter over a local ECR, without the environment's settings. */
export function openLocalRegistry(
  ecr: LocalEcr,
  { name = REPOSITORY_NAME, maxAttempts = 3 }: LocalRegistryOptions = {},
): Registry {
  const { region, credentials } = ecr.world;
  const client = createPrivateClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    retryStrategy: new EcrRetryStrategy(maxAttempts),
  });
  const id = { registryId: undefined, repositoryName: name };
  const repository = { type: 'private', registryId: undefined, region, name } as const;
  return new ApiRegistry(privateApi(client, id), repository, 4200);
}
