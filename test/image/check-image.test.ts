import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { checkImage } from '../../src/image/check-image.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { ImageManifest } from '../../src/oci/manifest.ts';
import { OCI_CONFIG, OCI_EMPTY, OCI_LAYER, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const blob = (mediaType: string, text: string) => ({
  mediaType,
  digest: digestOf(Buffer.from(text)),
  size: text.length,
});
const layer = blob(OCI_LAYER, 'layer');
const emptyLayer = blob(OCI_LAYER, '');
const image = (given: Partial<ImageManifest>): ImageManifest => ({
  kind: 'image',
  mediaType: OCI_MANIFEST,
  config: blob(OCI_CONFIG, '{}'),
  layers: [layer],
  ...given,
});

for (const layers of [[], [layer], Array<typeof layer>(500).fill(layer)]) {
  test(`an image of ${layers.length} layers may pass`, () => {
    checkImage(image({ layers }), 'manifest');
  });
}

test('501 layers are too many', () => {
  assert.throws(
    () => checkImage(image({ layers: Array<typeof layer>(501).fill(layer) }), 'manifest'),
    refused('TOO_MANY_LAYERS', 'manifest', '501', '500'),
  );
});

test('an empty layer is refused, and named', () => {
  assert.throws(
    () => checkImage(image({ layers: [layer, emptyLayer] }), 'manifest'),
    refused('EMPTY_BLOB', 'manifest', emptyLayer.digest),
  );
});

test('an empty config is refused, with the config that works', () => {
  const config = blob('application/vnd.example', '');
  assert.throws(
    () => checkImage(image({ config }), 'manifest'),
    (error: unknown) => {
      refused('EMPTY_BLOB', config.digest, config.mediaType)(error);
      assert(error instanceof PushError);
      assert(error.hint.includes(OCI_EMPTY));
      return true;
    },
  );
});
