import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  emptyUpload,
  invalidLayer,
  invalidLayerPart,
  layerAlreadyExists,
  layerPartTooSmall,
  limitExceeded,
  uploadNotFound,
} from './errors.ts';
import type { Behaviours } from './options.ts';
import type { Repository } from './repository.ts';
import type { Limits } from './rules.ts';

/** A layer on its way in. Its bytes go to disk as they come; only the running hash stays in memory. */
export interface Upload {
  readonly id: string;
  readonly file: string;
  readonly hash: Hash;
  /** Bytes. */
  received: number;
  parts: number;
  /** Bytes. */
  lastPartSize: number;
  /** A part that is no longer the last was below the minimum. */
  hasSmallPart: boolean;
  /** Ends when every part taken so far is on disk. */
  written: Promise<void>;
  /** The layer's digest, once it was completed. */
  completedAs?: string;
}

export interface Part {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly bytes: Uint8Array;
}

export function initiateUpload(repository: Repository): Upload {
  const id = randomUUID();
  const upload: Upload = {
    id,
    file: join(repository.folder, 'uploads', id),
    hash: createHash('sha256'),
    received: 0,
    parts: 0,
    lastPartSize: 0,
    hasSmallPart: false,
    written: Promise.resolve(),
  };
  repository.uploads.set(id, upload);
  return upload;
}

/** @returns the position of the last byte received */
export async function uploadPart(
  repository: Repository,
  uploadId: string,
  part: Part,
  limits: Limits,
): Promise<number> {
  const upload = openUpload(repository, uploadId);
  checkPart(repository, upload, part);
  checkLimits(upload, part, limits);
  take(upload, part, limits);
  await upload.written;
  return part.last;
}

function openUpload(repository: Repository, uploadId: string): Upload {
  const upload = repository.uploads.get(uploadId);
  if (upload === undefined || upload.completedAs !== undefined)
    throw uploadNotFound(repository, uploadId);
  return upload;
}

/** Consecutive from 0, and as long as its range says. */
function checkPart(repository: Repository, upload: Upload, { first, last, bytes }: Part): void {
  const refuse = (message: string) =>
    invalidLayerPart(repository, upload.id, upload.received, message);
  if (first !== upload.received)
    throw refuse(`First byte of the layer part is ${first} instead of ${upload.received}`);
  if (last - first + 1 !== bytes.byteLength || bytes.byteLength === 0)
    throw refuse(
      `The layer part has ${bytes.byteLength} bytes, which do not fill the range from ${first} to ${last}`,
    );
}

function checkLimits(upload: Upload, { last }: Part, limits: Limits): void {
  if (upload.parts >= limits.maxParts)
    throw limitExceeded(`The maximum number of parts of a layer, ${limits.maxParts}, is exceeded`);
  if (last >= limits.maxLayerBytes)
    throw limitExceeded(`The maximum size of a layer, ${limits.maxLayerBytes} bytes, is exceeded`);
}

/** Claims the range before anything is awaited: a second copy of the part finds the position moved on. */
function take(upload: Upload, { first, bytes }: Part, { minPartBytes }: Limits): void {
  upload.hasSmallPart ||= upload.parts > 0 && upload.lastPartSize < minPartBytes;
  upload.parts += 1;
  upload.lastPartSize = bytes.byteLength;
  upload.received += bytes.byteLength;
  upload.hash.update(bytes);
  upload.written = upload.written.then(() => append(upload.file, bytes, first));
}

async function append(path: string, bytes: Uint8Array, position: number): Promise<void> {
  await using file = await open(path, position === 0 ? 'w' : 'r+');
  await file.write(bytes, 0, bytes.byteLength, position);
}

/** @returns the digest that was computed over the received bytes */
export async function completeUpload(
  repository: Repository,
  uploadId: string,
  expected: readonly string[],
  { completedTwice }: Behaviours,
): Promise<string> {
  const finished = repository.uploads.get(uploadId)?.completedAs;
  if (finished !== undefined && completedTwice === 'LayerAlreadyExistsException')
    throw layerAlreadyExists(repository, finished);
  const upload = openUpload(repository, uploadId);
  if (upload.parts === 0) throw emptyUpload(repository, uploadId);
  if (upload.hasSmallPart) throw layerPartTooSmall();
  const digest = `sha256:${upload.hash.copy().digest('hex')}`;
  if (!expected.includes(digest)) throw invalidLayer();
  upload.completedAs = digest;
  await store(repository, upload, digest);
  return digest;
}

async function store(repository: Repository, upload: Upload, digest: string): Promise<void> {
  const known = repository.layers.get(digest);
  if (known?.availability === 'AVAILABLE') {
    await upload.written;
    await rm(upload.file);
    throw layerAlreadyExists(repository, digest);
  }
  repository.layers.set(digest, { digest, size: upload.received, availability: 'AVAILABLE' });
  await upload.written;
  await rename(upload.file, layerPath(repository, digest));
}

export function layerPath(repository: Repository, digest: string): string {
  return join(repository.folder, 'layers', digest.replace('sha256:', ''));
}
