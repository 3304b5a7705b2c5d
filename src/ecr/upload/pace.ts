import { IDLE_CORES, PACE_WINDOW } from './tuning.ts';

/** Both in ms. */
interface Clock {
  now(): number;
  /** What all threads of the process have used. */
  cpu(): number;
}

const PROCESS: Clock = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** Tells whether the network or this process's CPU limits the push. */
export class Pace {
  readonly #clock: Clock;
  #hasSent = false;
  #cpu: number;
  #measuredAt: number;
  #cores = 0;

  constructor(clock: Clock = PROCESS) {
    this.#clock = clock;
    this.#cpu = clock.cpu();
    this.#measuredAt = clock.now();
  }

  /** To be called after each part. */
  noteSent(): void {
    this.#hasSent = true;
  }

  /** True until the first part is done: until then the CPU is busy starting up, which says nothing about the rest. */
  isNetworkBound(): boolean {
    return !this.#hasSent || this.#busyCores() < IDLE_CORES;
  }

  #busyCores(): number {
    const now = this.#clock.now();
    const elapsed = now - this.#measuredAt;
    if (elapsed < PACE_WINDOW) return this.#cores;
    const cpu = this.#clock.cpu();
    this.#cores = (cpu - this.#cpu) / elapsed;
    this.#cpu = cpu;
    this.#measuredAt = now;
    return this.#cores;
  }
}
