import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Platform } from '../../src/oci/descriptor.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { Overlay } from '../../src/image/content.ts';
import { reshape, type Shape } from '../../src/image/reshape.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { entriesOf, MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';

interface Wanted {
  /** `linux/amd64,linux/arm64` */
  readonly platforms?: string;
  readonly attestations?: Shape['attestations'];
  readonly singleImage?: Shape['singleImage'];
}

function shapeOf({ platforms = '', attestations = 'keep', singleImage = 'keep' }: Wanted): Shape {
  const names = platforms.split(',').filter((name) => name !== '');
  return { platforms: names.map(parsePlatformName), attestations, singleImage };
}

const layoutOf = ({ descriptor }: Graph, layoutPath = 'layout') => ({
  root: descriptor,
  layoutPath,
});

/** The new root, its bytes, and what holds all of it. */
async function reshaped(root: Graph, wanted: Wanted, content = new MemoryContent(root)) {
  const overlay = new Overlay(content);
  const descriptor = await reshape([layoutOf(root)], overlay, shapeOf(wanted));
  return { descriptor, overlay, bytes: await overlay.readVerified(descriptor) };
}

function imageFor(architecture: string, variant?: string): Graph {
  const platform: Platform = {
    os: 'linux',
    architecture,
    ...(variant === undefined ? {} : { variant }),
  };
  return buildImage({ seed: `${architecture} ${variant ?? ''}`, layers: [], platform });
}

const [amd, arm, riscv] = ['amd64', 'arm64', 'riscv64'].map((name) => imageFor(name)) as [
  Graph,
  Graph,
  Graph,
];
const [amdProof, armProof] = [buildAttestation(amd), buildAttestation(arm)];
const index = buildIndex([amd, arm, amdProof, armProof]);
const digests = (...graphs: readonly Graph[]) => graphs.map(({ descriptor }) => descriptor.digest);

test('nothing asked for leaves the root as it is, and reads nothing', async () => {
  const content = new MemoryContent();
  const root = await reshape([layoutOf(index)], new Overlay(content), shapeOf({}));
  assert.equal(root, index.descriptor);
  assert.deepEqual(content.reads, []);
});

/** The one root of layouts `a`, `b` … */
async function joined(roots: readonly Graph[], wanted: Wanted) {
  const overlay = new Overlay(new MemoryContent(...roots));
  const layouts = roots.map((root, at) => layoutOf(root, 'abc'.charAt(at)));
  const descriptor = await reshape(layouts, overlay, shapeOf(wanted));
  return { descriptor, bytes: await overlay.readVerified(descriptor) };
}

const otherArm = buildImage({
  seed: 'other',
  layers: [],
  platform: parsePlatformName('linux/arm64'),
});
const severalLayouts: readonly [
  name: string,
  roots: readonly Graph[],
  wanted: Wanted,
  expected: readonly Graph[],
][] = [
  ['all of them', [amd, arm, riscv], {}, [amd, arm, riscv]],
  [
    'those of a platform that is kept',
    [amd, arm, riscv],
    { platforms: 'linux/arm64,linux/riscv64' },
    [arm, riscv],
  ],
  ['one, which is still in an index', [amd, arm], { platforms: 'linux/amd64' }, [amd]],
  [
    'platforms that do not conflict, next to some that would',
    [buildIndex([amd, arm]), buildIndex([otherArm, riscv])],
    { platforms: 'linux/amd64,linux/riscv64' },
    [amd, riscv],
  ],
  [
    'images, with their attestations',
    [index, buildIndex([riscv, buildAttestation(riscv)])],
    { platforms: 'linux/amd64,linux/riscv64' },
    [amd, amdProof, riscv, buildAttestation(riscv)],
  ],
  [
    'images without attestations',
    [index, riscv, buildIndex([armProof])],
    { attestations: 'drop' },
    [amd, arm, riscv],
  ],
];

for (const [name, roots, wanted, expected] of severalLayouts) {
  test(`what is kept of several layouts: ${name}`, async () => {
    assert.deepEqual(entriesOf((await joined(roots, wanted)).bytes), digests(...expected));
  });
}

test('the image of the one layout that has the platform comes out of several', async () => {
  const wanted: Wanted = { platforms: 'linux/arm64', singleImage: 'unwrap' };
  assert.equal((await joined([amd, arm], wanted)).descriptor.digest, arm.descriptor.digest);
});

test('a platform that conflicts is refused if it is kept', async () => {
  const roots = [buildIndex([amd, arm]), buildIndex([otherArm, riscv])];
  await assert.rejects(
    joined(roots, { platforms: 'linux/amd64,linux/arm64' }),
    refused('CONFLICTING_PLATFORMS', ...digests(arm, otherArm)),
  );
});

test('a platform that is in none of several layouts is named', async () => {
  await assert.rejects(
    joined([amd, arm], { platforms: 'linux/amd64,linux/s390x' }),
    refused('PLATFORM_NOT_FOUND', 'linux/s390x', 'linux/amd64, linux/arm64'),
  );
});

test('layouts of attestations alone have nothing left without them', async () => {
  const roots = [buildIndex([amdProof]), buildIndex([armProof])];
  await assert.rejects(
    joined(roots, { attestations: 'drop' }),
    refused('NO_IMAGE', ...digests(...roots), ' of a', ' of b'),
  );
});

