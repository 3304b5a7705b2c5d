import { TokenBucket } from '../../../src/ecr/calls/rate-limit.ts';
import { EcrError } from '../../local-ecr/errors.ts';
import type { Rate } from '../../local-ecr/options.ts';
import { Throttle } from '../../local-ecr/throttle.ts';

export interface Simulation {
  readonly seed: number;
  readonly jobs: number;
  /** Of each job. */
  readonly layers: number;
  /** Calls a second, as each job believes. */
  readonly published: number;
  /** What the server allows to all jobs together, of each call that is limited. */
  readonly allowed: Rate;
  /** Jobs start within so many milliseconds. */
  readonly spread?: number;
  /** The most milliseconds before a throttled call comes again: by attempt, from 1. */
  readonly retryWait?: (attempt: number) => number;
  /** Layers are without end, and from this millisecond on only the first job goes on. */
  readonly aloneFrom?: number;
  /** Milliseconds. */
  readonly until?: number;
}

interface SimulatedCall {
  /** Milliseconds. */
  readonly at: number;
  readonly operation: string;
  readonly wasThrottled: boolean;
}

export interface Simulated {
  readonly calls: readonly SimulatedCall[];
  /** Jobs that came to their end. */
  readonly done: number;
  /** Milliseconds at the end of the last. */
  readonly ended: number;
  /** The longest time in milliseconds from a call's first throttled answer to its success. */
  readonly longest: number;
  /** The most attempts that a call took. */
  readonly attempts: number;
  /** InitiateLayerUpload's rate in the first job, from which millisecond on. */
  readonly rates: readonly { readonly at: number; readonly perSecond: number }[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Jobs that push at once, each with token buckets of its own, to one server that limits all of them together. No time
 * passes: what is to happen next happens next, and the same seed brings the same result.
 */
export function simulate(simulation: Simulation): Simulated {
  return new World(simulation).run();
}

/** Events in order of time. */
class Agenda {
  now = 0;
  readonly #events: { at: number; act: () => void }[] = [];

  after(milliseconds: number, act: () => void): void {
    const at = this.now + milliseconds;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { at, act });
  }

  /** @returns false if nothing is left to happen */
  next(): boolean {
    const event = this.#events.pop();
    if (event === undefined) return false;
    this.now = event.at;
    event.act();
    return true;
  }
}

interface OneCall {
  readonly job: number;
  readonly operation: string;
  readonly bucket: TokenBucket;
  readonly number: number;
}

class World {
  readonly #simulation: Simulation;
  readonly #agenda = new Agenda();
  readonly #random: () => number;
  readonly #server: Throttle;
  readonly #calls: SimulatedCall[] = [];
  readonly #rates: { at: number; perSecond: number }[] = [];
  #done = 0;
  #longest = 0;
  #attempts = 0;

  constructor(simulation: Simulation) {
    const { seed, allowed } = simulation;
    this.#simulation = simulation;
    this.#random = seededRandom(seed);
    this.#server = new Throttle({
      InitiateLayerUpload: allowed,
      CompleteLayerUpload: allowed,
      PutImage: allowed,
    });
  }

  run(): Simulated {
    const { jobs, spread = 0, until = Infinity } = this.#simulation;
    for (let job = 0; job < jobs; job += 1) {
      const started = this.#random() * spread;
      this.#agenda.after(started, () => this.#start(job));
    }
    while (this.#done < jobs && this.#agenda.now < until && this.#agenda.next());
    return {
      calls: this.#calls,
      done: this.#done,
      ended: this.#agenda.now,
      longest: this.#longest,
      attempts: this.#attempts,
      rates: this.#rates,
    };
  }

  /** Layers side by side, and then the manifest. */
  #start(job: number): void {
    const { layers } = this.#simulation;
    const call = this.#caller(job);
    let left = layers;
    const layer = (): void => {
      const part = (): void =>
        call('UploadLayerPart', () => {
          call('CompleteLayerUpload', ended);
        });
      call('InitiateLayerUpload', () => {
        this.#between(50, 500, part);
      });
    };
    const ended = (): void => {
      left -= 1;
      if (this.#simulation.aloneFrom !== undefined) layer();
      else if (left === 0) call('PutImage', () => (this.#done += 1));
    };
    for (let at = 0; at < layers; at += 1) layer();
  }

  /** What a job's middleware and retries do. */
  #caller(job: number): (operation: string, then: () => void) => void {
    const { published } = this.#simulation;
    const clock = { now: () => this.#agenda.now, random: this.#random };
    const buckets = new Map<string, TokenBucket>();
    return (operation, then) => {
      const rate = operation === 'UploadLayerPart' ? 26 * published : published;
      const bucket = buckets.get(operation) ?? new TokenBucket(rate, 4 * rate, clock);
      buckets.set(operation, bucket);
      const isWatched = job === 0 && operation === 'InitiateLayerUpload';
      this.#attempt({ job, operation, bucket, number: bucket.arrive() }, 1, () => {
        const perSecond = bucket.rate;
        if (isWatched) this.#rates.push({ at: this.#agenda.now, perSecond });
        then();
      });
    };
  }

  #attempt(call: OneCall, nth: number, then: () => void, failedFirst?: number): void {
    const { retryWait = () => 0 } = this.#simulation;
    const { operation, bucket, number } = call;
    bucket.queue(number);
    this.#wait(call, () => {
      const sentAt = bucket.take(number);
      this.#ask(operation, (wasThrottled) => {
        const { now } = this.#agenda;
        if (wasThrottled) {
          bucket.throttled(sentAt);
          const again = () => this.#attempt(call, nth + 1, then, failedFirst ?? now);
          this.#agenda.after(this.#random() * retryWait(nth), again);
          return;
        }
        bucket.answered(sentAt);
        this.#attempts = Math.max(this.#attempts, nth);
        this.#longest = Math.max(this.#longest, now - (failedFirst ?? now));
        then();
      });
    });
  }

  #wait(call: OneCall, then: () => void): void {
    const { aloneFrom = Infinity } = this.#simulation;
    if (call.job > 0 && this.#agenda.now >= aloneFrom) return;
    const wait = call.bucket.wait(call.number);
    if (wait <= 0) then();
    else this.#agenda.after(Math.max(1, Math.min(wait, 1000)), () => this.#wait(call, then));
  }

  #ask(operation: string, answer: (wasThrottled: boolean) => void): void {
    this.#between(15, 75, () => {
      const at = this.#agenda.now;
      const wasThrottled = this.#isThrottled(operation, at);
      this.#calls.push({ at, operation, wasThrottled });
      this.#between(15, 75, () => answer(wasThrottled));
    });
  }

  #isThrottled(operation: string, at: number): boolean {
    try {
      this.#server.take(operation, 'all', at);
      return false;
    } catch (error) {
      if (error instanceof EcrError) return true;
      throw error;
    }
  }

  #between(least: number, most: number, act: () => void): void {
    this.#agenda.after(least + this.#random() * (most - least), act);
  }
}
