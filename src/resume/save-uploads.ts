import { messageOf } from '../errors.ts';
import type { LeftUpload } from './journal-folder.ts';
import type { UploadCache } from './upload-cache.ts';
import { MAX_UPLOADS } from './uploads.ts';

interface Options {
  /** What processes that have ended left in the job's folder. */
  readonly folder: { read(): Promise<readonly LeftUpload[]> };
  readonly cache: Pick<UploadCache, 'save'>;
  /** Of the workflow, and its attempt. */
  readonly run: string;
  readonly info: (message: string) => void;
  readonly debug: (message: string) => void;
}

/**
 * What a push that did not complete left goes from the job's folder into the cache. Nothing if it completed, or another
 * step completed it. Never throws: a cache that fails is a debug line.
 */
export async function saveUploads(
  push: string,
  { folder, cache, run, info, debug }: Options,
): Promise<void> {
  try {
    const left = (await folder.read()).filter((each) => each.push === push);
    if (left.length === 0) return;
    const uploads = left.map(({ upload }) => upload).slice(0, MAX_UPLOADS);
    if (!(await cache.save({ push, uploads }, run))) return;
    const layers = uploads.length === 1 ? '1 layer' : `${uploads.length} layers`;
    info(`Kept how far ${layers} had come: the next run goes on from there`);
  } catch (error) {
    const why = messageOf(error);
    debug(`How far uploads had come was not kept: ${why}`);
  }
}
