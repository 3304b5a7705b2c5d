import { PushError } from '../errors.ts';
import { ApiRegistry } from './api-registry.ts';
import { createPrivateClient, privateApi } from './private-api.ts';
import type { Registry } from './registry.ts';
import { DEFAULT_MAX_ATTEMPTS, EcrRetryStrategy } from './retry.ts';

export interface RegistryOptions {
  readonly name: string;
  readonly registryId: string | undefined;
  /** Undefined: AWS_REGION, AWS_DEFAULT_REGION or the profile's. */
  readonly region: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const PRIVATE_MAX_PARTS = 4200;
/** Nothing moved on a socket for so long (ms): ECR sums a large layer up at Complete, which may take a while. */
const SOCKET_TIMEOUT = 120_000;
const CONNECTION_TIMEOUT = 10_000;

/** @throws PushError NO_REGION */
export async function openRegistry({
  name,
  registryId,
  region,
}: RegistryOptions): Promise<Registry> {
  const fallback = region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const client = createPrivateClient({
    ...(fallback === undefined || fallback === '' ? {} : { region: fallback }),
    retryStrategy: new EcrRetryStrategy(maxAttempts()),
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SOCKET_TIMEOUT },
  });
  const repository = {
    type: 'private',
    registryId,
    region: await resolveRegion(client.config.region),
    name,
  } as const;
  return new ApiRegistry(privateApi(client, registryId, name), repository, PRIVATE_MAX_PARTS);
}

async function resolveRegion(region: () => Promise<string>): Promise<string> {
  try {
    return await region();
  } catch (cause) {
    throw new PushError('NO_REGION', 'No AWS region is set', {
      hint: 'Set the input aws-region, or run aws-actions/configure-aws-credentials before this step.',
      cause,
    });
  }
}

/** The SDK's own variable keeps its meaning. */
function maxAttempts(): number {
  const attempts = Number(process.env['AWS_MAX_ATTEMPTS']);
  return Number.isInteger(attempts) && attempts > 0 ? attempts : DEFAULT_MAX_ATTEMPTS;
}
