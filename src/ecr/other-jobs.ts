import { causeOf } from './calls/exceptions.ts';
import { sleep } from '../async/sleep.ts';
import type { Digest } from '../oci/digest.ts';
import type { LayerRequests } from './layer-calls.ts';

/** Milliseconds. */
export interface LookTimes {
  /** For so long, what ECR said of a layer holds: a quick push asks once. */
  readonly fresh: number;
  /** So often, layers that wait or are under way are looked up. */
  readonly interval: number;
}

/** One call for a hundred layers: next to nothing, beside what it costs to send a layer that is there. */
const LOOK_TIMES: LookTimes = { fresh: 2000, interval: 5000 };

interface Options {
  readonly times?: LookTimes | undefined;
  readonly now?: () => number;
  readonly debug?: (message: string) => void;
}

/**
 * Finds out which layers of one repository another job completes while they wait for their turn here, or are under way:
 * all in one call, now and then.
 */
export class OtherJobs {
  readonly #available: Ask;
  readonly #times: LookTimes;
  readonly #now: () => number;
  readonly #debug: (message: string) => void;
  readonly #layers = new Set<WatchedLayer>();
  #looking: Promise<void> | undefined;
  #ticking: AbortController | undefined;

  constructor(
    available: Ask,
    { times = LOOK_TIMES, now = () => performance.now(), debug = () => undefined }: Options = {},
  ) {
    this.#available = available;
    this.#times = times;
    this.#now = now;
    this.#debug = debug;
  }

  /** From now, when ECR has just said that it lacks the layer, to the end of the scope. */
  watch(digest: Digest): WatchedLayer {
    const layer: WatchedLayer = new WatchedLayer(digest, this.#now(), {
      look: (signal) => this.#lookAgain(layer, signal),
      leave: () => this.#leave(layer),
    });
    this.#layers.add(layer);
    if (this.#ticking === undefined) {
      this.#ticking = new AbortController();
      void this.#tick(this.#ticking.signal);
    }
    return layer;
  }

  #leave(layer: WatchedLayer): void {
    this.#layers.delete(layer);
    if (this.#layers.size > 0) return;
    this.#ticking?.abort(new Error('no layer is watched'));
    this.#ticking = undefined;
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (await isAwaited(this.#times.interval, signal)) await this.#look(signal);
  }

  async #lookAgain({ askedAt }: WatchedLayer, signal: AbortSignal): Promise<void> {
    if (this.#now() - askedAt >= this.#times.fresh) await this.#look(signal);
  }

  /** One look at a time, for all. */
  async #look(signal: AbortSignal): Promise<void> {
    this.#looking ??= this.#ask(signal).finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  /** A look that fails changes nothing: the upload goes on, and tells what is wrong. */
  async #ask(signal: AbortSignal): Promise<void> {
    const asked = [...this.#layers];
    const now = this.#now();
    for (const layer of asked) layer.askedAt = now;
    try {
      const available = await this.#available(
        [...new Set(asked.map(({ digest }) => digest))],
        signal,
      );
      for (const layer of asked)
        if (this.#layers.has(layer) && available.has(layer.digest)) layer.noteCompleted();
    } catch (error) {
      this.#debug(`Layers under way could not be looked up: ${causeOf(error)}`);
    }
  }
}

type Ask = (digests: readonly Digest[], signal: AbortSignal) => Promise<ReadonlySet<Digest>>;

interface Watch {
  readonly look: (signal: AbortSignal) => Promise<void>;
  readonly leave: () => void;
}

/** A layer that waits for its turn, or is under way. */
export class WatchedLayer implements Disposable {
  readonly digest: Digest;
  /** When ECR was last asked for it (ms). */
  askedAt: number;
  readonly #watch: Watch;
  readonly #completed = new AbortController();

  constructor(digest: Digest, askedAt: number, watch: Watch) {
    this.digest = digest;
    this.askedAt = askedAt;
    this.#watch = watch;
  }

  /** Aborted when another job has completed the layer. */
  get completed(): AbortSignal {
    return this.#completed.signal;
  }

  /** Whether another job has completed it; asks, if ECR's last word is not fresh. @throws the signal's reason */
  async isCompleted(signal: AbortSignal): Promise<boolean> {
    if (!this.completed.aborted) await this.#watch.look(signal);
    signal.throwIfAborted();
    return this.completed.aborted;
  }

  noteCompleted(): void {
    this.#completed.abort(new Error(`another job has completed ${this.digest}`));
  }

  /** Before its last call: from then on, it may be this job that has completed it. */
  leave(): void {
    this.#watch.leave();
  }

  [Symbol.dispose](): void {
    this.leave();
  }
}

/** The same requests; the last of them ends the watch. */
export function watchedUntilComplete(
  requests: LayerRequests,
  watched: Pick<WatchedLayer, 'leave'>,
): LayerRequests {
  return {
    ...requests,
    complete: (...input) => {
      watched.leave();
      return requests.complete(...input);
    },
  };
}

/** False if the signal ends the wait. */
async function isAwaited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, signal);
    return true;
  } catch {
    return false;
  }
}
