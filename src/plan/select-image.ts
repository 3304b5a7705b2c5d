import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';

/**
 * The image of a layout that is to be pushed: the only one there is. The same digest under several names is one image.
 * @throws PushError NO_IMAGE, AMBIGUOUS_IMAGE
 */
export function selectImage({ manifests }: ImageIndex, layoutPath: string): Descriptor {
  const [first] = manifests;
  if (first === undefined) {
    throw new PushError('NO_IMAGE', `${layoutPath}: index.json lists no image`, {
      hint: 'Check that the build wrote its image into this layout.',
    });
  }
  if (manifests.every(({ digest }) => digest === first.digest)) return first;
  throw new PushError('AMBIGUOUS_IMAGE', `${layoutPath} holds several images`, {
    hint: 'Write one image into a layout.',
  });
}
