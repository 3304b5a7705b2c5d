import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { resolveImage, type ResolvedImage } from '../../src/image/resolve-image.ts';
import type { Shape } from '../../src/image/reshape.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { entriesOf, MemoryContent, memoryLayout, rawBlob } from '../support/memory-content.ts';

function imageFor(architecture: string, more: { variant?: string; osVersion?: string } = {}) {
  const seed = JSON.stringify([architecture, more]);
  return buildImage({ seed, platform: { os: 'linux', architecture, ...more } });
}

/** Without the platform in its entry. */
function plain({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph {
  return { ...rest, descriptor: { mediaType, digest, size } };
}

const [amd, arm, riscv] = [imageFor('amd64'), imageFor('arm64'), imageFor('riscv64')];
const [amdProof, armProof] = [buildAttestation(amd), buildAttestation(arm)];
const index = buildIndex([amd, arm, amdProof, armProof]);

const armV6 = imageFor('arm', { variant: 'v6' });
const anyArm = imageFor('arm');
const [windows1, windows2] = [imageFor('x', { osVersion: '1' }), imageFor('x', { osVersion: '2' })];
const nestedArm = buildIndex([arm]);

type Inputs = Partial<Pick<Shape, 'attestations'>> & { platforms?: string };

/** Without `absent`: all that these lead to, or single blobs. */
function resolved(root: Graph, absent: readonly Pick<Graph, 'blobs'>[], inputs: Inputs = {}) {
  return resolvedTogether([root], absent, inputs);
}

/** Of a layout each. */
async function resolvedTogether(
  roots: readonly Graph[],
  absent: readonly Pick<Graph, 'blobs'>[],
  inputs: Inputs = {},
) {
  const digests = absent.flatMap(({ blobs }) => [...blobs.keys()]);
  const content = new MemoryContent(...roots).without(...digests);
  const names = (inputs.platforms ?? '').split(',').filter((name) => name !== '');
  const shape: Shape = {
    platforms: names.map(parsePlatformName),
    attestations: inputs.attestations ?? 'keep',
    singleImage: 'keep',
  };
  const layouts = roots.map((root, at) => memoryLayout(`layout ${at}`, [root]));
  return resolveImage(layouts, content, {
    image: undefined,
    shape,
    referrers: true,
  });
}

/** Of the error; or of one to come, if ECR does not hold the layers that are absent. */
async function hintOf(resolving: Promise<ResolvedImage>): Promise<string> {
  const error: unknown = await resolving.then(
    ({ graph }) => graph.absentHint ?? assert.fail('it is complete'),
    (reason: unknown) => reason,
  );
  if (typeof error === 'string') return error;
  assert.ok(error instanceof PushError);
  assert.equal(error.code, 'INCOMPLETE_INDEX');
  return error.hint;
}

/** The inputs that a hint tells to set. */
function inputsIn(hint: string): Inputs {
  const platforms = /\bplatforms: (\S+)/.exec(hint)?.[1];
  return {
    ...(platforms === undefined ? {} : { platforms }),
    ...(hint.includes('attestations: drop') ? { attestations: 'drop' } : {}),
  };
}

const remedied: readonly [
  name: string,
  root: Graph,
  absent: readonly Pick<Graph, 'blobs'>[],
  inputs: Inputs,
  left: readonly Graph[],
][] = [
  [
    'an image and its attestation',
    index,
    [arm, armProof],
    { platforms: 'linux/amd64' },
    [amd, amdProof],
  ],
  ['an image alone', index, [arm], { platforms: 'linux/amd64' }, [amd, amdProof]],
  ['an attestation', index, [armProof], { attestations: 'drop' }, [amd, arm]],
  [
    'an image, and attestations of it and of one that is there',
    index,
    [arm, armProof, amdProof],
    { platforms: 'linux/amd64', attestations: 'drop' },
    [amd],
  ],
  [
    'a layer, which is all that is absent of an image',
    index,
    [{ blobs: new Map([...arm.blobs].slice(1, 2)) }],
    { platforms: 'linux/amd64' },
    [amd, amdProof],
  ],
  [
    'an image whose entry names no platform, but for a layer',
    buildIndex([plain(amd), plain(arm)]),
    [{ blobs: new Map([...arm.blobs].slice(1, 2)) }],
    { platforms: 'linux/amd64' },
    [amd],
  ],
  [
    'one image of several',
    buildIndex([amd, arm, riscv]),
    [arm],
    { platforms: 'linux/amd64,linux/riscv64' },
    [amd, riscv],
  ],
  [
    'a variant of a platform that is there without one',
    buildIndex([amd, anyArm, armV6]),
    [armV6],
    { platforms: 'linux/amd64' },
    [amd],
  ],
  [
    'a platform of which another variant is there',
    buildIndex([anyArm, armV6]),
    [anyArm],
    { platforms: 'linux/arm/v6' },
    [armV6],
  ],
];

for (const [name, root, absent, inputs, left] of remedied) {
  test(`without ${name}, the hint names the inputs, and they help`, async () => {
    assert.deepEqual(inputsIn(await hintOf(resolved(root, absent))), inputs);
    const { graph } = await resolved(root, absent, inputs);
    assert.deepEqual(
      entriesOf(graph.root.bytes),
      left.map(({ descriptor }) => descriptor.digest),
    );
  });
}

test('what is absent from several nested indexes is remedied in one go', async () => {
  const root = buildIndex([buildIndex([amd, amdProof]), buildIndex([riscv, arm])]);
  const absent = [amdProof, arm];
  const inputs = inputsIn(await hintOf(resolved(root, absent)));
  assert.deepEqual(inputs, { platforms: 'linux/amd64,linux/riscv64', attestations: 'drop' });
  const { graph } = await resolved(root, absent, inputs);
  assert.equal(graph.manifests.length, 5);
});

test('what is absent from layouts that are merged is remedied in one go', async () => {
  const roots = [index, buildIndex([riscv])];
  const absent = [arm, armProof, amdProof];
  const inputs = inputsIn(await hintOf(resolvedTogether(roots, absent)));
  assert.deepEqual(inputs, { platforms: 'linux/amd64,linux/riscv64', attestations: 'drop' });
  const { graph } = await resolvedTogether(roots, absent, inputs);
  assert.deepEqual(entriesOf(graph.root.bytes), [amd.descriptor.digest, riscv.descriptor.digest]);
});

test('where platforms are chosen already, an absent attestation needs one input more', async () => {
  const absent = [arm, armProof, amdProof];
  const hint = await hintOf(resolved(index, absent, { platforms: 'linux/amd64' }));
  assert.deepEqual(inputsIn(hint), { attestations: 'drop' });
});

const helpless: readonly [name: string, root: Graph, absent: readonly Pick<Graph, 'blobs'>[]][] = [
  ['everything', buildIndex([amd, amdProof]), [amd, amdProof]],
  ['the attestation that an index consists of', buildIndex([amdProof]), [amdProof]],
  ['one of two versions of a platform', buildIndex([windows1, windows2]), [windows2]],
  ['an image whose entry names no platform', buildIndex([amd, plain(arm)]), [arm]],
  ['an index', buildIndex([amd, nestedArm]), [rawBlob(OCI_INDEX, nestedArm.manifest)]],
];

for (const [name, root, absent] of helpless) {
  test(`without ${name}, no input helps`, async () => {
    assert.equal(await hintOf(resolved(root, absent)), 'Build the complete layout again.');
  });
}
