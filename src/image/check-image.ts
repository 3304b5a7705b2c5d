import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { MAX_LAYERS } from '../oci/limits.ts';
import type { ImageManifest } from '../oci/manifest.ts';
import { OCI_EMPTY } from '../oci/media-types.ts';

/** Refuses what ECR is certain to refuse of an image. @throws PushError TOO_MANY_LAYERS, EMPTY_BLOB */
export function checkImage({ config, layers }: ImageManifest, where: string): void {
  if (layers.length > MAX_LAYERS) {
    throw new PushError(
      'TOO_MANY_LAYERS',
      `${where} has ${layers.length} layers; ECR accepts at most ${MAX_LAYERS}`,
    );
  }
  if (config.size === 0) throw emptyConfig(config, where);
  const empty = layers.find(({ size }) => size === 0);
  if (empty === undefined) return;
  throw new PushError('EMPTY_BLOB', `${where}: layer ${empty.digest} is empty, which ECR refuses`);
}

function emptyConfig({ digest, mediaType }: Descriptor, where: string): PushError {
  return new PushError(
    'EMPTY_BLOB',
    `${where}: config ${digest} (${mediaType}) has 0 bytes, which ECR refuses`,
    {
      hint: `Give the artifact the empty config instead, the two bytes "{}" of the media type ${OCI_EMPTY}, and its own type as artifactType.`,
    },
  );
}
