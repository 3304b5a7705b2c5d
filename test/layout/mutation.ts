import { createHash } from 'node:crypto';

/** Numbers that follow from a seed alone: each is a hash of the seed and its place. */
export class SeededRandom {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A whole number from 0 to `limit` - 1; 0 for a limit of 0. */
  below(limit: number): number {
    const hash = createHash('sha256').update(`${this.#seed}/${this.#drawn++}`).digest();
    return limit === 0 ? 0 : hash.readUIntBE(0, 6) % limit;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** One small change of a document. */
type Mutation = (bytes: Buffer, random: SeededRandom) => Buffer;

/** Replaces `removed` bytes at `at`. */
function splice(bytes: Buffer, at: number, removed: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  return splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
};

const setByte: Mutation = (bytes, random) => {
  const value = random.pick([0x00, 0x20, 0x22, 0x2c, 0x30, 0x37, 0x5c, 0x7b, 0x80, 0xff]);
  return splice(bytes, random.below(bytes.length), 1, Buffer.of(value));
};

const insert: Mutation = (bytes, random) =>
  splice(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(8)));

const remove: Mutation = (bytes, random) =>
  splice(bytes, random.below(bytes.length), 1 + random.below(40), Buffer.alloc(0));

const repeat: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  const piece = bytes.subarray(at, at + 1 + random.below(200));
  return splice(bytes, random.below(bytes.length + 1), 0, piece);
};

const cut: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length));

/** What stands in the place of a JSON value. */
const VALUES = [
  ...['null', 'true', '{}', '[]', '[[]]', '""', '"\\u0000"', '"__proto__"', '"sha256:"'],
  ...['0', '-0', '-1', '1e400', '0.1', '9007199254740993', '1'.repeat(400)],
  ...['"application/vnd.oci.image.index.v1+json"', '{"__proto__":{"size":1}}'],
] as const;

/** Strings, numbers and words; a key has its colon with it. */
const TOKEN = /"(?:[^"\\]|\\.)*":?|-?\d[\d.e+-]*|true|false|null/g;
/** Objects and arrays with no other within. */
const INNERMOST = /\{[^{}]*\}|\[[^[\]]*\]/g;

const replaceValue: Mutation = (bytes, random) => {
  const text = bytes.toString('latin1');
  const pattern = random.below(3) === 0 ? INNERMOST : TOKEN;
  const values = [...text.matchAll(pattern)].filter(([value]) => !value.endsWith(':'));
  return replaceMatch(bytes, values[random.below(values.length)], random.pick(VALUES));
};

/** To the name of another one, which makes a duplicate as often as not. */
const renameKey: Mutation = (bytes, random) => {
  const keys = [...bytes.toString('latin1').matchAll(TOKEN)].filter(([key]) => key.endsWith(':'));
  const [to] = keys[random.below(keys.length)] ?? [''];
  return replaceMatch(bytes, keys[random.below(keys.length)], to);
};

function replaceMatch(bytes: Buffer, match: RegExpExecArray | undefined, text: string): Buffer {
  if (match === undefined) return bytes;
  return splice(bytes, match.index, match[0].length, Buffer.from(text, 'latin1'));
}

const ANYWHERE = [flipBit, setByte, insert, remove, repeat, cut];

/** Changes a JSON text: in three cases of four by its grammar, so that it stays JSON. */
export function mutateJson(bytes: Uint8Array, random: SeededRandom): Buffer {
  return mutate(bytes, random, [replaceValue, replaceValue, replaceValue, renameKey]);
}

/** One change or a few: each by the format that is changed, or else all of them anywhere. */
function mutate(bytes: Uint8Array, random: SeededRandom, byFormat: readonly Mutation[]): Buffer {
  const mutations = random.below(4) === 0 ? ANYWHERE : byFormat;
  let changed: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.below(3); left > 0; left--) {
    changed = random.pick(mutations)(changed, random);
  }
  return changed;
}

const BLOCK = 512;

/** A field of a header: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const FIELDS = [
  { at: 0, length: 100 },
  { at: 124, length: 12 },
  { at: 124, length: 12 },
  { at: 156, length: 1 },
  { at: 156, length: 1 },
  { at: 157, length: 100 },
  { at: 257, length: 8 },
  { at: 345, length: 155 },
] as const;

/** What stands in the place of a header's field, the flags of every type of entry among them. */
const FIELD_VALUES = [
  ...['0', '1', '2', '3', '5', '6', '7', 'x', 'g', 'L', 'K', 'N', 'S', 'D', 'M', 'X'],
  ...['\0', '\xff'.repeat(12), '\x80'.padEnd(12, '\0'), '\x80'.padEnd(12, '\xff')],
  ...['00000000000', '77777777777', '00000001000', '0000000000:', '-0000000001', ' '],
  ...['index.json', './index.json', '../index.json', '/', '.', '..', 'blobs/sha256', 'x/'],
] as const;

/** One header's field changed, with the checksum put right again so that the rest of the parser sees it. */
const changeField: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const starts = headerStarts(changed);
  if (starts.length === 0) return changed;
  const header = changed.subarray(random.pick(starts)).subarray(0, BLOCK);
  const { at, length } = random.pick(FIELDS);
  const value =
    random.below(4) === 0 ? random.bytes(length) : Buffer.from(random.pick(FIELD_VALUES), 'latin1');
  value.copy(header, at, 0, length);
  fixChecksum(header);
  return changed;
};

const repeatBlocks: Mutation = (bytes, random) => {
  const blocks = Math.floor(bytes.length / BLOCK);
  const start = random.below(blocks) * BLOCK;
  const piece = bytes.subarray(start, start + BLOCK * (1 + random.below(6)));
  return splice(bytes, random.below(blocks + 1) * BLOCK, random.below(2) * BLOCK, piece);
};

function headerStarts(tar: Buffer): number[] {
  return Array.from({ length: Math.floor(tar.length / BLOCK) }, (_, block) => block * BLOCK).filter(
    (start) => tar.toString('latin1', start + 257, start + 262) === 'ustar',
  );
}

function fixChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Changes a tar: in three cases of four in its headers, with checksums that are right. */
export function mutateTar(bytes: Uint8Array, random: SeededRandom): Buffer {
  return mutate(bytes, random, [changeField, changeField, changeField, repeatBlocks]);
}
