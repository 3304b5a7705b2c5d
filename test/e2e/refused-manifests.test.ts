import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OCI_CONFIG, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refusedManifest } from '../local-ecr/faults.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, named } from '../support/image.ts';
import { rawBlob, rawGraph } from '../support/memory-content.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, shownError } from './step.ts';

/** What ECR refuses at PutImage, as the built action says it, and how to push without it. */

const amd = buildImage({ seed: 'amd' });
const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
const { digest: subjectDigest, mediaType, size } = amd.descriptor;
const subject = { mediaType, digest: subjectDigest, size };

/** A manifest of the empty config and one layer. */
function artifactOf(members: object, properties = {}): Graph {
  const config = rawBlob(OCI_EMPTY, Buffer.from('{}'));
  const layer = rawBlob('application/json', Buffer.from('{"a":1}'));
  const body = { schemaVersion: 2, mediaType: OCI_MANIFEST, ...members };
  const content = { config: config.descriptor, layers: [layer.descriptor] };
  const below = [config, layer];
  return rawGraph({ ...body, ...content }, { mediaType: OCI_MANIFEST, below, properties });
}

/** As BuildKit writes it for oci-artifact=true. */
const attestation = artifactOf(
  {
    artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
    subject: { ...subject, platform: { os: 'linux', architecture: 'amd64' } },
  },
  {
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': subjectDigest,
    },
  },
);
const sbom = artifactOf({ artifactType: 'application/spdx+json;version=2.3', subject });
const chart = artifactOf({ artifactType: 'application/vnd.example.chart' });
const empty = buildImage({ seed: 'empty', layers: [] });

interface Case {
  /** `index.json` lists them; the first is the image. */
  readonly roots: readonly Graph[];
  readonly refused: Graph;
  /** In the message, besides the digest and ECR's words. */
  readonly says: readonly string[];
  readonly hint: RegExp;
  /** Inputs with which the push succeeds. */
  readonly without?: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Case>> = {
  'an image of an index, for no visible reason': {
    roots: [buildIndex([amd, arm])],
    refused: arm,
    says: ['image', 'linux/arm64', 'of the index'],
    hint: /platforms.*Nothing in the manifest is among what ECR is known to refuse/,
    without: { platforms: 'linux/amd64' },
  },
  'an image alone': {
    roots: [amd],
    refused: amd,
    says: ['root image', 'linux/amd64'],
    hint: /ECR's own message/,
  },
  'an image without layers': {
    roots: [empty],
    refused: empty,
    says: ['root image', 'no layers'],
    hint: /build it without/,
  },
  'an attestation with the platform of its subject': {
    roots: [buildIndex([amd, attestation])],
    refused: attestation,
    says: ['attestation', 'unknown/unknown', subjectDigest, '"subject" with a "platform"'],
    hint: /attestations: drop/,
    without: { attestations: 'drop' },
  },
  'an attestation for no visible reason': {
    roots: [buildIndex([amd, buildAttestation(amd)])],
    refused: buildAttestation(amd),
    says: ['attestation', 'unknown/unknown', subjectDigest],
    hint: /attestations: drop/,
    without: { attestations: 'drop' },
  },
  'an SBOM of a type with a parameter': {
    roots: [named(amd, '1.0'), sbom],
    refused: sbom,
    says: ['a referrer of', subjectDigest, '"artifactType"', ';'],
    hint: /referrers: false/,
    without: { referrers: 'false' },
  },
  'an artifact beside the images of an index': {
    roots: [buildIndex([amd, chart])],
    refused: chart,
    says: ['artifact', 'application/vnd.example.chart', 'of the index'],
    hint: /platforms/,
    without: { platforms: 'linux/amd64' },
  },
};

describe('a manifest that ECR refuses is named, with its role and what is wrong with it', () => {
  for (const [name, { roots, refused, says, hint, without }] of Object.entries(cases)) {
    test(name, async () => {
      await using step = await prepareStep();
      await writeLayoutDirectory(step.path('layout'), roots);
      step.ecr.fault(refusedManifest(refused.descriptor.digest));
      const [root] = roots;
      const image = { image: root?.descriptor.digest ?? '' };
      const run = await step.run(image);
      assert.equal(run.exitCode, 1);
      const error = shownError(run);
      assert.equal(error.code, 'INVALID_PARAMETER');
      for (const part of [refused.descriptor.digest, 'Invalid JSON syntax', ...says])
        assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
      assert.match(error.hint, hint);
      assert.equal(step.repository.tags.size, 0);
      if (without !== undefined) await step.push({ ...image, ...without });
    });
  }

  test('in each of several repositories', async () => {
    await using step = await prepareStep();
    step.ecr.createRepository('team/other');
    await writeLayoutDirectory(step.path('layout'), [buildIndex([amd, attestation])]);
    step.ecr.fault(refusedManifest(attestation.descriptor.digest));
    const host = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
    const run = await step.run({ tags: `1.0,${host}/team/other:1.0` });
    const { code, message } = shownError(run);
    assert.equal(code, 'TARGETS_FAILED');
    for (const repository of ['team/app', 'team/other'])
      assert.match(
        message,
        new RegExp(`repository ${repository}.*attestation.*attestations: drop`),
      );
    assert.ok(run.outputs['metadata']?.includes('attestation'), run.outputs['metadata']);
  });
});

test('an image without layers is warned of, and pushed where ECR takes it', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [empty]);
  const { digest } = empty.descriptor;
  const { stdout } = await step.push();
  assert.match(stdout, new RegExp(`^::warning::No layers in root image ${digest}`, 'm'));
  assert.equal(step.repository.tags.get('latest'), digest);
});

