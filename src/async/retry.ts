import { sleep } from './sleep.ts';

interface Policy {
  /** Which call, as ECR names it. */
  readonly call: string;
  /** On which error or answer. */
  readonly on: string;
  /** How often in all, the first time included. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one; 0 for none. */
  readonly firstWait: number;
  /** Milliseconds. */
  readonly longestWait: number;
  /** Whether the wait is a random part of that, so that those who failed together do not return together. */
  readonly jitter: boolean;
  /** What the log says of it when it is tried again; undefined where nobody says so. */
  readonly says: string | undefined;
}

/** Everything that is ever tried again, and there is no other timer or count of attempts in this action. */
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
    on: 'UploadNotFoundException, InvalidLayerException, parts that ECR lost: the layer is begun anew',
    attempts: 3,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: 'was lost or damaged on its way',
  },
  part: {
    call: 'UploadLayerPart',
    on: 'InvalidLayerPartException, or an answer that names an earlier byte: it goes on from there',
    attempts: 9,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: undefined,
  },
  manifest: {
    call: 'PutImage',
    // A layer that was just completed can stay unseen for hundreds of ms: ocync#104.
    on: 'LayersNotFoundException, ReferencedImagesNotFoundException: what is missing is sent again',
    attempts: 6,
    firstWait: 200,
    longestWait: 3200,
    jitter: false,
    says: 'refers to something that ECR does not see yet',
  },
  newRepository: {
    call: 'InitiateLayerUpload',
    on: 'RepositoryNotFoundException, right after the repository was created or may have been',
    attempts: 4,
    firstWait: 250,
    longestWait: 1000,
    jitter: false,
    says: 'is not there yet',
  },
  account: {
    call: 'GetCallerIdentity',
    on: 'as transient: a name that the push can do without is not waited for at length',
    attempts: 2,
    firstWait: 100,
    longestWait: 100,
    jitter: true,
    says: undefined,
  },
} as const satisfies Readonly<Record<string, Policy>>;

export type RetryName = keyof typeof RETRIES;

/** One attempt more at something. */
export interface RetryNotice {
  readonly name: RetryName;
  /** Which attempt comes now: 2, 3, … */
  readonly attempt: number;
  readonly attempts: number;
  /** Milliseconds before it. */
  readonly wait: number;
}

interface Options {
  /** In the place of the table's own number. */
  readonly attempts?: number | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, within the table's longest wait. */
  readonly atLeast?: number;
}

/** The attempts at one thing. */
export class Retry {
  readonly #options: Options;
  #attempt = 1;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  /** Which attempt it is. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Waits as the table says before the next attempt.
   * @returns false when there is to be none
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

/** Milliseconds between the attempt of that number and the next. */
export function waitBefore(name: RetryName, attempt: number, random = Math.random): number {
  const { firstWait, jitter } = RETRIES[name];
  const longest = limited(name, firstWait * 2 ** (attempt - 1));
  return jitter ? random() * longest : longest;
}

function limited(name: RetryName, milliseconds: number): number {
  return Math.min(milliseconds, RETRIES[name].longestWait);
}

/** Things that are come back to: however often they are begun with, their attempts are counted on. */
export class Retries {
  readonly #byKey = new Map<string, Retry>();

  of(key: string, options: Options = {}): Retry {
    const known = this.#byKey.get(key) ?? new Retry(options);
    this.#byKey.set(key, known);
    return known;
  }
}
