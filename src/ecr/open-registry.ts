import { PushError } from '../errors.ts';
import type { EcrApi } from './api.ts';
import { ApiRegistry } from './api-registry.ts';
import { parseImageHost } from './names/image-hosts.ts';
import { createPrivateClient, privateApi } from './private-api.ts';
import { isProxyConfigured, proxyHandler } from './calls/proxy.ts';
import { PUBLIC_REGION, type RepositoryReference } from './names/reference.ts';
import { SharedRateLimits } from './calls/rate-limit.ts';
import type { Registry } from './registry.ts';
import type { RepositoryId } from './names/repository-id.ts';
import { DEFAULT_MAX_ATTEMPTS, EcrRetryStrategy } from './calls/retry.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html, and AmazonECR/latest/public/public-service-quotas.html */
const MAX_PARTS = { private: 4200, public: 1000 } as const;
/** Nothing moved on a socket for so long (ms): ECR sums a large layer up at Complete, which may take a while. */
const SOCKET_TIMEOUT = 120_000;
const CONNECTION_TIMEOUT = 10_000;
/** More than there can be layers and look-ups of one repository at once: a call never waits for a socket. */
const MAX_SOCKETS = 100;

type Environment = Readonly<Record<string, string | undefined>>;

export interface RegistryOptions {
  readonly environment: Environment;
  /** Of all registries of a run. */
  readonly rateLimits: SharedRateLimits;
  /** Ends the waiting between two attempts; undefined for nothing that does. */
  readonly signal: AbortSignal | undefined;
}

const DEFAULTS = { environment: process.env, signal: undefined };

/** A client for the repository's registry, with the SDK's credentials and endpoints. @throws PushError NO_REGION */
export async function openRegistry(
  repository: RepositoryReference,
  given: Partial<RegistryOptions> = {},
): Promise<Registry> {
  const options = { ...DEFAULTS, rateLimits: new SharedRateLimits(), ...given };
  const { type, registryId, name: repositoryName } = repository;
  const open = type === 'public' ? openPublic : openPrivate;
  const id = { registryId, repositoryName };
  const { api, region } = await open(repository, id, options);
  return new ApiRegistry(api, { ...repository, region }, MAX_PARTS[type]);
}

interface OpenedApi {
  readonly api: EcrApi;
  readonly region: string;
}

async function openPrivate(
  { region, host }: RepositoryReference,
  id: RepositoryId,
  options: RegistryOptions,
): Promise<OpenedApi> {
  const { environment, rateLimits } = options;
  const known = [region, environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find(
    (text) => text,
  );
  const client = createPrivateClient({
    ...(await clientOptions(options)),
    ...endpointOptions(host, 'AWS_ENDPOINT_URL_ECR', environment),
    ...(known === undefined ? {} : { region: known }),
  });
  const resolved = await resolveRegion(client.config.region);
  client.middlewareStack.use(rateLimits.of('private', resolved).plugin());
  return { api: privateApi(client, id), region: resolved };
}

/** Loaded only when it is used. */
async function openPublic(
  { host }: RepositoryReference,
  id: RepositoryId,
  options: RegistryOptions,
): Promise<OpenedApi> {
  const { environment, rateLimits } = options;
  const { createPublicClient, publicApi } = await import('./public-api.ts');
  const client = createPublicClient({
    ...(await clientOptions(options)),
    ...endpointOptions(host, 'AWS_ENDPOINT_URL_ECR_PUBLIC', environment),
    region: PUBLIC_REGION,
  });
  client.middlewareStack.use(rateLimits.of('public', PUBLIC_REGION).plugin());
  return { api: publicApi(client, id), region: PUBLIC_REGION };
}

async function clientOptions({ environment, signal }: RegistryOptions) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const handler = {
    connectionTimeout: CONNECTION_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    httpAgent: agent,
    httpsAgent: agent,
  };
  return {
    retryStrategy: new EcrRetryStrategy(maxAttempts(environment), signal),
    requestHandler: isProxyConfigured(environment) ? await proxyHandler(handler) : handler,
  };
}

/** A host that names a kind of endpoint asks for it; an endpoint that is set by its address has the last word. */
function endpointOptions(
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

async function resolveRegion(region: () => Promise<string>): Promise<string> {
  try {
    return await region();
  } catch (cause) {
    throw new PushError('NO_REGION', 'No AWS region is set', {
      cause,
    });
  }
}

/** The SDK's own variable keeps its meaning. */
function maxAttempts(environment: Environment): number {
  const attempts = Number(environment['AWS_MAX_ATTEMPTS']);
  return Number.isInteger(attempts) && attempts > 0 ? attempts : DEFAULT_MAX_ATTEMPTS;
}
