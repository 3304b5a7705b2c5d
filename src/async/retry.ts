import { sleep } from './sleep.ts';

interface Policy {
  /** Which call, as ECR names it. */
  readonly call: string;
  /** On which error or answer. */
  readonly on: string;
  /** Total attempts, including the first. */
  readonly attempts: number;
  /** Delay before the second attempt in ms, doubled before each further one; 0 for none. */
  readonly firstWait: number;
  /** Milliseconds. */
  readonly longestWait: number;
  /** Whether to wait a random fraction of the delay, so that calls that failed together do not retry together. */
  readonly jitter: boolean;
  /** What the log says about a retry; undefined to log nothing. */
  readonly says: string | undefined;
}

/** Every retry policy of this action; nothing else counts attempts. */
export const RETRIES = {
  transient: {
    call: 'every call',
    on: '5xx, a connection that was lost or timed out',
    attempts: 8,
    firstWait: 100,
    longestWait: 20_000,
    jitter: true,
    says: undefined,
  },
  throttled: {
    call: 'every call',
    on: 'ThrottlingException and its like; not LimitExceededException, which the SDK takes for one',
    attempts: 8,
    firstWait: 1000,
    longestWait: 20_000,
    jitter: true,
    says: undefined,
  },
  layer: {
    call: 'InitiateLayerUpload',
    on: 'UploadNotFoundException, InvalidLayerException, parts that ECR lost: the layer is sent again from the start',
    attempts: 3,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: 'was lost or damaged in transit',
  },
  part: {
    call: 'UploadLayerPart',
    on: 'InvalidLayerPartException, or an answer that names an earlier byte: the upload continues from there',
    attempts: 9,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: undefined,
  },
  manifest: {
    call: 'PutImage',
    // A layer that was just completed can stay invisible for hundreds of ms: ocync#104.
    on: 'LayersNotFoundException, ReferencedImagesNotFoundException: what is missing is sent again',
    attempts: 6,
    firstWait: 200,
    longestWait: 3200,
    jitter: false,
    says: 'refers to content that ECR does not see yet',
  },
  newRepository: {
    call: 'InitiateLayerUpload',
    on: 'RepositoryNotFoundException, right after the repository was created or may have been',
    attempts: 4,
    firstWait: 250,
    longestWait: 1000,
    jitter: false,
    says: 'does not exist yet',
  },
  account: {
    call: 'GetCallerIdentity',
    on: 'as transient, but soon given up: the push can do without the name',
    attempts: 2,
    firstWait: 100,
    longestWait: 100,
    jitter: true,
    says: undefined,
  },
} as const satisfies Readonly<Record<string, Policy>>;

export type RetryName = keyof typeof RETRIES;

/** Announces another attempt. */
export interface RetryNotice {
  readonly name: RetryName;
  /** The number of that attempt: 2, 3, … */
  readonly attempt: number;
  readonly attempts: number;
  /** Delay before it, in ms. */
  readonly wait: number;
}

interface Options {
  /** Overrides the table's number of attempts. */
  readonly attempts?: number | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Minimum delay in ms, capped at the table's longest wait. */
  readonly atLeast?: number;
}

/** Counts the attempts at one operation. */
export class Retry {
  readonly #options: Options;
  #attempt = 1;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  /** The number of the current attempt, from 1. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Waits before the next attempt, as the table says.
   * @returns false if no attempt is left
   * @throws the signal's reason
   */
  async again(name: RetryName, { signal, atLeast = 0 }: Wait = {}): Promise<boolean> {
    const { attempts = RETRIES[name].attempts, onRetry } = this.#options;
    if (this.#attempt >= attempts) return false;
    const wait = Math.max(waitBefore(name, this.#attempt), limited(name, atLeast));
    this.#attempt += 1;
    onRetry?.({ name, attempt: this.#attempt, attempts, wait });
    await sleep(wait, signal);
    return true;
  }
}

/** Delay in ms between attempt number `attempt` and the next. */
export function waitBefore(name: RetryName, attempt: number, random = Math.random): number {
  const { firstWait, jitter } = RETRIES[name];
  const longest = limited(name, firstWait * 2 ** (attempt - 1));
  return jitter ? random() * longest : longest;
}

function limited(name: RetryName, milliseconds: number): number {
  return Math.min(milliseconds, RETRIES[name].longestWait);
}

/** One `Retry` per key, so that attempts add up when the same operation is started again. */
export class Retries {
  readonly #byKey = new Map<string, Retry>();

  of(key: string, options: Options = {}): Retry {
    const known = this.#byKey.get(key) ?? new Retry(options);
    this.#byKey.set(key, known);
    return known;
  }
}
