import assert from 'node:assert/strict';
import { digestOf } from '../../src/oci/digest.ts';
import type { KeptUpload } from '../../src/resume/uploads.ts';

export const MiB = 1024 * 1024;

export const PLACE = {
  type: 'private',
  registryId: undefined,
  region: 'us-east-1',
  name: 'team/app',
} as const;

/** A layer of some name, of 100 MiB. */
export function sampleLayer(name = 'layer') {
  return { digest: digestOf(Buffer.from(name)), size: 100 * MiB };
}

/** Of `sampleLayer()` into `PLACE`, ten parts in. */
export function sampleUpload(change: Partial<KeptUpload> = {}): KeptUpload {
  return {
    type: 'private',
    registryId: undefined,
    region: 'us-east-1',
    repository: 'team/app',
    ...sampleLayer(),
    uploadId: '01234567-89ab-cdef-0123-456789abcdef',
    partSize: 5 * MiB,
    nextByte: 50 * MiB,
    at: Date.now(),
    ...change,
  };
}

/** For `debug`, where there is nothing to say. */
export function nothingFails(line: string): never {
  assert.fail(line);
}
