import { PushError } from '../errors.ts';

/** What a PAX header can say that makes other files of a tar's entries. */
const IDENTITY = /^(?:path|linkpath|size|GNU\.sparse\..*)$/;

/**
 * A global PAX header speaks of all entries after it. GNU tar and others go by it, tar-stream and others pass over it:
 * what it says of names and sizes makes two archives of one. Git writes one with a comment, which is harmless.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 * @throws PushError INVALID_TAR; `where` names the header in messages
 */
export function refuseGlobalHeader(content: Uint8Array, where: string): void {
  const text = Buffer.from(content).toString('latin1');
  const record = /([1-9]\d{0,9}) ([^=\n]+)=/y;
  for (let start = 0; start < text.length;) {
    record.lastIndex = start;
    const [, length = '', key = ''] = record.exec(text) ?? [];
    const end = start + Number(length);
    // One that is malformed is read in as many ways as there are programs.
    if (length === '' || end > text.length || text[end - 1] !== '\n') throw malformed(where);
    if (IDENTITY.test(key)) throw global(where, key);
    start = end;
  }
}

function global(where: string, key: string): PushError {
  return new PushError('INVALID_TAR', `${where} gives all entries after it one ${key}`, {
    hint: 'No build tool writes this. Find out where the tar comes from before using it.',
  });
}

function malformed(where: string): PushError {
  return new PushError('INVALID_TAR', `${where} is malformed`);
}
