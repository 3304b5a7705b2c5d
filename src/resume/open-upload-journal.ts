import type { ActionsCache } from './actions-cache.ts';
import { JournalFolder } from './journal-folder.ts';
import { UploadCache } from './upload-cache.ts';
import { UploadJournal } from './upload-journal.ts';

/** As in AWS's examples. */
const USUAL_PART_SIZE = 10 * 1024 * 1024;

interface Options {
  /** Where pushes on this machine leave what they have learnt; undefined if there is no such folder. */
  readonly folder: string | undefined;
  /** Undefined outside GitHub Actions. */
  readonly cache: ActionsCache | undefined;
  /** Bytes; undefined for what ECR asks for. */
  readonly partSize: number | undefined;
  /** Leaves a value for the post step. */
  readonly saveState: (name: string, value: string) => void;
  readonly debug: (message: string) => void;
}

const NO_CACHE = { isAvailable: false, restore: () => Promise.resolve([]) };

/** What the post step reads: the name of the push whose uploads are kept. */
export const PUSH_STATE = 'push';

/** The journal of this run's uploads; undefined where there is nowhere to keep one. */
export function openUploadJournal({
  folder,
  cache,
  partSize = USUAL_PART_SIZE,
  saveState,
  debug,
}: Options): UploadJournal | undefined {
  if (!folder) return undefined;
  return new UploadJournal({
    folder: new JournalFolder(folder, debug),
    cache: cache === undefined ? NO_CACHE : new UploadCache(cache),
    partSize,
    onKept: (push) => saveState(PUSH_STATE, push),
    debug,
  });
}
