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

/** What sets the pace of a push: the network, or this process's CPU. */
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

  /** To be told of each part that has arrived. */
  noteSent(): void {
    this.#hasSent = true;
  }

  /** Until a part has arrived, it is: the CPU is then busy with what there is to begin with, whatever comes after. */
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