/** Of a platform, as a SOCI index is, or of none. */
function artifactFor(platform?: Platform): Graph {
  const config = rawBlob('application/vnd.example.config', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  return rawGraph(body, {
    mediaType: OCI_MANIFEST,
    below: [config],
    ...(platform === undefined ? {} : { properties: { platform } }),
  });
}

const soci = artifactFor({ os: 'linux', architecture: 'amd64' });

const unwrapped: readonly [name: string, root: Graph, wanted: Wanted][] = [
  ['an index of one image', buildIndex([amd]), {}],
  ['an index of one image and its attestation', buildIndex([amd, amdProof]), {}],
  ['an index in an index', buildIndex([buildIndex([amd])]), {}],
  ['what is left when one platform is kept', index, { platforms: 'linux/amd64' }],
  ['an index of one image and artifacts', buildIndex([artifactFor(), amd, amdProof, soci]), {}],
  [
    'an index of one image and artifacts, of which one platform is kept',
    buildIndex([soci, amd, arm]),
    { platforms: 'linux/amd64' },
  ],
];

for (const [name, root, wanted] of unwrapped) {
  test(`the image comes out of ${name}`, async () => {
    const { descriptor } = await reshaped(root, { ...wanted, singleImage: 'unwrap' });
    assert.equal(descriptor.digest, amd.descriptor.digest);
  });
}

test('an image that is single already stays as it is', async () => {
  const { descriptor } = await reshaped(amd, { singleImage: 'unwrap' });
  assert.equal(descriptor.digest, amd.descriptor.digest);
});

test('an index without images cannot be unwrapped', async () => {
  await assert.rejects(
    reshaped(buildIndex([amdProof]), { singleImage: 'unwrap' }),
    refused('NOT_A_SINGLE_IMAGE', '0 images'),
  );
});

test('an index of several images cannot be unwrapped', async () => {
  await assert.rejects(
    reshaped(index, { singleImage: 'unwrap' }),
    refused(
      'NOT_A_SINGLE_IMAGE',
      index.descriptor.digest,
      '2 images',
      'linux/amd64',
      'linux/arm64',
    ),
  );
});

/** The error and its hint. */
async function unwrapRefusal(root: Graph, content?: MemoryContent): Promise<PushError> {
  try {
    await reshaped(root, { singleImage: 'unwrap' }, content);
  } catch (error) {
    refused('NOT_A_SINGLE_IMAGE')(error);
    if (error instanceof PushError) return error;
  }
  return assert.fail('it was unwrapped');
}

test('images that differ in their version or features alone are shown with these', async () => {
  const windows = { os: 'windows', architecture: 'amd64' };
  const platforms: readonly Platform[] = [
    { ...windows, osVersion: '10.0.17763.4010' },
    { ...windows, osVersion: '10.0.20348.1487' },
    { ...windows, osVersion: '10.0.20348.1487', osFeatures: ['win32k'] },
  ];
  const images = platforms.map((platform, at) => buildImage({ seed: `${at}`, platform }));
  const { message, hint } = await unwrapRefusal(buildIndex(images));
  for (const { descriptor } of images) assert.ok(message.includes(descriptor.digest), message);
  assert.match(message, /windows\/amd64 10\.0\.17763\.4010$/m);
  assert.match(message, /windows\/amd64 10\.0\.20348\.1487$/m);
  assert.match(message, /windows\/amd64 10\.0\.20348\.1487 \(os\.features: win32k\)$/m);
  assert.match(hint, /input image/);
});

test('images of several platforms can be told apart by the input platforms', async () => {
  assert.match((await unwrapRefusal(index)).hint, /input platforms/);
});

test('many images are not all listed', async () => {
  const images = Array.from({ length: 25 }, (_, at) => imageFor(`cpu${at}`));
  const { message } = await unwrapRefusal(buildIndex(images));
  assert.match(message, /cpu19\n {2}and 5 more$/);
});

test('images that are absent count, and are listed with what their entries say', async () => {
  const { mediaType, digest, size } = arm.descriptor;
  const root = buildIndex([amd, { ...arm, descriptor: { mediaType, digest, size } }]);
  const content = new MemoryContent(root).without(amd.descriptor.digest, arm.descriptor.digest);
  const { message } = await unwrapRefusal(root, content);
  assert.match(message, /2 images/);
  assert.match(message, /linux\/amd64\n.*\(no platform\)$/);
});

test('an index of attestations alone has nothing left without them', async () => {
  await assert.rejects(
    reshaped(buildIndex([amdProof]), { attestations: 'drop' }),
    refused('NO_IMAGE', buildIndex([amdProof]).descriptor.digest),
  );
});

test('of artifacts alone, the one of the platform that is kept comes out', async () => {
  const bottle = artifactFor({ os: 'darwin', architecture: 'arm64' });
  const { descriptor } = await reshaped(buildIndex([soci, bottle]), {
    platforms: 'darwin/arm64',
    singleImage: 'unwrap',
  });
  assert.equal(descriptor.digest, bottle.descriptor.digest);
});

test('several artifacts cannot be unwrapped, and are called what they are', async () => {
  const { message } = await unwrapRefusal(buildIndex([soci, artifactFor()]));
  assert.match(message, /holds 2 artifacts, so it cannot be unwrapped:/);
  for (const digest of digests(soci, artifactFor())) assert.ok(message.includes(digest), message);
});
