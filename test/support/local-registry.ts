import { ECRClient } from '@aws-sdk/client-ecr';
import { Semaphore } from '../../src/async/semaphore.ts';
import { attempts } from '../../src/ecr/calls/attempts.ts';
import { requestHandler } from '../../src/ecr/calls/clients.ts';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry-strategy.ts';
import type { LookTimes } from '../../src/ecr/other-jobs.ts';
import { PrivateRegistry } from '../../src/ecr/private-registry.ts';
import { Lines } from '../../src/ecr/upload/lines.ts';
import { PartTaker } from '../../src/ecr/upload/take-part.ts';
import type { LocalEcr } from '../local-ecr/server.ts';

export const REPOSITORY_NAME = 'team/app';

interface LocalRegistryOptions {
  readonly name?: string;
  /** At one call, the first included. */
  readonly maxAttempts?: number;
  readonly layersAtOnce?: number;
  readonly lines?: Lines;
  readonly parts?: PartTaker;
  readonly lookTimes?: LookTimes;
  readonly debug?: (message: string) => void;
}

/** The private adapter over a local ECR, without the environment's settings; parts may be of any size. */
export function openLocalRegistry(
  ecr: LocalEcr,
  {
    name = REPOSITORY_NAME,
    maxAttempts = 3,
    layersAtOnce = 96,
    lines = new Lines(),
    parts = new PartTaker(),
    lookTimes,
    debug = () => undefined,
  }: LocalRegistryOptions = {},
): PrivateRegistry & { close(): void } {
  const { region, credentials } = ecr.world;
  const counts = { retries: 0, throttles: 0, bytesOnWire: 0 };
  const client = new ECRClient({
    endpoint: ecr.url,
    region,
    credentials: credentials[0],
    requestHandler: requestHandler({}),
    retryStrategy: new EcrRetryStrategy({
      attempts: maxAttempts,
      onRetry: () => (counts.retries += 1),
    }),
  });
  client.middlewareStack.use(attempts(client.config.credentials));
  const repository = { type: 'private', registryId: undefined, region, name } as const;
  const registry = new PrivateRegistry(client, repository, {
    parts,
    layers: new Semaphore(layersAtOnce),
    lines,
    sizes: { wanted: undefined, least: 1, maxParts: 4200 },
    attempts: maxAttempts,
    counts,
    lookTimes,
    debug,
  });
  return Object.assign(registry, { close: () => client.destroy() });
}
