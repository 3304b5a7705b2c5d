import type { LayerSpec } from './layer-pool.ts';

/** One of the images that every tool pushes. */
export interface LayoutSpec {
  readonly name: string;
  readonly title: string;
  /** The layers of each image; more than one image make an index. */
  readonly images: readonly (readonly LayerSpec[])[];
  /** What the registry holds before each push: the images of that layout, under the same tag. */
  readonly before?: LayoutSpec;
}

export const LAYOUT_NAMES = [
  'one-gib',
  'twenty',
  'many-small',
  'one-changed',
  'nothing-changed',
  'platforms',
] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

const MB = 1e6;
const GIB = 1024 ** 3;
/** Of the twenty, by size from the smallest: an application of some 19 MB on top of its dependencies. */
const CHANGED = 12;

/** The images of the bench, their sizes times `scale`: below 1 for a quick look. */
export function layoutSpecs(scale = 1): Readonly<Record<LayoutName, LayoutSpec>> {
  const twenty = { ...image('twenty', '20 layers, 0.1–400 MB', twentyLayers(scale, 'twenty')) };
  return {
    'one-gib': image('one-gib', 'one layer, 1 GiB', [random('one', GIB * scale)]),
    twenty,
    'many-small': image(
      'many-small',
      `${400 * scale} layers, 100 kB each`,
      seeded('small', new Array<number>(400 * scale).fill(0.1 * MB)),
    ),
    'one-changed': {
      ...image('one-changed', 'one changed layer of 20', twentyLayers(scale, 'changed')),
      before: twenty,
    },
    'nothing-changed': {
      ...twenty,
      name: 'nothing-changed',
      title: 'nothing changed',
      before: twenty,
    },
    platforms: platforms(scale),
  };
}

function image(name: string, title: string, layers: readonly LayerSpec[]): LayoutSpec {
  return { name, title, images: [layers] };
}

function random(seed: string, size: number): LayerSpec {
  return { seed, size: Math.round(size) };
}

function seeded(seed: string, sizes: readonly number[]): LayerSpec[] {
  return sizes.map((size, at) => random(`${seed}-${at}`, size));
}

/** From 0.1 to 400 MB, each the same multiple of the one before. */
export function geometricSizes(count: number, smallest: number, largest: number): number[] {
  const ratio = (largest / smallest) ** (1 / (count - 1));
  return Array.from({ length: count }, (_, at) => smallest * ratio ** at);
}

/** In an order that is neither the best nor the worst: every seventh, round and round. */
function twentyLayers(scale: number, changedSeed: string): LayerSpec[] {
  const sizes = geometricSizes(20, 0.1 * MB * scale, 400 * MB * scale);
  return sizes.map((_, at) => {
    const rank = (at * 7) % sizes.length;
    const seed = rank === CHANGED ? changedSeed : 'twenty';
    return random(`${seed}-${rank}`, sizes[rank] ?? 0);
  });
}

/** As a build for several platforms makes it: the same recipe, and no layer in common. */
function platforms(scale: number): LayoutSpec {
  const sizes = [40, 15, 5, 1, 0.1].map((size) => size * MB * scale);
  return {
    name: 'platforms',
    title: 'index of 8 platforms',
    images: Array.from({ length: 8 }, (_, at) => seeded(`platform-${at}`, sizes)),
  };
}

/** An index of 8 platforms with so many blobs in all, the configs included: for the fit over their number. */
export function linearSpec(blobs: number): LayoutSpec {
  const layers = seeded('linear', new Array<number>(blobs - 8).fill(10_000));
  return {
    name: `linear-${blobs}`,
    title: `index of 8 platforms, ${blobs} blobs`,
    images: Array.from({ length: 8 }, (_, at) => layers.filter((__, layer) => layer % 8 === at)),
  };
}

/** Images of which many parts are under way at once. */
export function crowdedSpecs(scale: number): readonly LayoutSpec[] {
  const megabytes = (seed: string, sizes: readonly number[]): LayerSpec[] =>
    seeded(
      seed,
      sizes.map((size) => size * MB * scale),
    );
  return [
    image(
      'forty-large',
      '40 layers, 25 MB each',
      megabytes('forty', new Array<number>(40).fill(25)),
    ),
    image('many-sizes', '120 layers, 0.3–14 MB', megabytes('sizes', geometricSizes(120, 0.3, 14))),
    image(
      'nearly-large',
      '300 layers, 900 kB each',
      megabytes('nearly', new Array<number>(300).fill(0.9)),
    ),
  ];
}

/** A smaller one, for where a GiB would take minutes. */
export function quarterSpec(scale: number): LayoutSpec {
  return image('one-quarter', `one layer, ${256 * scale} MiB`, [
    random('quarter', (GIB / 4) * scale),
  ]);
}

/** One layer of so many GiB, nearly free on disk. */
export function sparseSpec(gib: number): LayoutSpec {
  return image(`sparse-${gib}`, `one sparse layer, ${gib} GiB`, [
    { sparse: Math.round(gib * GIB) },
  ]);
}
