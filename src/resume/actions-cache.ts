import { AsyncLocalStorage } from 'node:async_hooks';
import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { settlesWithin } from '../async/sleep.ts';
import { loadCacheClient } from './load-cache-client.js';
import { readBounded } from './read-bounded.ts';

/** Milliseconds that a cache may take: it only ever saves time, and waiting for nothing is slower. */
const PATIENCE = 4500;

type Environment = Readonly<Record<string, string | undefined>>;

interface Options {
  readonly debug: (message: string) => void;
  readonly environment?: Environment;
  readonly patience?: number;
}

/** A file in the cache. */
export interface CachedFile {
  /**
   * Relative to the workspace, where it is only while it is packed or unpacked. A cache is found by the paths as they
   * are given, so this one must be the same on every runner, as their temporary folders are not.
   */
  readonly path: string;
  /** A larger one is not read. */
  readonly maxBytes: number;
}

/** The cache that GitHub keeps for a repository, by branch: https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching */
export class ActionsCache {
  readonly #debug: Options['debug'];
  readonly #environment: Environment;
  readonly #patience: number;
  #isAbandoned = false;

  constructor({ debug, environment = process.env, patience = PATIENCE }: Options) {
    this.#debug = debug;
    this.#environment = environment;
    this.#patience = patience;
  }

  /** Whether a call went on when nobody waited for it any more: it would keep the process alive. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Whether the runner offers a cache, and it has not failed to answer before. */
  get isAvailable(): boolean {
    const { ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL, ACTIONS_RUNTIME_TOKEN } = this.#environment;
    // The older service of the two, which act has too, may do without a token.
    const hasOlder = Boolean(ACTIONS_CACHE_URL);
    const hasCache = hasOlder || (Boolean(ACTIONS_RESULTS_URL) && Boolean(ACTIONS_RUNTIME_TOKEN));
    return hasCache && !this.#isAbandoned;
  }

  /**
   * The latest file whose key starts with the first of the prefixes that any key starts with. Undefined if there is no
   * cache, or none in it.
   * @throws what the file system does, and an error if the cache does not answer in time
   */
  async restore(
    { path, maxBytes }: CachedFile,
    prefixes: readonly [string, ...string[]],
  ): Promise<Uint8Array | undefined> {
    if (!this.isAvailable) return undefined;
    const [first] = prefixes;
    return this.#call(path, async () => {
      const { restoreCache } = await loadCacheClient();
      const found = await restoreCache([path], `${first}latest`, [...prefixes]);
      return found === undefined ? undefined : readAndRemove(resolve(path), maxBytes);
    });
  }

  /** @returns whether it is saved; not if there is no cache, or if it has that key already. @throws as `restore` */
  async save({ path }: CachedFile, key: string, bytes: Uint8Array): Promise<boolean> {
    if (!this.isAvailable) return false;
    return this.#call(path, async () => {
      const { saveCache } = await loadCacheClient();
      // Whatever is there is not ours; a link, above all, is not to be written through.
      await rm(resolve(path), { force: true });
      await writeFile(resolve(path), bytes, { flag: 'wx' });
      try {
        return (await saveCache([path], key)) > 0;
      } finally {
        await rm(resolve(path), { force: true });
      }
    });
  }

  async #call<T>(path: string, work: () => Promise<T>): Promise<T> {
    const done = quietly(work, this.#debug);
    if (await settlesWithin(done, this.#patience)) return done;
    this.#isAbandoned = true;
    done.catch(() => undefined);
    await rm(resolve(path), { force: true });
    throw new Error(`no answer within ${this.#patience} ms`);
  }
}

async function readAndRemove(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readBounded(path, maxBytes);
  } finally {
    await rm(path, { force: true });
  }
}

/** What is told within a call, and to whom. */
const listeners = new AsyncLocalStorage<(line: string) => void>();

/**
 * The library writes what it does, and warnings and errors, to the step's log, though a cache that fails is no failure of the
 * push. What it writes becomes debug lines; only the secrets that it names to the runner stay what they are.
 */
async function quietly<T>(work: () => Promise<T>, debug: (line: string) => void): Promise<T> {
  listenToStdout();
  return listeners.run(debug, work);
}

let isListening = false;

function listenToStdout(): void {
  if (isListening) return;
  isListening = true;
  const write = process.stdout.write.bind(process.stdout);
  const divert = (chunk: string | Uint8Array): boolean => {
    const tell = listeners.getStore();
    const text = Buffer.from(chunk).toString();
    if (tell === undefined || text.startsWith('::add-mask::')) return write(chunk);
    listeners.exit(() => tell(spoken(text)));
    return true;
  };
  process.stdout.write = divert;
}

/** What a workflow command says: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
function spoken(line: string): string {
  const text = line.trim();
  const [, said] = /^::\w+::(.*)$/s.exec(text) ?? [];
  return said?.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%') ?? text;
}
