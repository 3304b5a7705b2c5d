import type { ActionsCache } from '../../src/resume/actions-cache.ts';

/** Keeps entries as the service does, without one. */
export class MemoryCache implements Pick<ActionsCache, 'isAvailable' | 'restore' | 'save'> {
  isAvailable = true;
  readonly entries = new Map<string, Uint8Array>();
  /** The prefixes of each call of `restore`. */
  readonly asked: (readonly string[])[] = [];
  error: Error | undefined;

  restore(_file: object, prefixes: readonly string[]): Promise<Uint8Array | undefined> {
    this.asked.push(prefixes);
    if (this.error !== undefined) return Promise.reject(this.error);
    for (const prefix of prefixes) {
      const found = [...this.entries].findLast(([key]) => key.startsWith(prefix));
      if (found !== undefined) return Promise.resolve(found[1]);
    }
    return Promise.resolve(undefined);
  }

  save(_file: object, key: string, bytes: Uint8Array): Promise<boolean> {
    if (this.error !== undefined) return Promise.reject(this.error);
    if (!this.isAvailable || this.entries.has(key)) return Promise.resolve(false);
    this.entries.set(key, bytes);
    return Promise.resolve(true);
  }
}
