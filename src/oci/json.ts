import { PushError } from '../errors.ts';
import { MAX_JSON_DEPTH } from './limits.ts';

/**
 * JSON that every parser reads alike: UTF-8 without a byte order mark, no duplicate keys, nested no deeper
 * than MAX_JSON_DEPTH. `where` names the document in messages.
 * @throws PushError INVALID_JSON
 */
export function parseStrictJson(bytes: Uint8Array, where: string): unknown {
  const text = decodeUtf8(bytes, where);
  if (text.startsWith(MARK)) throw marked(where);
  try {
    // First, so that nothing deep is ever built. It lets through some text that is not JSON; JSON.parse finds that.
    refuseDuplicateKeys(text, where);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof PushError) throw cause;
    throw new PushError('INVALID_JSON', `${where} is not valid JSON`, {
      cause,
    });
  }
}

/** U+FEFF, which Windows puts before text. */
const MARK = '\ufeff';

/**
 * A document without the byte order mark that it may begin with: for files that are only read. What is pushed keeps its
 * bytes, and ECR takes no mark.
 */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  const mark = Buffer.from(MARK);
  return mark.equals(bytes.subarray(0, mark.byteLength)) ? bytes.subarray(mark.byteLength) : bytes;
}

function marked(where: string): PushError {
  return new PushError(
    'INVALID_JSON',
    `${where} starts with a byte order mark (BOM), which JSON does not allow`,
    {
      hint: 'Windows PowerShell adds one. Write the file as UTF-8 without it: its digest changes.',
    },
  );
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    // `ignoreBOM` keeps the mark in the text, where JSON does not allow it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PushError('INVALID_JSON', `${where} is not valid UTF-8`, {
      hint: 'JSON in an OCI layout is UTF-8: the file may be damaged, or not JSON at all.',
      cause,
    });
  }
}

/**
 * JSON.parse keeps the last of two equal keys, other parsers keep the first: to a scanner such a manifest is one
 * image, to a runtime another. One pass over the text, linear in its length.
 */
function refuseDuplicateKeys(text: string, where: string): void {
  /** The keys of each open object, outermost first; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyIsNext = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      keyIsNext = character === '{';
      open.push(keyIsNext ? new Set() : undefined);
      if (open.length > MAX_JSON_DEPTH) throw tooDeep(where);
    } else if (character === '}' || character === ']') {
      open.pop();
      keyIsNext = false;
    } else if (character === ',') {
      keyIsNext = open.at(-1) !== undefined;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (keyIsNext) addKey(open.at(-1), text.slice(at, end + 1), where);
      keyIsNext = false;
      at = end;
    }
  }
}

/** The index of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function addKey(keys: Set<string> | undefined, literal: string, where: string): void {
  // "a" and "\u0061" are the same key.
  const key = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
  if (keys?.has(key)) {
    throw new PushError(
      'INVALID_JSON',
      `${where} has the key ${JSON.stringify(key.slice(0, 100))} twice in one object`,
      { hint: 'Programs disagree on which one counts: build the layout again.' },
    );
  }
  keys?.add(key);
}

function tooDeep(where: string): PushError {
  return new PushError('INVALID_JSON', `${where} is nested deeper than ${MAX_JSON_DEPTH} levels`);
}
