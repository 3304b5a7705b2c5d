import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { settlesWithin } from '../async/sleep.ts';
import { MAX_MAP_BYTES } from './layer-map.ts';
import type { MapStore } from './layer-memory.ts';

/**
 * Relative to the workspace, where it is only while it is packed or unpacked. A cache is found by the paths as they are
 * given, so this one must be the same on every runner, as their temporary folders are not.
 */
const PATH = '.ecr-layer-push-layers.json';

/** An entry never changes, so each map gets one of its own; the latest that starts like this is restored. */
const KEY = 'ecr-layer-push-layers-1-';

/** Milliseconds that a cache may take: compressing is slow, and waiting for nothing is slower. */
const PATIENCE = 8000;

type Environment = Readonly<Record<string, string | undefined>>;

interface Options {
  readonly debug: (message: string) => void;
  readonly environment?: Environment;
  readonly patience?: number;
}

/** The cache that GitHub keeps for a repository, by branch: https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching */
export class ActionsCache implements MapStore {
  readonly name = 'the cache of GitHub Actions';
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

  /** Undefined if there is no cache, or nothing in it, or if it did not answer before. */
  async load(): Promise<Uint8Array | undefined> {
    if (!this.#isAvailable()) return undefined;
    return this.#call(async () => {
      const { restoreCache } = await import('@actions/cache');
      const found = await restoreCache([PATH], `${KEY}latest`, [KEY]);
      return found === undefined ? undefined : readAndRemove(resolve(PATH));
    });
  }

  async save(bytes: Uint8Array): Promise<void> {
    if (!this.#isAvailable()) return;
    await this.#call(async () => {
      const { saveCache } = await import('@actions/cache');
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
      await writeFile(resolve(PATH), bytes);
      try {
        await saveCache([PATH], `${KEY}${hash}`);
      } finally {
        await rm(resolve(PATH), { force: true });
      }
    });
  }

  #isAvailable(): boolean {
    const { ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL, ACTIONS_RUNTIME_TOKEN } = this.#environment;
    const url = ACTIONS_RESULTS_URL ?? ACTIONS_CACHE_URL;
    return Boolean(url) && Boolean(ACTIONS_RUNTIME_TOKEN) && !this.#isAbandoned;
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    const done = quietly(work, this.#debug);
    if (await settlesWithin(done, this.#patience)) return done;
    this.#isAbandoned = true;
    done.catch(() => undefined);
    throw new Error(`no answer within ${this.#patience} ms`);
  }
}

async function readAndRemove(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_MAP_BYTES) throw new Error(`it has ${size} bytes`);
    return await readFile(path);
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
