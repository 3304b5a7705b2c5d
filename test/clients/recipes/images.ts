import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
} from '../../support/image.ts';

/** The images that the stand-ins for build tools write, and that the tests expect in ECR: equal platforms make equal bytes. */

/** `linux/arm64` */
export type PlatformName = `${string}/${string}`;

export function imageFor(platform: PlatformName): Image {
  const [os = '', architecture = ''] = platform.split('/');
  return buildImage({
    seed: `recipes ${platform}`,
    platform: { os, architecture },
    layers: [
      { files: { 'etc/os-release': 'NAME="Sample"\n' } },
      { files: { 'app/main': `built for ${platform}\n` } },
    ],
  });
}

/** As buildx does, with an attestation beside each image. */
export function buildxIndex(platforms: readonly PlatformName[]): Graph {
  const images = platforms.map(imageFor);
  return buildIndex([...images, ...images.map(buildAttestation)]);
}

/** As ko does: a list of Docker's. */
export function koIndex(platforms: readonly PlatformName[]): Graph {
  return buildIndex(platforms.map(imageFor), { flavour: 'docker' });
}
