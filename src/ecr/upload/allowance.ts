import { MAX_TIMES_SENT, PARTS_TO_WASTE } from './tuning.ts';

/** Bounds what one layer costs, whatever ECR answers. Parts that connections lose cost none: time bounds those. */
export class Allowance {
  readonly #layerSize: number;
  #spent = 0;

  /** Bytes. */
  constructor(layerSize: number) {
    this.#layerSize = layerSize;
  }

  /** For a part of so many `bytes` that ECR has answered. @returns false if that was too much */
  spend(bytes: number, partSize: number): boolean {
    this.#spent += bytes;
    return this.#spent <= MAX_TIMES_SENT * this.#layerSize + PARTS_TO_WASTE * partSize;
  }
}
