import { posix } from 'node:path';
import { PushError } from '../errors.ts';
import { readAt } from './read.ts';
import { padded, readTarHeader, type TarFile, type TarHeader, truncated } from './tar-header.ts';

/** More than the blobs of any layout; it bounds the time and memory that the index takes. */
export const MAX_TAR_ENTRIES = 50_000;

/** Characters; an entry with a longer name is ignored. */
const MAX_NAME_LENGTH = 1024;

/** The longest chain of links. */
const MAX_LINKS = 8;

/** What a tar may hold again only with the same content. */
const LAYOUT_FILE = /^(?:index\.json|oci-layout|blobs\/sha256\/[a-f0-9]{64})$/;

export interface TarRange {
  readonly position: number;
  /** Bytes. */
  readonly size: number;
}

interface TarLink {
  /** The normalized name of another entry; undefined if it leads out of the tar. */
  readonly linkTo: string | undefined;
}

/** A second entry by the name of a file of the layout. */
interface Repeated {
  readonly name: string;
  readonly entry: TarRange | TarLink;
}

/** Where the content of a tar's files lies. Names are normalized: `./index.json` and `/index.json` are `index.json`. */
export class TarIndex {
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, TarRange | TarLink>;
  readonly #ambiguous: ReadonlySet<string>;

  private constructor(
    path: string,
    entries: ReadonlyMap<string, TarRange | TarLink>,
    ambiguous: ReadonlySet<string>,
  ) {
    this.#path = path;
    this.#entries = entries;
    this.#ambiguous = ambiguous;
  }

  /** One pass over the headers. @throws PushError INVALID_TAR, and what `readTarHeader` throws */
  static async read(tar: TarFile): Promise<TarIndex> {
    const entries = new Map<string, TarRange | TarLink>();
    const repeated: Repeated[] = [];
    const others: Repeated[] = [];
    let count = 0;
    for await (const header of headersOf(tar)) {
      if (++count > MAX_TAR_ENTRIES) throw tooMany(tar);
      const name = normalized(header.name);
      const entry = entryOf(header, name);
      if (name === undefined || entry === undefined) continue;
      if (!entries.has(name)) entries.set(name, entry);
      else (LAYOUT_FILE.test(name) ? repeated : others).push({ name, entry });
    }
    const ambiguous = new Set<string>();
    const index = new TarIndex(tar.path, entries, ambiguous);
    const [first] = await index.#differing(tar, repeated);
    if (first !== undefined) throw duplicate(tar.path, first);
    // Only what an archive of `docker save` names is looked for by a name of its own.
    if (entries.has('manifest.json'))
      for (const name of await index.#differing(tar, others)) ambiguous.add(name);
    return index;
  }

  /** Programs disagree on which of two entries counts, so it must not matter: the names for which it would. */
  async #differing(tar: TarFile, repeated: readonly Repeated[]): Promise<string[]> {
    const names: string[] = [];
    const same = new Set<string>();
    for (const { name, entry } of repeated) {
      const first = this.#follow(this.#entries.get(name));
      const second = this.#follow(entry);
      const pair = `${first?.position} ${second?.position}`;
      if (same.has(pair)) continue;
      const isSame =
        first !== undefined && second?.size === first.size && (await isEqual(tar, first, second));
      if (isSame) same.add(pair);
      else names.push(name);
    }
    return names;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** Follows links. @returns undefined if there is no such entry. @throws PushError UNSAFE_LINK */
  find(name: string): TarRange | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const range = this.#follow(entry);
    if (range === undefined) throw unsafeLink(this.#path, name);
    return range;
  }

  /** Undefined if it is a link that does not lead to a file of the tar, or not soon. */
  #follow(start: TarRange | TarLink | undefined): TarRange | undefined {
    let entry = start;
    for (let links = 0; entry !== undefined && 'linkTo' in entry; links++) {
      if (entry.linkTo === undefined || links === MAX_LINKS) return undefined;
      entry = this.#entries.get(entry.linkTo) ?? this.#entries.get(slashed(entry.linkTo));
    }
    return entry;
  }

