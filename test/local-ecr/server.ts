import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallLog } from './call-log.ts';
import type { Call } from './call-log.ts';
import { handleDistributionCall } from './wire/distribution-api.ts';
import { Faults } from './faults.ts';
import type { Fault, ScriptedFault } from './faults.ts';
import { RandomFaults } from './random-faults.ts';
import { handleApiCall } from './wire/json-api.ts';
import type { ApiParts } from './wire/json-api.ts';
import type { Credential, LocalEcrOptions } from './options.ts';
import { Mishaps } from './mishaps.ts';
import { load, save } from './persistence.ts';
import type { Layer, Repository, RepositorySettings } from './repository.ts';
import type { Service } from './rules.ts';
import { Throttle } from './throttle.ts';
import { OpenParts } from './wire/open-parts.ts';
import { Transport } from './wire/transport.ts';
import { World } from './world.ts';

/** Which registry; the first credential's account, in the default region, of the private service when absent. */
export interface RegistrySelector {
  readonly service?: Service | undefined;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
}

/** A running local ECR. Ends with its scope: `await using ecr = await startLocalEcr()`. */
export class LocalEcr implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What a client's environment needs to talk to this server and to no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly world: World;
  readonly log: CallLog;
  readonly #server: Server;
  readonly #faults: Faults;
  readonly #changed: () => void;
  readonly #end: () => void;

  constructor(server: Server, url: string, parts: ApiParts, end: () => void) {
    this.#server = server;
    this.url = url;
    this.port = Number(new URL(url).port);
    this.world = parts.world;
    this.log = parts.log;
    this.#faults = parts.faults;
    this.#changed = parts.changed;
    this.#end = end;
    this.env = environment(url, parts.world);
  }

  createRepository(
    name: string,
    settings: Partial<RepositorySettings> & RegistrySelector = {},
  ): Repository {
    const { service, accountId, region, ...given } = settings;
    const repository = this.#registry({ service, accountId, region }).create(name, given);
    this.#changed();
    return repository;
  }

  /** Its images, tags, layers and settings. @throws EcrError RepositoryNotFoundException */
  repository(name: string, selector: RegistrySelector = {}): Repository {
    return this.#registry(selector).repository(name);
  }

  calls(operation?: string): readonly Call[] {
    return this.log.calls(operation);
  }

  /** Strikes matching calls from now on, until it has struck `times` times. */
  fault(fault: Fault): ScriptedFault {
    return this.#faults.script(fault);
  }

  /**
   * Strikes a share of all calls from now on, with what a push must survive: the same calls in the same order are
   * struck in the same way. Parts of bodies count as calls of their own.
   */
  faultRandomly(seed: string, share: number): RandomFaults {
    const random = new RandomFaults(seed, share);
    this.#faults.scriptRandomly(random);
    return random;
  }

  /** New keys are good from now on. */
  issue(credential: Credential): void {
    this.world.issued.push(credential);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** From now on KMS refuses this key: `kmsError` reaches the caller in KmsException. */
  breakKey(kmsKey: string, kmsError: string): void {
    this.world.brokenKeys.set(kmsKey, kmsError);
  }

  /** What BatchCheckLayerAvailability says of a stored layer from now on, until it is uploaded again. */
  setAvailability(
    repositoryName: string,
    digest: string,
    availability: Layer['availability'],
    selector: RegistrySelector = {},
  ): void {
    const layer = this.repository(repositoryName, selector).layers.get(digest);
    if (layer === undefined) throw new Error(`${repositoryName} holds no layer ${digest}`);
    layer.availability = availability;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #registry({ service = 'ecr', accountId, region }: RegistrySelector) {
    const [first] = this.world.credentials;
    return this.world.registry(service, accountId ?? first.accountId, region ?? this.world.region);
  }
}

export async function startLocalEcr(options: LocalEcrOptions = {}): Promise<LocalEcr> {
  const storage = openStorage(options);
  const { world } = storage;
  const closed = Promise.withResolvers<undefined>();
  const mishaps = new Mishaps(world);
  const parts: ApiParts = {
    world,
    log: new CallLog(),
    faults: new Faults(closed.promise, mishaps),
    throttle: new Throttle(options.throttle ?? {}),
    transport: new Transport(options),
    openParts: new OpenParts(world, options),
    changed: () => storage.changed(),
  };
  failCalls(parts.faults, options.failing ?? {});
  try {
    const server = createServer(options, listener(parts, options));
    const url = await listen(server, options);
    mishaps.attach(server);
    return new LocalEcr(server, url, parts, () => {
      mishaps.end();
      closed.resolve(undefined);
      storage.close();
    });
  } catch (error) {
    storage.close();
    throw error;
  }
}

function failCalls(faults: Faults, failing: Readonly<Record<string, string>>): void {
  for (const [operation, name] of Object.entries(failing)) {
    const status = name === 'ServerException' ? 500 : 400;
    faults.script({ kind: 'error', operation, name, status, times: Infinity });
  }
}

interface Storage {
  readonly world: World;
  changed(): void;
  close(): void;
}

/** A data folder is read and kept up to date; a temporary one is removed at the end. */
function openStorage(options: LocalEcrOptions): Storage {
  const { dataDir } = options;
  if (dataDir !== undefined) {
    const world = new World(dataDir, options);
    load(world);
    const changed = () => save(world);
    return { world, changed, close: changed };
  }
  const folder = mkdtempSync(join(tmpdir(), 'local-ecr-'));
  return {
    world: new World(folder, options),
    changed: () => undefined,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function createServer({ tls }: LocalEcrOptions, handle: RequestListener): Server {
  const server =
    tls === undefined
      ? createHttpServer(handle)
      : createHttpsServer({ key: tls.key, cert: tls.cert }, handle);
  // Longer than any test: a connection that is dropped while idle looks like a fault that nobody scripted.
  server.keepAliveTimeout = 600_000;
  // So does a body that takes long to come, where connections are slow.
  server.requestTimeout = 0;
  return server;
}

async function listen(server: Server, options: LocalEcrOptions): Promise<string> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const { port: actual } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${actual}`;
}

/** Calls of the JSON API name their target in a header; all else is a pull. */
function listener(parts: ApiParts, { pullPassword }: LocalEcrOptions): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const handled = isApiCall(request)
      ? handleApiCall(parts, request, response)
      : handleDistributionCall(parts.world, pullPassword, request, response);
    handled.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}

function isApiCall({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && !url.startsWith('/v2');
}

function environment(url: string, { credentials: [credential], region }: World) {
  const { accessKeyId, secretAccessKey, sessionToken } = credential;
  return {
    AWS_ENDPOINT_URL_ECR: url,
    AWS_ENDPOINT_URL_ECR_PUBLIC: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_REGION: region,
  };
}
