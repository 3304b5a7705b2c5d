/** So often may the published rate be halved, at most: 64 jobs can share what that leaves to each. */
const HALVINGS = 6;
/** Rates that are thought possible between one and half of it. */
const STEPS_PER_HALVING = 2;
/** Of all answers, so many say nothing about this job's share: another job has just begun, or ended. */
const CHANCE = 0.03;
/** How sure it must be that a rate is too low before it is left: the rate lies so many deviations below the mean. */
const CAUTION = 0.7;
/** How often, by answer, the share has grown by a step. More often, and jobs that share a limit are throttled more. */
const GROWTH_PER_ANSWER = 0.05;
/** In the same way with time: what has lasted so many seconds is thought to last about as long again. */
const LEAST_AGE = 5;
/** How often, by second, the share has shrunk by a step: jobs come one by one. */
const SHRINKING_PER_SECOND = 0.005;
/** From this probability on, the published rate is free again. */
const CERTAIN = 0.9;

/** The rate in force when a call is sent, needed again when its answer comes. */
export interface CurrentRate {
  readonly perSecond: number;
  /** Answers to calls sent before the latest one that was throttled have the same cause, and count no more. */
  readonly round: number;
}

/**
 * How many calls a second this job may make, while other jobs of the account make theirs and nobody knows of the others.
 * It is the published rate until a call is throttled. From then on each rate below it has a probability of being this
 * job's share. A call at rate r is answered with probability `share / r`, so each answer says how probable each share is
 * (Bayes), and in between the probabilities move up, as other jobs end. Fixed factors, as in TCP, do worse here: a job
 * among forty makes a call in four seconds, too few to find its share by going up and down.
 */
export class CallRate {
  readonly #published: number;
  readonly #now: () => number;
  /** What its share may be, in calls a second, ascending. */
  readonly #shares: readonly number[];
  /** As many probabilities; undefined until a call is throttled. */
  #chances: readonly number[] | undefined;
  #current: CurrentRate;
  #throttledAt = 0;
  #movedAt = 0;

  /** `published`: calls a second; `now`: milliseconds. */
  constructor(published: number, now: () => number) {
    this.#published = published;
    this.#now = now;
    this.#shares = sharesOf(published);
    this.#current = { perSecond: published, round: 0 };
  }

  get current(): CurrentRate {
    return this.#current;
  }

  /** Whether nothing speaks against the published rate. */
  get isFull(): boolean {
    return this.#chances === undefined;
  }

  /** A call that was sent at `sentAt` was let through. */
  answered({ perSecond, round }: CurrentRate): void {
    if (this.#chances === undefined || round !== this.#current.round) return;
    const moved = this.#moved(this.#chances, GROWTH_PER_ANSWER);
    this.#weigh(moved, (share) => Math.min(1 - CHANCE, share / perSecond));
  }

  /** A call that was sent at `sentAt` was throttled. @returns whether that is news */
  throttled({ perSecond, round }: CurrentRate): boolean {
    if (round !== this.#current.round) return false;
    const before = this.#chances === undefined ? this.#atFirst() : this.#moved(this.#chances);
    this.#weigh(before, (share) => Math.max(CHANCE, 1 - share / perSecond));
    this.#current = { ...this.#current, round: round + 1 };
    return true;
  }

  /** Few other jobs are more probable than many: each share is as probable as it is large. */
  #atFirst(): readonly number[] {
    this.#throttledAt = this.#movedAt = this.#now();
    return this.#shares;
  }

  /** What has become of the probabilities since the last answer. */
  #moved(chances: readonly number[], growth = 0): number[] {
    const now = this.#now();
    const seconds = (now - this.#movedAt) / 1000;
    const age = (now - this.#throttledAt) / 1000 + LEAST_AGE;
    this.#movedAt = now;
    const up = 1 - Math.exp(-growth - seconds / age);
    const down = (1 - up) * (1 - Math.exp(-SHRINKING_PER_SECOND * seconds));
    const last = chances.length - 1;
    return chances.map((chance, at) => {
      const stay = 1 - (at < last ? up : 0) - (at > 0 ? down : 0);
      return chance * stay + (chances[at - 1] ?? 0) * up + (chances[at + 1] ?? 0) * down;
    });
  }

  /** Bayes' rule, and the rate that follows. */
  #weigh(before: readonly number[], likelihood: (share: number) => number): void {
    const weights = this.#shares.map((share, at) => (before[at] ?? 0) * likelihood(share));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const chances = weights.map((weight) => weight / sum);
    const isFree = (chances.at(-1) ?? 0) > CERTAIN;
    this.#chances = isFree ? undefined : chances;
    this.#current = {
      ...this.#current,
      perSecond: isFree ? this.#published : cautiousMean(this.#shares, chances),
    };
  }
}

function sharesOf(published: number): number[] {
  const steps = HALVINGS * STEPS_PER_HALVING;
  const shareOf = (step: number): number => published * 2 ** ((step - steps) / STEPS_PER_HALVING);
  return Array.from({ length: steps + 1 }, (_, step) => shareOf(step));
}

/** Somewhat below the geometric mean: the more so, the less is known. */
function cautiousMean(shares: readonly number[], chances: readonly number[]): number {
  const expected = (valueOf: (share: number) => number): number =>
    shares.reduce((sum, share, at) => sum + (chances[at] ?? 0) * valueOf(share), 0);
  const mean = expected(Math.log);
  const deviation = Math.sqrt(expected((share) => (Math.log(share) - mean) ** 2));
  return Math.max(Math.exp(mean - CAUTION * deviation), shares[0] ?? 0);
}