test('null where Go writes it is as good as nothing, and goes as it is', async () => {
  await using step = await prepareStep();
  const nulls = { annotations: null, urls: null, platform: null };
  const config = rawBlob(
    OCI_CONFIG,
    Buffer.from(
      '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":null},"history":null}',
    ),
  );
  const body = {
    ...{ schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType: '', subject: null },
    config: { ...config.descriptor, ...nulls },
    layers: amd.layers.map((layer) => ({ ...layer, ...nulls, annotations: { a: null } })),
    annotations: { a: null, b: 'c' },
  };
  const image = rawGraph(body, { mediaType: OCI_MANIFEST, below: [config, amd] });
  const nested = rawGraph({ schemaVersion: 2, manifests: null }, { mediaType: OCI_INDEX });
  const index = rawGraph(
    {
      ...{ schemaVersion: 2, mediaType: OCI_INDEX, annotations: null, subject: null },
      manifests: [{ ...image.descriptor, ...nulls, platform: { os: null } }, nested.descriptor],
    },
    { mediaType: OCI_INDEX, below: [image, nested] },
  );
  const list = { schemaVersion: 2, manifests: [{ ...index.descriptor, ...nulls }], ...nulls };
  const indexJson = Buffer.from(JSON.stringify(list));
  await writeLayoutDirectory(step.path('layout'), [index], { indexJson });
  await step.push();
  const { digest } = index.descriptor;
  assert.equal(step.repository.tags.get('latest'), digest);
  assert.equal(
    step.repository.images.get(digest)?.manifest.toString(),
    Buffer.from(index.manifest).toString(),
  );
});

describe('an index.json that is not quite one', () => {
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: OCI_MANIFEST },
    ...{ config: amd.config, layers: amd.layers, annotations: { of: 'index.json' } },
  });
  const bytes = Buffer.from(manifest);
  const unversioned = Buffer.from(JSON.stringify({ manifests: [amd.descriptor] }));
  const wholes: readonly [name: string, indexJson: Buffer, digest: string][] = [
    ['the manifest of the image', bytes, rawBlob(OCI_MANIFEST, bytes).descriptor.digest],
    ['an index without its version', unversioned, subjectDigest],
  ];
  for (const [name, indexJson, digest] of wholes) {
    test(`is taken for what it is: ${name}`, async () => {
      await using step = await prepareStep();
      await writeLayoutDirectory(step.path('layout'), [amd], { indexJson });
      await step.push();
      assert.equal(step.repository.tags.get('latest'), digest);
    });
  }

  test('is empty if its list is null', async () => {
    await using step = await prepareStep();
    const indexJson = Buffer.from('{"schemaVersion":2,"manifests":null}');
    await writeLayoutDirectory(step.path('layout'), [amd], { indexJson });
    const { code, message } = shownError(await step.run());
    assert.equal(code, 'NO_IMAGE');
    assert.match(message, /lists no image/);
    assert.deepEqual(changes(step.ecr), []);
  });
});
