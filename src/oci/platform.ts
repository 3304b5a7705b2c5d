import { PushError } from '../errors.ts';
import type { Platform } from './descriptor.ts';

/** The variant that a bare architecture implies: https://github.com/containerd/platforms/blob/main/README.md */
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7' };

/** @throws PushError INVALID_INPUT unless the text is `os/architecture` or `os/architecture/variant`. */
export function parsePlatformName(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  if (os === '' || architecture === '' || variant === '' || rest.length > 0) {
    throw new PushError('INVALID_INPUT', `${JSON.stringify(text)} is not a platform`, {
      hint: 'Write os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7.',
    });
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

export function platformName({ os, architecture, variant }: Platform): string {
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/**
 * For messages: the name, and what else tells the platform apart. A layout may hold anything, so it is escaped.
 */
export function platformLabel(platform: Platform): string {
  const { osVersion = '', osFeatures = [] } = platform;
  const version = osVersion === '' ? '' : ` ${osVersion}`;
  const features = osFeatures.length === 0 ? '' : ` (os.features: ${osFeatures.join(', ')})`;
  return JSON.stringify(`${platformName(platform)}${version}${features}`.slice(0, 200)).slice(
    1,
    -1,
  );
}

/** Whether `wanted` includes `platform`: without a variant it includes all of them. */
export function matchesPlatform(platform: Platform, wanted: Platform): boolean {
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return false;
  return wanted.variant === undefined || variantOf(platform) === wanted.variant;
}

/** Whether a runtime could not tell the two apart. Windows images differ in their version or features alone. */
export function isSamePlatform(a: Platform, b: Platform): boolean {
  return (
    a.os === b.os &&
    a.architecture === b.architecture &&
    variantOf(a) === variantOf(b) &&
    a.osVersion === b.osVersion &&
    featuresOf(a) === featuresOf(b)
  );
}

/** Equal for equal features, in whatever order. */
function featuresOf({ osFeatures = [] }: Platform): string {
  return JSON.stringify(osFeatures.toSorted());
}

function variantOf({ architecture, variant }: Platform): string | undefined {
  return variant ?? DEFAULT_VARIANTS[architecture];
}
