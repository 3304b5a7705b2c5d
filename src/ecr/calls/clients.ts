import { ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr';
import type { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { PushError } from '../../errors.ts';
import { parseImageHost } from '../names/image-hosts.ts';
import { PUBLIC_REGION, type RepositoryReference } from '../names/reference.ts';
import { AttemptHandler } from './attempt-handler.ts';
import { attempts } from './attempts.ts';
import { isProxyConfigured, proxyHandlers } from './proxy.ts';
import type { RateLimits } from './rate-limit.ts';
import { type CallRetry, EcrRetryStrategy } from './retry-strategy.ts';

/** Milliseconds. */
const CONNECTION_TIMEOUT = 10_000;
/** More than MAX_LAYERS_AT_ONCE and a repository's look-ups together, so that no call waits for a socket. */
const MAX_SOCKETS = 100;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ClientOptions {
  readonly environment: Environment;
  /** Shared by all clients of a run. */
  readonly rateLimits: RateLimits;
  /** Ends the wait between two attempts. */
  readonly signal: AbortSignal;
  readonly onRetry: (retry: CallRetry) => void;
  /** Called with a line for each attempt at a call; undefined to spend nothing on that. */
  readonly onAttempt?: ((line: string) => void) | undefined;
  /** The most connections that each client may have; undefined for as many as a push ever needs. */
  readonly connections?: number | undefined;
}

/** An SDK client with the default chain of credentials and endpoints. @throws PushError NO_REGION */
export async function privateClient(
  { region, host }: RepositoryReference,
  options: ClientOptions,
): Promise<{ client: ECRClient; region: string }> {
  const { environment, rateLimits } = options;
  const known = [region, environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find(
    (text) => text,
  );
  const client = new ECRClient({
    ...commonConfig(options),
    ...endpointConfig(host, 'AWS_ENDPOINT_URL_ECR', environment),
    ...(known === undefined ? {} : { region: known }),
  });
  const resolved = await resolveRegion(client);
  client.middlewareStack.use(rateLimits.plugin('private', resolved));
  client.middlewareStack.use(attempts((options) => client.config.credentials(options)));
  return { client, region: resolved };
}

/** The package, which is loaded only when it is used. */
export type PublicSdk = typeof import('@aws-sdk/client-ecr-public');

export interface PublicClient {
  readonly sdk: PublicSdk;
  readonly client: ECRPUBLICClient;
}

/** A client of the SDK's for ECR Public. */
export async function publicClient(
  { host }: RepositoryReference,
  options: ClientOptions,
): Promise<PublicClient> {
  const { environment, rateLimits } = options;
  const sdk = await import('@aws-sdk/client-ecr-public');
  const client = new sdk.ECRPUBLICClient({
    ...commonConfig(options),
    ...endpointConfig(host, 'AWS_ENDPOINT_URL_ECR_PUBLIC', environment),
    region: PUBLIC_REGION,
  });
  client.middlewareStack.use(rateLimits.plugin('public', PUBLIC_REGION));
  client.middlewareStack.use(attempts((options) => client.config.credentials(options)));
  return { sdk, client };
}

function commonConfig(options: ClientOptions) {
  const { environment, signal, onRetry } = options;
  const attempts = attemptsIn(environment);
  return {
    retryStrategy: new EcrRetryStrategy({ attempts, signal, onRetry }),
    requestHandler: requestHandler(environment, options),
  } satisfies ECRClientConfig;
}

/** Silent sockets are not its matter: the time of each attempt is limited, and the connection of a part is watched. */
export function requestHandler(
  environment: Environment,
  { connections = MAX_SOCKETS, onAttempt }: Pick<ClientOptions, 'connections' | 'onAttempt'> = {},
): AttemptHandler {
  const pool = { keepAlive: true, maxSockets: connections };
  const settings = {
    socketTimeout: 0,
    connectionTimeout: CONNECTION_TIMEOUT,
    httpAgent: new HttpAgent(pool),
    httpsAgent: new HttpsAgent(pool),
  };
  const make = isProxyConfigured(environment) ? proxyHandlers() : undefined;
  const handler = async () => (await make)?.(settings) ?? new NodeHttpHandler(settings);
  return new AttemptHandler(handler, onAttempt);
}

/** The host may ask for a FIPS or dual-stack endpoint; an endpoint URL in the environment takes precedence. */
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

/** Attempts at each call, by AWS_MAX_ATTEMPTS, which means what it means to the SDK; undefined for the table's limits. */
export function attemptsIn(environment: Environment): number | undefined {
  const attempts = Number(environment['AWS_MAX_ATTEMPTS']);
  return Number.isInteger(attempts) && attempts > 0 ? attempts : undefined;
}
