import { announce } from '../async/retry.ts';
import { Semaphore } from '../async/semaphore.ts';
import { PushError } from '../errors.ts';
import {
  attemptsIn,
  type ClientOptions,
  type Environment,
  privateClient,
  publicClient,
} from './calls/clients.ts';
import { causeOf } from './calls/exceptions.ts';
import { RateLimits } from './calls/rate-limit.ts';
import type { CallRetry } from './calls/retry-strategy.ts';
import { describeRepository, PUBLIC_REGION, type RepositoryReference } from './names/reference.ts';
import type { Resources } from './resources.ts';
import { PrivateRegistry } from './private-registry.ts';
import type { Registry } from './registry.ts';
import { Lines } from './upload/lines.ts';
import { Pace } from './upload/pace.ts';
import { PartTaker } from './upload/take-part.ts';
import { MAX_LAYERS_AT_ONCE, MAX_LINES, MAX_PARTS, MIN_PART_SIZE } from './upload/tuning.ts';

export interface EcrOptions {
  readonly environment?: Environment;
  /** Ends the run when aborted. */
  readonly signal?: AbortSignal;
  /** The most layers in flight at once, across all repositories. */
  readonly concurrency?: number | undefined;
  /** The most connections at once, if the system allows only so many: see `affordableConnections`. */
  readonly connections?: number | undefined;
  /** Part size in bytes; undefined to use what ECR offers. */
  readonly partSize?: number | undefined;
  /** Smallest part size in bytes: ECR's limit, except in tests. */
  readonly leastPartSize?: number;
  /** Parts of one layer on the wire at once; undefined to find out. */
  readonly partsInFlight?: number | undefined;
  readonly info?: (message: string) => void;
  readonly debug?: (message: string) => void;
  /** Called with a line for each retry of a call; `info` if it is not given. */
  readonly onRetry?: ((line: string) => void) | undefined;
  /** Called with a line for each attempt at a call; undefined to spend nothing on that. */
  readonly onAttempt?: ((line: string) => void) | undefined;
}

/**
 * ECR for one run: owns the clients, their rate limits, the threads and memory that encode parts, and the signal that
 * ends all waits. Everything is released at the end of its scope.
 */
export class Ecr implements AsyncDisposable {
  /** Aborted with the caller's signal, and on disposal. */
  readonly signal: AbortSignal;
  readonly #ended = new AbortController();
  readonly #environment: Environment;
  readonly #onRetry: (line: string) => void;
  readonly #onAttempt: ((line: string) => void) | undefined;
  readonly #connections: number | undefined;
  readonly #rateLimits = new RateLimits();
  readonly #clients = new DisposableStack();
  readonly #resources: Omit<Resources, 'sizes' | 'counts'>;
  readonly #sizes: { readonly wanted: number | undefined; readonly least: number };

  constructor({
    environment = process.env,
    signal,
    concurrency = MAX_LAYERS_AT_ONCE,
    connections,
    partSize,
    leastPartSize = MIN_PART_SIZE,
    partsInFlight,
    info = () => undefined,
    debug = () => undefined,
    onRetry = info,
    onAttempt,
  }: EcrOptions = {}) {
    const { signal: ended } = this.#ended;
    this.signal = signal === undefined ? ended : AbortSignal.any([signal, ended]);
    this.#environment = environment;
    this.#onRetry = onRetry;
    this.#onAttempt = onAttempt;
    this.#connections = connections;
    this.#sizes = { wanted: partSize, least: leastPartSize };
    if (connections !== undefined && connections < Math.min(concurrency, MAX_LINES))
      info(`Connections at once: ${connections}, as few files may be open (ulimit -n)`);
    const pace = new Pace();
    this.#resources = {
      parts: new PartTaker({ pace }),
      // Each has its file open.
      layers: new Semaphore(Math.min(concurrency, connections ?? concurrency)),
      lines: new Lines({ most: connections, partsInFlight, pace, info }),
      attempts: attemptsIn(environment),
      debug,
    };
  }

  /** A client for the repository's registry, with the SDK's credentials and endpoints. @throws PushError NO_REGION */
  async open(repository: RepositoryReference): Promise<Registry> {
    const counts = { retries: 0, throttles: 0, bytesOnWire: 0 };
    const sizes = { ...this.#sizes, maxParts: MAX_PARTS[repository.type] };
    const resources = { ...this.#resources, sizes, counts };
    const options: ClientOptions = {
      environment: this.#environment,
      rateLimits: this.#rateLimits,
      signal: this.signal,
      connections: this.#connections,
      onAttempt: this.#onAttempt,
      onRetry: (retry) => {
        counts.retries += 1;
        if (retry.name === 'throttled') counts.throttles += 1;
        this.#onRetry(retryLine(retry, repository));
      },
    };
    if (repository.type === 'public') {
      const { PublicRegistry } = await import('./public-registry.ts');
      const opened = await publicClient(repository, options);
      this.#own(opened.client);
      return new PublicRegistry(opened, { ...repository, region: PUBLIC_REGION }, resources);
    }
    const { client, region } = await privateClient(repository, options);
    return new PrivateRegistry(this.#own(client), { ...repository, region }, resources);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new PushError('CANCELLED', 'The run is over'));
    this.#clients.dispose();
    await this.#resources.parts[Symbol.asyncDispose]();
  }

  #own<T extends { destroy(): void }>(client: T): T {
    return this.#clients.adopt(client, () => client.destroy());
  }
}

function retryLine(retry: CallRetry, repository: RepositoryReference): string {
  const { call, error } = retry;
  return `${call}, ${describeRepository(repository)}: ${causeOf(error)}; ${announce(retry)}`;
}
