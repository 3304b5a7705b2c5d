import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { readBounded } from './read-bounded.ts';
import { type KeptUpload, MAX_UPLOADS_BYTES, parseUploads } from './uploads.ts';

/** The most files that are read. */
const MAX_FILES = 1000;

/** What a file of the journal is called: the upload, and the process that writes it. */
const NAME = /^[0-9a-f]{32}\.([1-9][0-9]{0,9})\.json$/;

/** An upload that a process which has ended left behind. */
export interface LeftUpload {
  readonly file: string;
  /** The push that it belonged to. */
  readonly push: string;
  readonly upload: KeptUpload;
}

/**
 * The journal on disk: a file for each upload and process, so that no process ever changes what another one wrote. A
 * file is replaced as a whole: a process that is killed leaves the old or the new one.
 */
export class JournalFolder {
  readonly #path: string;
  readonly #debug: (message: string) => void;
  readonly #process: number;

  /** `folder`: that pushes share. */
  constructor(folder: string, debug: (message: string) => void, pid = process.pid) {
    this.#path = join(folder, 'ecr-layer-push-uploads');
    this.#debug = debug;
    this.#process = pid;
  }

  /** The name of this process's file for an upload. */
  fileOf(uploadName: string): string {
    return `${uploadName}.${this.#process}.json`;
  }

  /** Of all processes that have ended. What cannot be read is left out; a file that is too old to be of use goes. */
  async read(): Promise<readonly LeftUpload[]> {
    const names = await this.#list();
    const left: LeftUpload[] = [];
    for (const file of names.slice(0, MAX_FILES)) {
      const path = join(this.#path, file);
      try {
        const { push, uploads } = parseUploads(await readBounded(path, MAX_UPLOADS_BYTES), path);
        if (uploads.length === 0) this.remove([file]);
        left.push(...uploads.map((upload) => ({ file, push, upload })));
      } catch (error) {
        // Another process may just have completed the upload.
        this.#debug(`${path} was not read: ${messageOf(error)}`);
      }
    }
    return left;
  }

  /** Before it returns. @throws what the file system does */
  write(file: string, bytes: Uint8Array): void {
    mkdirSync(this.#path, { recursive: true, mode: 0o700 });
    this.#refuseLink(lstatSync(this.#path));
    const path = join(this.#path, file);
    const whole = `${path}.new`;
    // What a killed process of the same number left there, and no link, is replaced.
    rmSync(whole, { force: true });
    writeFileSync(whole, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(whole, path);
  }

  /** @throws what the file system does, unless they are gone */
  remove(files: Iterable<string>): void {
    for (const file of files) {
      // With what a process left that was killed while it wrote.
      for (const name of [file, `${file}.new`]) rmSync(join(this.#path, name), { force: true });
    }
  }

  async #list(): Promise<readonly string[]> {
    try {
      this.#refuseLink(await lstat(this.#path));
      const names = await readdir(this.#path);
      return names.filter((name) => this.#isLeft(name));
    } catch (error) {
      if (!isMissing(error)) this.#debug(`${this.#path} was not read: ${messageOf(error)}`);
      return [];
    }
  }

  #isLeft(name: string): boolean {
    const pid = Number(NAME.exec(name)?.[1]);
    // One with this process's number is that of an earlier process.
    return Number.isInteger(pid) && (pid === this.#process || !isAlive(pid));
  }

  #refuseLink(stats: { isDirectory(): boolean }): void {
    if (!stats.isDirectory()) throw new Error(`${this.#path} is no folder`);
  }
}

/** It goes on with its uploads itself. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
