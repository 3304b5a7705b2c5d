import assert from 'node:assert/strict';
import {
  type FileHandle,
  open,
  readdir,
  readlink,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { seededBytes } from '../support/random.ts';
import { runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';

/** A layout that becomes another while it is pushed, or that the system cannot read on. */

const MiB = 1024 * 1024;
/** Five parts, of which three are read when the first is sent. */
const SIZE = 25 * MiB;
const image = buildImage({ seed: 'changing', layers: [{ size: SIZE }] });
const [layer = image.config] = image.layers;
const NAME = 'team/app';

/** When: while the plan is made, or with the first part of the layer. */
const moments = {
  'before the layer is opened': { operation: 'BatchCheckLayerAvailability', nth: 1 },
  'while it is sent': { operation: 'UploadLayerPart', nth: 1 },
} as const;
type Moment = keyof typeof moments;

interface Change {
  /** `file` holds the layer's bytes, from `start` on. */
  readonly make: (file: string, start: number) => Promise<void>;
  /** How the push ends; undefined if it is complete. */
  readonly ends: Readonly<
    Record<'directory' | 'tar', Readonly<Record<Moment, ErrorCode | undefined>>>
  >;
}

function always(code: ErrorCode | undefined): Readonly<Record<Moment, ErrorCode | undefined>> {
  return { 'before the layer is opened': code, 'while it is sent': code };
}

const changes: Readonly<Record<string, Change>> = {
  'is cut short': {
    make: (file, start) => truncate(file, start + SIZE - 1),
    ends: { directory: always('DIGEST_MISMATCH'), tar: always('DIGEST_MISMATCH') },
  },
  'is emptied': {
    make: (file) => truncate(file, 0),
    ends: { directory: always('DIGEST_MISMATCH'), tar: always('DIGEST_MISMATCH') },
  },
  'gets other bytes': {
    make: async (file, start) => {
      await using handle = await open(file, 'r+');
      await handle.write(seededBytes('other', MiB), 0, MiB, start + SIZE - MiB);
    },
    ends: { directory: always('DIGEST_MISMATCH'), tar: always('DIGEST_MISMATCH') },
  },
  grows: {
    make: (file) => writeFile(file, 'more', { flag: 'a' }),
    // What is open already is read as far as its descriptor says.
    ends: {
      directory: { ...always(undefined), 'before the layer is opened': 'DIGEST_MISMATCH' },
      tar: always(undefined),
    },
  },
  'is replaced by a shorter one': {
    make: async (file) => {
      await writeFile(`${file}.new`, 'short');
      await rename(`${file}.new`, file);
    },
    // What is open already is still the old one.
    ends: {
      directory: { ...always(undefined), 'before the layer is opened': 'DIGEST_MISMATCH' },
      tar: always(undefined),
    },
  },
  'is removed': {
    make: (file) => rm(file),
    ends: {
      directory: { ...always(undefined), 'before the layer is opened': 'BLOB_MISSING' },
      tar: always(undefined),
    },
  },
};

/** The layout in one of its forms: its path, and the file in which the layer's bytes are. */
async function writeLayout(
  folder: string,
  form: 'directory' | 'tar',
): Promise<{ layout: string; file: string; start: number }> {
  if (form === 'directory') {
    const layout = join(folder, 'layout');
    await writeLayoutDirectory(layout, [image]);
    return { layout, file: join(layout, blobPath(layer.digest)), start: 0 };
  }
  const layout = join(folder, 'image.tar');
  // The blobs come last, and the layer is the last of them but for two blocks of zeros, padded.
  await writeLayoutTar(layout, [image]);
  await using handle = await open(layout);
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(size);
  await handle.read(bytes, 0, size, 0);
  const start = bytes.indexOf(Buffer.from(await layerBytes()));
  assert.ok(start > 0);
  return { layout, file: layout, start };
}

async function layerBytes(): Promise<Uint8Array> {
  await using folder = await temporaryDirectory();
  await writeLayoutDirectory(folder.path, [image]);
  await using handle = await open(join(folder.path, blobPath(layer.digest)));
  const head = Buffer.alloc(64);
  await handle.read(head, 0, head.length, 0);
  return head;
}

/** What this process has open below a folder. */
async function openBelow(folder: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const names = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder));
}

interface Ending {
  readonly error: unknown;
  readonly tags: ReadonlyMap<string, string>;
  readonly open: readonly string[];
}

async function pushWhile(
  form: 'directory' | 'tar',
  moment: Moment,
  change: (file: string, start: number) => void | Promise<void>,
): Promise<Ending> {
  await using folder = await temporaryDirectory();
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository(NAME);
  const { layout, file, start } = await writeLayout(folder.path, form);
  ecr.fault({ ...moments[moment], kind: 'before', run: () => change(file, start) });
  const inputs = { layout, repository: NAME, tags: 'v1', 'part-size': '5', 'parts-in-flight': '1' };
  const { error } = await runLocally(ecr, inputs);
  return { error, tags: new Map(repository.tags), open: await openBelow(folder.path) };
}

function assertEnded({ error, tags, open }: Ending, code: ErrorCode | undefined): void {
  assert.deepEqual(open, []);
  if (code === undefined) {
    assert.equal(error, undefined);
    assert.equal(tags.get('v1'), image.descriptor.digest);
    return;
  }
  assert.ok(error instanceof PushError, String(error));
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.includes(blobPath(layer.digest)), error.message);
  assert.equal(tags.size, 0);
}

for (const [what, { make, ends }] of Object.entries(changes)) {
  for (const form of ['directory', 'tar'] as const) {
    for (const moment of Object.keys(moments) as Moment[]) {
      const code = ends[form][moment];
      test(`a file of a ${form} ${what} ${moment}: ${code ?? 'the push is complete'}`, async () => {
        assertEnded(await pushWhile(form, moment, make), code);
      });
    }
  }
}

/** From now on, every read of a file fails, or every opening. */
async function failReads(code: string): Promise<Disposable> {
  await using any = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(any) as FileHandle;
  const error = Object.assign(new Error(`${code}: read`), { code });
  const mocked = mock.method(prototype, 'read', () => Promise.reject(error));
  return { [Symbol.dispose]: () => mocked.mock.restore() };
}

for (const form of ['directory', 'tar'] as const) {
  for (const code of ['EIO', 'EACCES', 'ESTALE']) {
    test(`a file of a ${form} that gives ${code} while it is sent is named`, async () => {
      using scope = new DisposableStack();
      const ended = await pushWhile(form, 'while it is sent', async () => {
        scope.use(await failReads(code));
      });
      assertEnded(ended, 'LAYOUT_UNREADABLE');
      assert.match(String(ended.error), new RegExp(`\\(${code}\\)`));
    });
  }
}
