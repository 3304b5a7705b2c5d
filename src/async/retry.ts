import { sleep } from './sleep.ts';

interface Policy {
  /** Which call, as ECR names it. */
  readonly call: string;
  /** On which error or answer. */
  readonly on: string;
  /** Total attempts, including the first; undefined if only time limits them. */
  readonly attempts: number | undefined;
  /** How long after the first failure another attempt may begin (ms); undefined if only their number limits them. */
  readonly within: number | undefined;
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
    on: '5xx but 501, 408, a connection that was refused, lost or timed out, an answer that is cut or makes no sense',
    attempts: undefined,
    within: 120_000,
    firstWait: 200,
    longestWait: 10_000,
    jitter: true,
    says: undefined,
  },
  throttled: {
    call: 'every call',
    on: 'ThrottlingException and its like; not LimitExceededException, which the SDK takes for one',
    attempts: undefined,
    // Forty jobs that begin at once take minutes to get in line. The rate of the calls does the waiting.
    within: 900_000,
    firstWait: 500,
    longestWait: 5000,
    jitter: true,
    says: undefined,
  },
  notFound: {
    call: 'every call',
    on: 'a host name that does not resolve: more often a wrong region than an outage',
    attempts: undefined,
    within: 20_000,
    firstWait: 1000,
    longestWait: 5000,
    jitter: true,
    says: undefined,
  },
  credentials: {
    call: 'every call',
    on: 'ExpiredTokenException, if the credential provider has other keys by now',
    attempts: 2,
    within: undefined,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: undefined,
  },
  clock: {
    call: 'every call',
    on: 'a signature that ECR refused because of the clock, once the clock of ECR is known',
    attempts: 2,
    within: undefined,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: undefined,
  },
  layer: {
    call: 'InitiateLayerUpload',
    on: 'UploadNotFoundException, InvalidLayerException, parts that ECR lost: the layer is sent again from the start',
    attempts: 3,
    within: undefined,
    firstWait: 0,
    longestWait: 0,
    jitter: false,
    says: 'was lost or damaged in transit',
  },
  part: {
    call: 'UploadLayerPart',
    on: 'InvalidLayerPartException, or an answer that names an earlier byte: the upload continues from there',
    attempts: 5,
    within: undefined,
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
    within: undefined,
    firstWait: 200,
    longestWait: 3200,
    jitter: false,
    says: 'refers to content that ECR does not see yet',
  },
  unconfirmed: {
    call: 'PutImage',
    on: 'an answer that names another image or none, or says that the image exists, where the repository does not show it',
    attempts: 4,
    within: undefined,
    firstWait: 500,
    longestWait: 2000,
    jitter: true,
    says: 'was put, but the repository does not show it yet',
  },
  newRepository: {
    call: 'InitiateLayerUpload',
    on: 'RepositoryNotFoundException, right after the repository was created or may have been',
    attempts: 4,
    within: undefined,
    firstWait: 250,
    longestWait: 1000,
    jitter: false,
    says: 'does not exist yet',
  },
  optional: {
    call: 'DescribeRepositories, GetLifecyclePolicy, GetRepositoryPolicy, GetCallerIdentity',
    on: 'as any call, but soon given up: the push can do without the answer',
    attempts: undefined,
    within: 5000,
    firstWait: 200,
    longestWait: 2000,
    jitter: true,
    says: undefined,
  },
} as const satisfies Readonly<Record<string, Policy>>;

export type RetryName = keyof typeof RETRIES;

/** Milliseconds. A server that asks for more is asked again before. */
const LONGEST_ASKED = 60_000;

/** Announces another attempt. */
export interface RetryNotice {
  readonly name: RetryName;
  /** The number of that attempt: 2, 3, … */
  readonly attempt: number;
  /** Undefined if only time limits them. */
  readonly attempts: number | undefined;
  /** Delay before it, in ms. */
  readonly wait: number;
  /** What went wrong, on one line, where more can be said than the table does. */
  readonly why?: string | undefined;
}

/** What the log says of another attempt, after what went wrong. */
export function announce({ attempt, attempts, wait }: RetryNotice): string {
  const when = wait === 0 ? '' : ` in ${(wait / 1000).toFixed(1)} s`;
  const which = attempts === undefined ? `${attempt}` : `${attempt} of ${attempts}`;
  return `trying again${when} (attempt ${which})`;
}

interface Options {
  /** In place of the table's limits, of number and of time. */
  readonly attempts?: number | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
  /** Milliseconds. */
  readonly now?: () => number;
}

interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Minimum delay in ms, as a server asks for it; at most LONGEST_ASKED is obeyed. */
  readonly atLeast?: number;
}

/** Counts the attempts at one operation. */
export class Retry {
  readonly #options: Options;
  readonly #now: () => number;
  /** So often each row was followed. */
  readonly #followed = new Map<RetryName, number>();
  #attempt = 1;
  #failedAt: number | undefined;

  constructor(options: Options = {}) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
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
    const { onRetry, attempts = RETRIES[name].attempts } = this.#options;
    const failures = this.#noteFailure(name);
    const wait = Math.max(waitBefore(name, failures), Math.min(atLeast, LONGEST_ASKED));
    if (!this.#mayGoOn(name, failures, wait)) return false;
    this.#attempt += 1;
    onRetry?.({ name, attempt: this.#attempt, attempts, wait });
    await sleep(wait, signal);
    return true;
  }

  /** @returns how often this row's errors have come */
  #noteFailure(name: RetryName): number {
    const failures = (this.#followed.get(name) ?? 0) + 1;
    this.#followed.set(name, failures);
    this.#failedAt ??= this.#now();
    return failures;
  }

  #mayGoOn(name: RetryName, failures: number, wait: number): boolean {
    const wanted = this.#options.attempts;
    if (wanted !== undefined && this.#attempt >= wanted) return false;
    const { attempts, within } = RETRIES[name];
    if (attempts !== undefined && failures >= attempts) return false;
    if (wanted !== undefined || within === undefined) return true;
    return this.#now() + wait - (this.#failedAt ?? 0) <= within;
  }
}

/** Delay in ms after so many failures of one row. */
export function waitBefore(name: RetryName, failures: number, random = Math.random): number {
  const { firstWait, jitter } = RETRIES[name];
  const longest = limited(name, firstWait * 2 ** (failures - 1));
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
