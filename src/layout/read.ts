import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { PushError } from '../errors.ts';
import type { BlobReader } from './layout.ts';

/**
 * Fills `target` with the bytes of the file from `position` on.
 * @throws PushError LAYOUT_UNREADABLE, DIGEST_MISMATCH (the file ended early)
 */
export async function readAt(
  file: FileHandle,
  target: Uint8Array,
  position: number,
  location: string,
): Promise<void> {
  for (let filled = 0; filled < target.byteLength;) {
    const length = target.byteLength - filled;
    const { bytesRead } = await file
      .read(target, filled, length, position + filled)
      .catch((cause: unknown) => {
        throw unreadable(location, cause);
      });
    if (bytesRead === 0) throw endedEarly(location, length);
    filled += bytesRead;
  }
}

/** @throws PushError LAYOUT_UNREADABLE */
export async function statusOf(file: FileHandle, location: string): Promise<Stats> {
  return file.stat().catch((cause: unknown) => {
    throw unreadable(location, cause);
  });
}

/**
 * Reads all of a file that is meant to be small.
 * @throws PushError TOO_LARGE if it has more than `limit` bytes, and what the reader throws
 */
export async function readWhole(file: BlobReader, limit: number): Promise<Uint8Array> {
  if (file.size > limit) {
    throw new PushError(
      'TOO_LARGE',
      `${file.location} is ${file.size} bytes; the limit for this file is ${limit}`,
    );
  }
  const bytes = new Uint8Array(file.size);
  await file.read(bytes, 0);
  return bytes;
}

export function endedEarly(location: string, missing: number): PushError {
  return new PushError('DIGEST_MISMATCH', `${location} ended ${missing} bytes early`, {
    hint: 'The layout changed while it was being read: let the build finish before you push.',
  });
}

/** What the operating system says when it cannot open or read a file. */
export function unreadable(location: string, cause: unknown): PushError {
  const reason = errorCode(cause) ?? String(cause);
  if (isOutOfFiles(cause)) {
    return new PushError('TOO_MANY_OPEN_FILES', `${location} cannot be opened (${reason})`, {
      cause,
    });
  }
  return new PushError('LAYOUT_UNREADABLE', `${location} cannot be read (${reason})`, {
    cause,
  });
}

/** Whether this process, or the machine, has as many files open as it may. */
export function isOutOfFiles(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(errorCode(error) ?? '');
}

/** `ENOENT` and the like. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
