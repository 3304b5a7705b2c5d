import { PushError } from '../errors.ts';
import type { Platform } from './descriptor.ts';

/** The variant that a bare architecture implies: https://github.com/containerd/platforms/blob/main/README.md */
const DEFAULT_VARIANTS: ReadonlyMap<string, string> = new Map([
  ['amd64', 'v1'],
  ['arm64', 'v8'],
  ['arm', 'v7'],
]);

type Machine = Pick<Platform, 'architecture' | 'variant'>;

/** What else they are called, as containerd reads it: https://github.com/containerd/platforms/blob/main/database.go */
const ARCHITECTURES: ReadonlyMap<string, Machine> = new Map<string, Machine>([
  ['x86_64', { architecture: 'amd64' }],
  ['x86-64', { architecture: 'amd64' }],
  ['aarch64', { architecture: 'arm64' }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
  ['i386', { architecture: '386' }],
]);

/**
 * In the normal form of `normalPlatform`.
 * @throws PushError INVALID_INPUT unless the text is `os/architecture` or `os/architecture/variant`.
 */
export function parsePlatformName(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  if (os === '' || architecture === '' || variant === '' || rest.length > 0 || /[\s;]/.test(text)) {
    throw new PushError('INVALID_INPUT', `${JSON.stringify(text)} is not a platform`, {
      hint: `${advice(text)}Write os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7.`,
    });
  }
  return normalPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

/** What was meant by a text that is no platform; '' if that cannot be told. */
function advice(text: string): string {
  if (/^(?:all|any|\*)$/i.test(text)) return 'Leave the input out to push all platforms. ';
  const words = text.split(/[\s;|]+/).filter((word) => word !== '');
  if (words.length > 1 && words.every((word) => word.includes('/')))
    return `Put commas between platforms, or each on its own line: ${words.join(',')}. `;
  const { system = 'linux', machine = '' } =
    /^(?:(?<system>linux|windows)[-_:. \\])?(?<machine>[\w-]+)$/i.exec(text)?.groups ?? {};
  const name = normalPlatform({ os: system, architecture: machine });
  return KNOWN_ARCHITECTURES.has(name.architecture) ? `Write ${platformName(name)}. ` : '';
}

/** Those of images that public registries hold. */
const KNOWN_ARCHITECTURES: ReadonlySet<string> = new Set([
  ...DEFAULT_VARIANTS.keys(),
  ...['386', 'loong64', 'mips64le', 'ppc64le', 'riscv64', 's390x'],
]);

/**
 * With the names that Go has for system, architecture and variant, in lower case, whatever tools call them. A variant
 * that the architecture implies stays away if it is not named: an input without one includes all of them.
 */
function normalPlatform({ os, architecture, variant, ...others }: Platform): Platform {
  const system = os.toLowerCase();
  const name = architecture.toLowerCase();
  const machine = ARCHITECTURES.get(name) ?? { architecture: name };
  return {
    ...others,
    os: system === 'macos' ? 'darwin' : system,
    ...(variant === undefined ? {} : { variant: normalVariant(variant) }),
    ...machine,
  };
}

/** `8`, `v8.0` and `V8` are `v8`. */
function normalVariant(variant: string): string {
  return variant
    .toLowerCase()
    .replace(/^(?=\d)/, 'v')
    .replace(/^(v\d+)\.0$/, '$1');
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
  const [found, asked] = [normalPlatform(platform), normalPlatform(wanted)];
  if (found.os !== asked.os || found.architecture !== asked.architecture) return false;
  return asked.variant === undefined || variantOf(found) === variantOf(asked);
}

/** Whether a runtime could not tell the two apart. Windows images differ in their version or features alone. */
export function isSamePlatform(one: Platform, other: Platform): boolean {
  const [a, b] = [normalPlatform(one), normalPlatform(other)];
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

/** Of a platform in its normal form. */
function variantOf({ architecture, variant }: Platform): string | undefined {
  return variant ?? DEFAULT_VARIANTS.get(architecture);
}