  /** The same for a file that the tar may hold only once. @throws PushError UNSAFE_LINK, INVALID_TAR */
  findOnly(name: string): TarRange | undefined {
    if (this.#ambiguous.has(name)) throw duplicate(this.#path, name);
    return this.find(name);
  }
}

/** Bytes that are compared at once. */
const COMPARED_BYTES = 256 * 1024;

/** Whether two ranges of one size hold the same bytes. */
async function isEqual(
  { handle, path }: TarFile,
  first: TarRange,
  second: TarRange,
): Promise<boolean> {
  if (first.position === second.position) return true;
  for (let at = 0; at < first.size; at += COMPARED_BYTES) {
    const length = Math.min(COMPARED_BYTES, first.size - at);
    const [one, other] = [Buffer.alloc(length), Buffer.alloc(length)];
    await readAt(handle, one, first.position + at, path);
    await readAt(handle, other, second.position + at, path);
    if (!one.equals(other)) return false;
  }
  return true;
}

async function* headersOf(tar: TarFile): AsyncGenerator<TarHeader> {
  for (let position = 0; position < tar.size;) {
    const header = await readTarHeader(tar, position);
    if (header === undefined) return;
    const size = hasContent(header) ? header.size : 0;
    if (header.contentAt + size > tar.size) throw truncated(tar, header.contentAt + size);
    yield header;
    position = header.contentAt + padded(size);
  }
}

/** Links and directories have none, whatever their headers say; POSIX treats an unknown type as a file. */
function hasContent({ type }: TarHeader): boolean {
  return type === 'file' || type === 'contiguous-file' || type === null;
}

function entryOf(header: TarHeader, name = ''): TarRange | TarLink | undefined {
  const { type, linkName, contentAt, size } = header;
  if (type === 'file' || type === 'contiguous-file') return { position: contentAt, size };
  if (type === 'link') return { linkTo: hardLinkTarget(header) };
  if (type === 'symlink') return { linkTo: within(linkName, posix.dirname(name)) };
  return undefined;
}

/** Docker on Windows wrote its links, unlike its names, with backslashes. It may be no entry's name. */
function slashed(name: string): string {
  return posix.normalize(name.replaceAll('\\', '/'));
}

/** The name of another entry: it begins with a slash only where all names do. */
function hardLinkTarget({ name, linkName }: TarHeader): string | undefined {
  return posix.isAbsolute(name) ? normalized(linkName) : within(linkName);
}

/** Some programs begin every name with a slash, which others take off: the top of the tar is meant. */
function normalized(name: string): string | undefined {
  return within(name.replace(/^\/+/, ''));
}

/** A path within the tar, or undefined for one that leads out of it. */
function within(path: string, from = '.'): string | undefined {
  if (posix.isAbsolute(path) || path.length > MAX_NAME_LENGTH) return undefined;
  const name = posix.join(from, path);
  return name === '..' || name.startsWith('../') ? undefined : name;
}

function tooMany(tar: TarFile): PushError {
  return new PushError('INVALID_TAR', `${tar.path} has more than ${MAX_TAR_ENTRIES} entries`, {
    hint: 'Write a tar that holds the layout and nothing else.',
  });
}

function duplicate(path: string, name: string): PushError {
  return new PushError('INVALID_TAR', `${path} contains ${name} twice, and they differ`, {
    hint: 'Programs disagree on which one counts: write a new tar instead of appending to the old one.',
  });
}

function unsafeLink(path: string, name: string): PushError {
  return new PushError(
    'UNSAFE_LINK',
    `${path}: ${name} is a link that does not lead to a file in the tar`,
    {
      hint: 'Bazel and other tools leave links into their caches. Write the tar with the files that they lead to: "tar --dereference" ("tar -h").',
    },
  );
}
