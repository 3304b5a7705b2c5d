import { PushError } from '../errors.ts';
import { errorCode, isOutOfFiles, unreadable } from './read.ts';

/** Where something was to be written. */
interface Place {
  /** The temporary folder. */
  readonly folder: string;
  /** Bytes that had been written when it failed. */
  readonly written?: number;
}

/** EFBIG: the disk, or `ulimit -f`, allows no file of that size. */
const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * What the operating system says when it cannot write a temporary file.
 * @param what what it is made of, for the message
 * @param instead what the user can do if there is no more room, as a sentence
 */
export function unwritable(
  what: string,
  { folder, written = 0 }: Place,
  cause: unknown,
  instead: string,
): PushError {
  if (isOutOfFiles(cause)) return unreadable(folder, cause);
  const code = errorCode(cause);
  if (FULL.includes(code)) {
    return new PushError(
      'DISK_FULL',
      `${what} does not fit into ${folder} (${code} after ${written} bytes)`,
      { hint: `Free some space on the disk of RUNNER_TEMP. ${instead}`, cause },
    );
  }
  const reason = code ?? String(cause);
  return new PushError('LAYOUT_UNREADABLE', `${what} cannot be written to ${folder} (${reason})`, {
    hint: `The step must be able to write to RUNNER_TEMP. ${instead}`,
    cause,
  });
}
