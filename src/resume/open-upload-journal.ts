import type { ActionsCache } from './actions-cache.ts';
import { JournalFolder } from './journal-folder.ts';
import { UploadCache } from './upload-cache.ts';
import { UploadJournal } from './upload-journal.ts';

/** As in AWS's examples. */
const USUAL_PART_SIZE = 10 * 1024 * 1024;

interface Options {
  /** The folder that the steps of a job share; undefined if there is none. */
  readonly temporary: string | undefined;
  readonly cache: ActionsCache;
  /** Bytes; undefined for what ECR asks for. */
  readonly partSize: number | undefined;
  /** Leaves a value for the post step. */
  readonly saveState: (name: string, value: string) => void;
  readonly debug: (message: string) => void;
}

/** What the post step reads: the name of the push whose uploads are kept. */
export const PUSH_STATE = 'push';

/** The journal of this run's uploads; undefined where there is nowhere to keep one. */
export function openUploadJournal({
  temporary,
  cache,
  partSize = USUAL_PART_SIZE,
  saveState,
  debug,
}: Options): UploadJournal | undefined {
  if (!temporary) return undefined;
  return new UploadJournal({
    folder: new JournalFolder(temporary, debug),
    cache: new UploadCache(cache),
    partSize,
    onKept: (push) => saveState(PUSH_STATE, push),
    debug,
  });
}
