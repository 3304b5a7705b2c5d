import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import { buildImage, buildIndex } from '../../support/image.ts';
import { blobPath } from '../../support/write-layout.ts';

export interface Threat {
  readonly threat: string;
  /** Where it, or the like of it, was found in another program. */
  readonly advisory?: string;
  /** Makes the layout at `path`. */
  readonly make: (path: string) => Promise<void>;
  readonly code: ErrorCode;
}

/** The good image that every threat starts from. */
export const image = buildImage({ seed: 'hostile', layers: [{ size: 1000 }] });
const [firstLayer] = image.layers;
assert.ok(firstLayer);
export const layer = firstLayer;
export const layerFile = blobPath(layer.digest);
export const indexJson = buildIndex([image]).manifest;
