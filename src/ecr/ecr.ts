import { Semaphore } from '../async/semaphore.ts';
import { PushError } from '../errors.ts';
import {
  type ClientOptions,
  type Environment,
  privateClient,
  publicClient,
} from './calls/clients.ts';
import { RateLimits } from './calls/rate-limit.ts';
import { PUBLIC_REGION, type RepositoryReference } from './names/reference.ts';
import type { Resources } from './ecr-registry.ts';
import { PrivateRegistry } from './private-registry.ts';
import type { Registry } from './registry.ts';
import { PartTaker } from './upload/take-part.ts';
import { MAX_LAYERS_AT_ONCE, MAX_PARTS, MIN_PART_SIZE } from './upload/tuning.ts';

export interface EcrOptions {
  readonly environment?: Environment;
  /** Aborted when the run is to end. */
  readonly signal?: AbortSignal;
  /** Layers under way at once, of all repositories together. */
  readonly concurrency?: number | undefined;
  /** Bytes of a layer's parts; undefined to take what ECR offers. */
  readonly partSize?: number | undefined;
  /** Bytes that a part must have at least: ECR's own limit, if not that of a test. */
  readonly leastPartSize?: number;
  readonly debug?: (message: string) => void;
}

/**
 * ECR, as one run uses it: owns the clients, their rate limits, the threads and the memory that parts are made in, and the
 * signal that ends all waiting. At the end of its scope nothing of that is left.
 */
export class Ecr implements AsyncDisposable {
  /** Aborted by the caller's, and at the end. */
  readonly signal: AbortSignal;
  readonly #ended = new AbortController();
  readonly #environment: Environment;
  readonly #rateLimits = new RateLimits();
  readonly #clients = new DisposableStack();
  readonly #resources: Omit<Resources, 'sizes' | 'counts'>;
  readonly #sizes: { readonly wanted: number | undefined; readonly least: number };

  constructor({
    environment = process.env,
    signal,
    concurrency = MAX_LAYERS_AT_ONCE,
    partSize,
    leastPartSize = MIN_PART_SIZE,
    debug = () => undefined,
  }: EcrOptions = {}) {
    const { signal: ended } = this.#ended;
    this.signal = signal === undefined ? ended : AbortSignal.any([signal, ended]);
    this.#environment = environment;
    this.#sizes = { wanted: partSize, least: leastPartSize };
    const layers = new Semaphore(concurrency);
    this.#resources = { parts: new PartTaker(), layers, layersAtOnce: concurrency, debug };
  }

  /** A client for the repository's registry, with the SDK's credentials and endpoints. @throws PushError NO_REGION */
  async open(repository: RepositoryReference): Promise<Registry> {
    const counts = { retries: 0 };
    const sizes = { ...this.#sizes, maxParts: MAX_PARTS[repository.type] };
    const resources = { ...this.#resources, sizes, counts };
    const options: ClientOptions = {
      environment: this.#environment,
      rateLimits: this.#rateLimits,
      signal: this.signal,
      onRetry: () => void (counts.retries += 1),
    };
    if (repository.type === 'public') {
      // Loaded only when it is used.
      const { PublicRegistry } = await import('./public-registry.ts');
      const client = this.#own(await publicClient(repository, options));
      return new PublicRegistry(client, { ...repository, region: PUBLIC_REGION }, resources);
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
