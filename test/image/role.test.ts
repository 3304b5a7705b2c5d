import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManifestRole } from '../../src/image/graph.ts';
import { rolesOf } from '../../src/image/role.ts';
import { OCI_CONFIG, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, named } from '../support/image.ts';
import { rawBlob, rawGraph } from '../support/memory-content.ts';
import { walked } from '../support/walked.ts';

const amd = buildImage({ seed: 'amd' });
const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
const windows = buildImage({
  seed: 'windows',
  platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' },
});

const plain = ({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph => ({
  ...rest,
  descriptor: { mediaType, digest, size },
});

interface Artifact {
  readonly configType?: string;
  readonly layerType?: string;
  readonly members?: object;
}

/** A manifest that is no image. */
function artifactOf({ configType = OCI_EMPTY, layerType = 'text/plain', members = {} }: Artifact) {
  const config = rawBlob(configType, Buffer.from('{}'));
  const layer = rawBlob(layerType, Buffer.from('text'));
  const body = {
    schemaVersion: 2,
    config: config.descriptor,
    layers: [layer.descriptor],
    ...members,
  };
  return plain(rawGraph(body, { mediaType: OCI_MANIFEST, below: [config, layer] }));
}

const subject = ({ descriptor }: Graph) => ({ subject: plain({ ...amd, descriptor }).descriptor });
const SPDX = 'application/spdx+json;version=2.3';
const sbom = artifactOf({ members: { artifactType: SPDX, ...subject(amd) } });
const chart = artifactOf({ members: { artifactType: 'application/vnd.example.chart' } });
const odd = artifactOf({ configType: 'application/vnd.example.config' });
const attestation = buildAttestation(amd);
const inner = buildIndex([windows]);
const digestOf = ({ descriptor }: Graph) => descriptor.digest;

async function roleIn(root: Graph, of: Graph, ...beside: readonly Graph[]): Promise<ManifestRole> {
  const { graph } = await walked(root, ...beside);
  const role = graph.roles.get(digestOf(of));
  assert.ok(role, 'it has no role');
  return role;
}

const index = buildIndex([amd, arm, plain(windows), attestation, chart, odd, inner]);
const cosign = (graph: Graph, kind: string) =>
  named(graph, `${digestOf(amd).replace(':', '-')}.${kind}`);

const cases: readonly [name: string, role: Promise<ManifestRole>, expected: ManifestRole][] = [
  [
    'an image alone, whose config says its platform',
    roleIn(plain(windows), windows),
    {
      kind: 'image',
      place: 'root',
      name: `root image ${digestOf(windows)} (windows/amd64 10.0.1)`,
    },
  ],
  [
    'an index alone',
    roleIn(index, index),
    { kind: 'index', place: 'root', name: `root index ${digestOf(index)}` },
  ],
  [
    'an artifact alone',
    roleIn(chart, chart),
    {
      kind: 'artifact',
      place: 'root',
      name: `root artifact ${digestOf(chart)} of type "application/vnd.example.chart"`,
    },
  ],
  [
    'an image of an index',
    roleIn(index, arm),
    { kind: 'image', place: 'entry', name: `image ${digestOf(arm)} (linux/arm64) of the index` },
  ],
  [
    'an index in an index',
    roleIn(index, inner),
    { kind: 'index', place: 'entry', name: `index ${digestOf(inner)}` },
  ],
  [
    'an attestation of BuildKit',
    roleIn(index, attestation),
    {
      kind: 'attestation',
      place: 'entry',
      name: `attestation ${digestOf(attestation)} (unknown/unknown) for ${digestOf(amd)}`,
    },
  ],
  [
    'an artifact in an index',
    roleIn(index, chart),
    {
      kind: 'artifact',
      place: 'entry',
      name: `artifact ${digestOf(chart)} of type "application/vnd.example.chart" of the index`,
    },
  ],
  [
    'an artifact that only its config gives away',
    roleIn(index, odd),
    {
      kind: 'artifact',
      place: 'entry',
      name: `artifact ${digestOf(odd)} of type "application/vnd.example.config" of the index`,
    },
  ],
  [
    'a referrer',
    roleIn(amd, sbom, sbom),
    {
      kind: 'artifact',
      place: 'referrer',
      name: `artifact ${digestOf(sbom)} of type ${JSON.stringify(SPDX)}, a referrer of ${digestOf(amd)}`,
    },
  ],
];

for (const [name, role, expected] of cases) {
  test(`what a manifest is: ${name}`, async () => {
    assert.deepEqual(await role, expected);
  });
}

const kinds: readonly [name: string, referrer: Graph, kind: ManifestRole['kind']][] = [
  [
    'by the type of its bundle',
    artifactOf({
      members: { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', ...subject(amd) },
    }),
    'signature',
  ],
  [
    "by notation's type",
    artifactOf({ configType: 'application/vnd.cncf.notary.signature', members: subject(amd) }),
    'signature',
  ],
  [
    "by the type of cosign's layer",
    artifactOf({
      configType: OCI_CONFIG,
      layerType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      members: subject(amd),
    }),
    'signature',
  ],
  ["by cosign's tag", cosign(artifactOf({ configType: OCI_CONFIG }), 'sig'), 'signature'],
  [
    'by the type of its statement',
    artifactOf({ members: { artifactType: 'application/vnd.in-toto+json', ...subject(amd) } }),
    'attestation',
  ],
  ["by cosign's tag", cosign(artifactOf({ configType: OCI_CONFIG }), 'att'), 'attestation'],
  ['by nothing', artifactOf({ configType: OCI_CONFIG, members: subject(amd) }), 'artifact'],
  ["by cosign's tag", cosign(artifactOf({ configType: OCI_CONFIG }), 'sbom'), 'artifact'],
];

for (const [name, referrer, kind] of kinds) {
  test(`a referrer is told ${name}: ${kind}`, async () => {
    const role = await roleIn(amd, referrer, referrer);
    assert.equal(role.kind, kind);
    assert.equal(role.place, 'referrer');
    assert.match(role.name, /, a referrer of /);
  });
}

test('every manifest has a role, those of an index that refers to the image too', async () => {
  const body = { schemaVersion: 2, manifests: [chart.descriptor], ...subject(amd) };
  const list = plain(rawGraph(body, { mediaType: OCI_INDEX, below: [chart] }));
  const { graph } = await walked(amd, list);
  const all = [...graph.manifests, ...graph.referrers].map(({ descriptor }) => descriptor.digest);
  assert.deepEqual([...graph.roles.keys()].sort(), all.sort());
  assert.equal(graph.roles.get(digestOf(chart))?.place, 'referrer');
});

test('the roles of nothing but a root are its own', async () => {
  const { graph } = await walked(amd);
  assert.deepEqual([...rolesOf(graph, new Map()).keys()], [digestOf(amd)]);
});
