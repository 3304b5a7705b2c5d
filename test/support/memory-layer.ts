import assert from 'node:assert/strict';
import type { LayerBlob, LayerUpload } from '../../src/ecr/registry.ts';
import { PushError } from '../../src/errors.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';

/** A layer's bytes in memory; to read it when it is not open fails the test. */
export class MemoryBlob implements LayerBlob {
  readonly location = 'layout/blobs/sha256/abc';
  readonly size: number;
  content: Uint8Array;
  opened = 0;
  #isOpen = false;

  constructor(content: Uint8Array) {
    this.content = content;
    this.size = content.byteLength;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): Promise<this> {
    this.opened += 1;
    this.#isOpen = true;
    return Promise.resolve(this);
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    await Promise.resolve();
    assert(this.#isOpen, 'nothing is read from a closed blob');
    const end = position + target.byteLength;
    if (end > this.content.byteLength)
      throw new PushError('DIGEST_MISMATCH', `${this.location} ended early`);
    target.set(this.content.subarray(position, end));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    return Promise.resolve();
  }
}

export function layerOf(content: Uint8Array): Descriptor {
  return { mediaType: OCI_LAYER_GZIP, digest: digestOf(content), size: content.byteLength };
}

/** The upload of these bytes as a layer. */
export function uploadOf(content: Uint8Array): LayerUpload {
  const blob = new MemoryBlob(content);
  return { layer: layerOf(content), open: () => blob.open() };
}
