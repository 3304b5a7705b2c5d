import { posix } from 'node:path';
import { PushError } from '../errors.ts';
import { padded, readTarHeader, type TarFile, type TarHeader, truncated } from './tar-header.ts';

/** More than the blobs of any layout; it bounds the time and memory that the index takes. */
export const MAX_TAR_ENTRIES = 50_000;

/** Characters; an entry with a longer name is ignored. */
const MAX_NAME_LENGTH = 1024;

/** The longest chain of links. */
const MAX_LINKS = 8;

/** What a tar may hold only once. */
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

/** Where the content of a tar's files lies. Names are normalized: `./index.json` is `index.json`. */
export class TarIndex {
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, TarRange | TarLink>;
  readonly #repeated: ReadonlySet<string>;

  private constructor(
    path: string,
    entries: ReadonlyMap<string, TarRange | TarLink>,
    repeated: ReadonlySet<string>,
  ) {
    this.#path = path;
    this.#entries = entries;
    this.#repeated = repeated;
  }

  /** One pass over the headers. @throws PushError INVALID_TAR, and what `readTarHeader` throws */
  static async read(tar: TarFile): Promise<TarIndex> {
    const entries = new Map<string, TarRange | TarLink>();
    const repeated = new Set<string>();
    let count = 0;
    for await (const header of headersOf(tar)) {
      if (++count > MAX_TAR_ENTRIES) throw tooMany(tar);
      const name = normalized(header.name);
      const entry = entryOf(header, name);
      if (name === undefined || entry === undefined) continue;
      if (LAYOUT_FILE.test(name) && entries.has(name)) throw duplicate(tar.path, name);
      if (entries.has(name)) repeated.add(name);
      entries.set(name, entry);
    }
    return new TarIndex(tar.path, entries, repeated);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** Follows links. @returns undefined if there is no such entry. @throws PushError UNSAFE_LINK */
  find(name: string): TarRange | undefined {
    let entry = this.#entries.get(name);
    for (let links = 0; entry !== undefined && 'linkTo' in entry; links++) {
      const target: TarRange | TarLink | undefined =
        entry.linkTo === undefined ? undefined : this.#entries.get(entry.linkTo);
      if (target === undefined || links === MAX_LINKS) throw unsafeLink(this.#path, name);
      entry = target;
    }
    return entry;
  }

  /** The same for a file that the tar may hold only once. @throws PushError UNSAFE_LINK, INVALID_TAR */
  findOnly(name: string): TarRange | undefined {
    if (this.#repeated.has(name)) throw duplicate(this.#path, name);
    return this.find(name);
  }
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
  if (type === 'link') return { linkTo: normalized(linkName) };
  if (type === 'symlink') return { linkTo: normalized(linkName, posix.dirname(name)) };
  return undefined;
}

/** A path within the tar, or undefined for one that leads out of it. */
function normalized(path: string, from = '.'): string | undefined {
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
  return new PushError('INVALID_TAR', `${path} contains ${name} twice`, {
    hint: 'Programs disagree on which one counts: write a new tar instead of appending to the old one.',
  });
}

function unsafeLink(path: string, name: string): PushError {
  return new PushError(
    'UNSAFE_LINK',
    `${path}: ${name} is a link that does not lead to a file in the tar`,
  );
}
