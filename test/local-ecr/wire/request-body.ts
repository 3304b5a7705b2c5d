import { createHash } from 'node:crypto';
import { ConnectionLost } from '../faults.ts';
import { EcrError, serialization } from '../errors.ts';

export interface Body {
  readonly bytes: Buffer;
  /** Hexadecimal, of the bytes as received. */
  readonly sha256: string;
}

/** More than base64 makes of the largest part. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** A multiple of 4, so that each piece of base64 decodes by itself. */
const DECODE_CHARACTERS = 64 * 1024;

/** What a reader of a body wants to know before its end. */
interface Reading {
  /** Bytes that the body should have. */
  readonly announced: number;
  /** A scripted fault: give up on the connection after so many bytes. */
  readonly loseAfter: number;
  /** Told of each chunk, and of what the body is so far. What it throws ends the reading. */
  readonly took: (chunk: Buffer, begin: Buffer) => void;
}

/**
 * Reads the body once, hashing as it comes.
 * @throws EcrError RequestEntityTooLargeException
 */
export async function readBody(
  chunks: AsyncIterable<Buffer>,
  { announced, loseAfter, took }: Reading,
): Promise<Body> {
  const hash = createHash('sha256');
  let bytes = Buffer.allocUnsafe(Math.min(announced, MAX_BODY_BYTES));
  let length = 0;
  for await (const chunk of chunks) {
    const position = length;
    length += chunk.length;
    // What is too much is read all the same: who is still sending does not see an answer.
    if (length <= MAX_BODY_BYTES) {
      hash.update(chunk);
      if (length > bytes.length) bytes = Buffer.concat([bytes.subarray(0, position)], length * 2);
      chunk.copy(bytes, position);
    }
    took(chunk, bytes.subarray(0, length));
    if (length >= loseAfter) throw new ConnectionLost();
  }
  if (length > MAX_BODY_BYTES) throw tooLarge();
  return { bytes: bytes.subarray(0, length), sha256: hash.digest('hex') };
}

function tooLarge(): EcrError {
  const message = `The request has more than ${MAX_BODY_BYTES} bytes`;
  return new EcrError('RequestEntityTooLargeException', message, { status: 413 });
}

/** @throws EcrError SerializationException */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  const place = locatePart(bytes);
  if (place === undefined) return parseJson(bytes);
  const around = Buffer.concat([bytes.subarray(0, place.start), bytes.subarray(place.end)]);
  const layerPartBlob = decodeInPlace(bytes, place);
  return { ...parseObject(around), layerPartBlob };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the base64 of `layerPartBlob` stands: so a part of 28 MB never becomes a string. */
function locatePart(bytes: Buffer): Place | undefined {
  let depth = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== QUOTE) {
      if (OPENING.has(byte)) depth += 1;
      if (CLOSING.has(byte)) depth -= 1;
      at += 1;
      continue;
    }
    const end = endOfString(bytes, at);
    if (end === -1) return undefined;
    const isName = depth === 1 && bytes.subarray(at, end + 1).equals(NAME);
    at = end + 1;
    if (isName) {
      const opening = /^\s*:\s*"/.exec(bytes.toString('latin1', at, at + 64));
      if (opening !== null) return placeOfString(bytes, at + opening[0].length - 1);
    }
  }
  return undefined;
}

const NAME = Buffer.from('"layerPartBlob"');
const [QUOTE = 0, BACKSLASH = 0] = Buffer.from('"\\');
const OPENING: ReadonlySet<number | undefined> = new Set(Buffer.from('{['));
const CLOSING: ReadonlySet<number | undefined> = new Set(Buffer.from('}]'));

/** Where the string that begins at `start` has its closing quote; -1 if it has none. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (;;) {
    const end = bytes.indexOf(QUOTE, at);
    if (end === -1) return -1;
    let escapes = 0;
    while (bytes[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
    at = end + 1;
  }
}

/** The content of the string that begins at `quote`, if it has no escapes. */
function placeOfString(bytes: Buffer, quote: number): Place | undefined {
  const end = endOfString(bytes, quote);
  if (end === -1) return undefined;
  const start = quote + 1;
  return bytes.subarray(start, end).includes(BACKSLASH) ? undefined : { start, end };
}

/** Decoded bytes are fewer than encoded ones, so they fit where those stood. */
function decodeInPlace(bytes: Buffer, { start, end }: Place): Buffer {
  const padding = bytes.toString('latin1', Math.max(start, end - 2), end).split('=').length - 1;
  // The decoder takes the alphabet for URLs too, which ECR does not.
  const isUrlSafe = ['-', '_'].some((character) => bytes.subarray(start, end).includes(character));
  let written = start;
  for (let at = start; at < end; at += DECODE_CHARACTERS) {
    const piece = bytes.toString('latin1', at, Math.min(at + DECODE_CHARACTERS, end));
    written += bytes.write(piece, written, 'base64');
  }
  // The decoder skips what is not base64, so it shows in the length.
  const expected = ((end - start) / 4) * 3 - padding;
  if (isUrlSafe || written - start !== expected) throw serialization('Invalid Base64');
  return bytes.subarray(start, written);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw serialization('The request body is not JSON');
  }
}

function parseObject(bytes: Buffer): object {
  const value = parseJson(bytes);
  return typeof value === 'object' && value !== null ? value : {};
}
