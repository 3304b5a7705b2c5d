import { readdirSync, readFileSync } from 'node:fs';
import { PushError } from '../../errors.ts';
import { errorName } from './exceptions.ts';

/**
 * What a push opens besides connections and layers: five for each of two threads, and some for look-ups of hosts, the
 * layout, credentials, and the step's outputs.
 */
const RESERVED = 18;

/** Files and connections of this process. */
export interface OpenFiles {
  /** As many as it may open. */
  readonly limit: number;
  /** As many as it has open. */
  readonly open: number;
}

/**
 * The most connections that the system lets a push to so many targets have at once; undefined if it sets no limit.
 * Every target has its own, and each layer that is under way needs a file besides.
 * @throws PushError TOO_MANY_OPEN_FILES if they are too few for a push
 */
export function affordableConnections(
  files: OpenFiles | undefined,
  targets: number,
): number | undefined {
  if (files === undefined) return undefined;
  const { limit, open } = files;
  const connections = Math.floor((limit - open - RESERVED) / (targets + 1));
  if (connections >= 1) return connections;
  const needed = open + RESERVED + targets + 1;
  throw new PushError(
    'TOO_MANY_OPEN_FILES',
    `This process may have ${limit} files and connections open, and the push needs at least ${needed}`,
  );
}

/**
 * Undefined if there is no limit, or none that can be read: only Linux has these files. They are no files on a disk, so
 * that they can be read at once.
 * @throws PushError TOO_MANY_OPEN_FILES
 */
export function countOpenFiles(process = '/proc/self'): OpenFiles | undefined {
  try {
    const limits = readFileSync(`${process}/limits`, 'latin1');
    const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
    return limit > 0 ? { limit, open: readdirSync(`${process}/fd`).length } : undefined;
  } catch (cause) {
    const name = errorName(cause);
    if (name !== 'EMFILE' && name !== 'ENFILE') return undefined;
    const message = `This process can open no file (${name})`;
    throw new PushError('TOO_MANY_OPEN_FILES', message, { cause });
  }
}
