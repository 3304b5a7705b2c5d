import { PushError } from '../errors.ts';

/** The PAX records that change which files a tar holds. */
const IDENTITY = /^(?:path|linkpath|size|GNU\.sparse\..*)$/;

/**
 * A global PAX header applies to every entry after it. GNU tar and others obey it, tar-stream and others ignore it: if
 * it sets names or sizes, they see different archives. Git writes one that holds a comment, which is harmless.
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
    // Every program reads a malformed record in its own way.
    if (length === '' || text[end - 1] !== '\n') throw malformed(where);
    if (IDENTITY.test(key)) throw global(where, key);
    start = end;
  }
}

function global(where: string, key: string): PushError {
  return new PushError('INVALID_TAR', `${where} sets ${key} for every entry after it`, {
    hint: 'No build tool writes this. Find out where the tar comes from before you use it.',
  });
}

function malformed(where: string): PushError {
  return new PushError('INVALID_TAR', `${where} is malformed`);
}
