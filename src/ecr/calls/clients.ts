import { ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr';
import type { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import type { RetryNotice } from '../../async/retry.ts';
import { PushError } from '../../errors.ts';
import { parseImageHost } from '../names/image-hosts.ts';
import { PUBLIC_REGION, type RepositoryReference } from '../names/reference.ts';
import { isProxyConfigured, proxyHandler } from './proxy.ts';
import type { RateLimits } from './rate-limit.ts';
import { EcrRetryStrategy } from './retry-strategy.ts';

/** Nothing moved on a socket for so long (ms): ECR sums a large layer up at Complete, which may take a while. */
const SOCKET_TIMEOUT = 120_000;
const CONNECTION_TIMEOUT = 10_000;
/** More than there can be layers and look-ups of one repository at once: a call never waits for a socket. */
const MAX_SOCKETS = 100;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ClientOptions {
  readonly environment: Environment;
  /** Of all clients of a run. */
  readonly rateLimits: RateLimits;
  /** Ends the waiting between two attempts. */
  readonly signal: AbortSignal;
  readonly onRetry: (notice: RetryNotice) => void;
}

/** A client of the SDK's, with its default chain of credentials and endpoints. @throws PushError NO_REGION */
export async function privateClient(
  { region, host }: RepositoryReference,
  options: ClientOptions,
): Promise<{ client: ECRClient; region: string }> {
  const { environment, rateLimits } = options;
  const known = [region, environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find(
    (text) => text,
  );
  const client = new ECRClient({
    ...(await commonConfig(options)),
    ...endpointConfig(host, 'AWS_ENDPOINT_URL_ECR', environment),
    ...(known === undefined ? {} : { region: known }),
  });
  const resolved = await resolveRegion(client);
  client.middlewareStack.use(rateLimits.plugin('private', resolved));
  return { client, region: resolved };
}

/** Loaded only when it is used. */
export async function publicClient(
  { host }: RepositoryReference,
  options: ClientOptions,
): Promise<ECRPUBLICClient> {
  const { environment, rateLimits } = options;
  const { ECRPUBLICClient } = await import('@aws-sdk/client-ecr-public');
  const client = new ECRPUBLICClient({
    ...(await commonConfig(options)),
    ...endpointConfig(host, 'AWS_ENDPOINT_URL_ECR_PUBLIC', environment),
    region: PUBLIC_REGION,
  });
  client.middlewareStack.use(rateLimits.plugin('public', PUBLIC_REGION));
  return client;
}

async function commonConfig({ environment, signal, onRetry }: ClientOptions) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const handler = {
    connectionTimeout: CONNECTION_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    httpAgent: agent,
    httpsAgent: agent,
  };
  const attempts = attemptsIn(environment);
  return {
    retryStrategy: new EcrRetryStrategy({ attempts, signal, onRetry }),
    requestHandler: isProxyConfigured(environment) ? await proxyHandler(handler) : handler,
  } satisfies ECRClientConfig;
}

/** A host that names a kind of endpoint asks for it; an endpoint that is set by its address has the last word. */
function endpointConfig(
  host: string | undefined,
  variable: string,
  environment: Environment,
): { useFipsEndpoint?: true; useDualstackEndpoint?: true } {
  const parsed = host === undefined ? undefined : parseImageHost(host);
  if (parsed === undefined || (environment[variable] ?? environment['AWS_ENDPOINT_URL'])) return {};
  return {
    ...(parsed.fips ? { useFipsEndpoint: true } : {}),
    ...(parsed.dualStack ? { useDualstackEndpoint: true } : {}),
  };
}

async function resolveRegion(client: ECRClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    client.destroy();
    throw new PushError('NO_REGION', 'No AWS region is set', { cause });
  }
}

/** The SDK's own variable keeps its meaning. */
function attemptsIn(environment: Environment): number | undefined {
  const attempts = Number(environment['AWS_MAX_ATTEMPTS']);
  return Number.isInteger(attempts) && attempts > 0 ? attempts : undefined;
}
