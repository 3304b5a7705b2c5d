import { cpus } from 'node:os';
import { BUSY_CORES, PACE_WINDOW, SPARE_CORES } from './tuning.ts';

/** All in ms. */
interface Clock {
  readonly now: () => number;
  /** What all threads of the process have used. */
  readonly cpu: () => number;
  /** How long the machine's cores have been idle, added up; undefined where the system does not tell. */
  readonly idle: () => number | undefined;
}

const PROCESS: Clock = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  idle: () => {
    const cores = cpus();
    if (cores.length === 0) return undefined;
    return cores.reduce((sum, { times }) => sum + times.idle, 0);
  },
};

/**
 * Tells whether the network limits the push, or CPU does: this process's own, or the machine's, which others may use as
 * well.
 */
export class Pace {
  readonly #clock: Clock;
  #hasSent = false;
  #measured: { readonly at: number; readonly cpu: number; readonly idle: number | undefined };
  #isNetworkBound = true;

  constructor(clock: Clock = PROCESS) {
    this.#clock = clock;
    this.#measured = this.#measure();
  }

  /** To be called after each part. */
  noteSent(): void {
    this.#hasSent = true;
  }

  /** True until the first part is done: until then the CPU is busy starting up, which says nothing about the rest. */
  isNetworkBound(): boolean {
    if (!this.#hasSent) return true;
    const before = this.#measured;
    const elapsed = this.#clock.now() - before.at;
    if (elapsed < PACE_WINDOW) return this.#isNetworkBound;
    this.#measured = this.#measure();
    const { cpu, idle } = this.#measured;
    const busy = (cpu - before.cpu) / elapsed;
    const spare =
      idle === undefined || before.idle === undefined ? Infinity : (idle - before.idle) / elapsed;
    this.#isNetworkBound = busy < BUSY_CORES && spare >= SPARE_CORES;
    return this.#isNetworkBound;
  }

  #measure(): { readonly at: number; readonly cpu: number; readonly idle: number | undefined } {
    const { now, cpu, idle } = this.#clock;
    return { at: now(), cpu: cpu(), idle: idle() };
  }
}
