/** So long (ms) is averaged over. */
const WINDOW = 20;

/** How busy this process is, all its threads together. */
export class CpuMeter {
  #usage = process.cpuUsage();
  #measuredAt = performance.now();
  #cores = 1;

  /** Cores kept busy of late. */
  cores(): number {
    const elapsed = performance.now() - this.#measuredAt;
    if (elapsed < WINDOW) return this.#cores;
    const { user, system } = process.cpuUsage(this.#usage);
    this.#cores = (user + system) / 1000 / elapsed;
    this.#usage = process.cpuUsage();
    this.#measuredAt = performance.now();
    return this.#cores;
  }
}
