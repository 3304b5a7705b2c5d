import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../src/errors.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { buildImage, buildIndex, type Graph, jsonBytes, named } from '../support/image.ts';
import { rawBlob, rawGraph } from '../support/memory-content.ts';
import { tarBytes, writeTar } from '../support/tar.ts';
import {
  blobPath,
  type LayoutOptions,
  writeLayoutDirectory,
  writeLayoutTar,
} from '../support/write-layout.ts';
import { changes, prepareStep, shownError } from './step.ts';

interface Case {
  readonly code: ErrorCode;
  /** What the message names: a file, a digest, a name. */
  readonly names: readonly (string | RegExp)[];
  /** What the hint offers. */
  readonly offers?: string;
  /** Makes what the step finds in its workspace. */
  readonly make?: (workspace: string) => Promise<unknown>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly ecr?: LocalEcrOptions;
  /** Calls that change the registry, where it could not be known before. */
  readonly changes?: readonly string[];
}

const image = buildImage({ seed: 'image' });
const other = buildImage({ seed: 'other' });
const [layer] = image.layers;
if (!layer) throw new Error('the image has a layer');
const { digest } = image.descriptor;

const layout =
  (graphs: readonly Graph[], options: LayoutOptions = {}) =>
  (workspace: string) =>
    writeLayoutDirectory(join(workspace, 'layout'), graphs, options);

/** The image with this file in the place of one of its blobs. */
const withBlob = (blob: string, bytes: Uint8Array) =>
  layout([image], { files: { [blobPath(blob)]: bytes } });

const withIndex = (indexJson: Uint8Array) => layout([image], { indexJson });

/** An image whose manifest has these members besides. */
function variant(body: object, mediaType = OCI_MANIFEST): Graph {
  const { config, layers } = image;
  const members = { schemaVersion: 2, mediaType, config, layers, ...body };
  return rawGraph(members, { mediaType, below: [image] });
}

function withLayers(layers: readonly Descriptor[], ...below: readonly Graph[]): Graph {
  const members = { schemaVersion: 2, config: image.config, layers };
  return rawGraph(members, { mediaType: OCI_MANIFEST, below: [image, ...below] });
}

const damaged = (blob: Graph) => {
  const bytes = Buffer.from(blob.manifest);
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
  return bytes;
};

const HELM = 'application/vnd.cncf.helm.config.v1+json';
const noBytes = rawBlob(HELM, new Uint8Array());
const helm = rawBlob(HELM, Buffer.from('{"name":"chart"}'));

function withConfig(config: Graph, body: object = {}): Graph {
  const members = { schemaVersion: 2, config: config.descriptor, layers: image.layers, ...body };
  return rawGraph(members, { mediaType: OCI_MANIFEST, below: [image, config] });
}

const empty = rawBlob(OCI_LAYER, new Uint8Array());
const large = Buffer.alloc(MAX_MANIFEST_BYTES + 1, ' ');
const huge = rawGraph(
  { schemaVersion: 2, padding: ' '.repeat(MAX_MANIFEST_BYTES) },
  { mediaType: OCI_MANIFEST },
);
const artifact = 'application/vnd.example.manifest+json';
const index = buildIndex([image, other]);

const cases: Readonly<Record<string, Case>> = {
  'a path that does not exist': { code: 'LAYOUT_NOT_FOUND', names: ['layout'] },
  'a glob that matches nothing': {
    code: 'LAYOUT_NOT_FOUND',
    names: ['layouts/*.tar'],
    inputs: { layout: 'layouts/*.tar' },
  },
  'a directory that is no layout': {
    code: 'NOT_A_LAYOUT',
    names: ['layout', 'index.json'],
    make: (workspace) => mkdir(join(workspace, 'layout')),
  },
  'a file that is no layout': {
    code: 'NOT_A_LAYOUT',
    names: ['layout'],
    make: (workspace) => writeFile(join(workspace, 'layout'), 'hello'),
  },
  'a compressed file that holds no tar': {
    code: 'NOT_A_LAYOUT',
    names: ['image.tar.gz', 'gzip', 'holds no tar'],
    inputs: { layout: 'image.tar.gz' },
    make: (workspace) => writeFile(join(workspace, 'image.tar.gz'), gzipSync('tar')),
  },
  'a tar that is compressed with xz': {
    code: 'NOT_A_LAYOUT',
    names: ['image.tar.xz', 'compressed with xz'],
    inputs: { layout: 'image.tar.xz' },
    make: (workspace) =>
      writeFile(join(workspace, 'image.tar.xz'), Buffer.from('fd377a585a000004e6d6b446', 'hex')),
  },
  'a compressed tar that is cut short': {
    code: 'INVALID_TAR',
    names: ['image.tar.gz', 'cut short', 'byte 200'],
    inputs: { layout: 'image.tar.gz' },
    make: async (workspace) => {
      const path = join(workspace, 'image.tar.gz');
      await writeLayoutTar(path, [image]);
      await writeFile(path, gzipSync(await readFile(path)).subarray(0, 200));
    },
  },
  'a compressed tar that grows a thousandfold': {
    code: 'TOO_LARGE',
    names: ['image.tar.gz', `${1024 ** 3} bytes`],
    inputs: { layout: 'image.tar.gz' },
    make: (workspace) => writeBomb(join(workspace, 'image.tar.gz')),
  },
  'two different files by one name of the layout in a tar': {
    code: 'INVALID_TAR',
    names: ['image.tar', 'index.json twice'],
    inputs: { layout: 'image.tar' },
    make: (workspace) =>
      writeTar(join(workspace, 'image.tar'), [
        { name: 'index.json', content: jsonBytes({ schemaVersion: 2, manifests: [] }) },
        { name: '/index.json', content: jsonBytes({ schemaVersion: 2 }) },
      ]),
  },
  'a sparse blob in a tar': {
    code: 'INVALID_TAR',
    names: ['image.tar', 'sparse', layer.digest.slice('sha256:'.length)],
    inputs: { layout: 'image.tar' },
    make: (workspace) =>
      writeTar(join(workspace, 'image.tar'), [{ name: blobPath(layer.digest), type: 'S' }]),
  },
  'a directory of skopeo': {
    code: 'NOT_A_LAYOUT',
    names: ['layout', '"dir:" transport'],
    make: async (workspace) => {
      await mkdir(join(workspace, 'layout'));
      await writeFile(join(workspace, 'layout', 'manifest.json'), '{}');
      await writeFile(join(workspace, 'layout', 'version'), 'Directory Transport Version: 1.1\n');
    },
  },
  'a root file system': {
    code: 'NOT_A_LAYOUT',
    names: ['layout', 'rootfs'],
    make: async (workspace) => {
      for (const folder of ['bin', 'etc', 'usr'])
        await mkdir(join(workspace, 'layout', folder), { recursive: true });
    },
  },
  'a folder with the layout in a folder of it': {
    code: 'NOT_A_LAYOUT',
    names: ['layout', 'layout/deep/image'],
    make: (workspace) => writeLayoutDirectory(join(workspace, 'layout/deep/image'), [image]),
  },
  'a path where the layout is the working directory': {
    code: 'LAYOUT_NOT_FOUND',
    names: ['layout', 'the working directory'],
    make: (workspace) => writeLayoutDirectory(workspace, [image]),
  },
  'a transport that leads to no file': {
    code: 'INVALID_INPUT',
    names: ['docker-daemon:app:1'],
    inputs: { layout: 'docker-daemon:app:1' },
  },
  'a layout whose files are links out of the workspace': {
    code: 'UNSAFE_LINK',
    names: [blobPath(layer.digest), 'outside the layout and the workspace'],
    inputs: { 'follow-links': 'workspace' },
    make: async (workspace) => {
      await writeLayoutDirectory(join(workspace, 'layout'), [image], {
        omit: [blobPath(layer.digest)],
      });
      await symlink('/dev/zero', join(workspace, 'layout', blobPath(layer.digest)));
    },
  },
  'artifacts of a matrix, each a folder with a tar in it': {
    code: 'LAYOUT_NOT_FOUND',
    names: ['artifacts/*', 'artifacts/amd64/image.tar, artifacts/arm64/image.tar'],
    offers: 'to artifacts/*/image.tar.',
    make: async (workspace) => {
      for (const name of ['amd64', 'arm64']) {
        await mkdir(join(workspace, 'artifacts', name), { recursive: true });
        await writeLayoutTar(join(workspace, 'artifacts', name, 'image.tar'), [image]);
      }
    },
    inputs: { layout: 'artifacts/*' },
  },
  'the metadata of buildx beside a layout': {
    code: 'NOT_A_LAYOUT',
    names: ['out/metadata.json', 'a JSON file, as buildx writes with --metadata-file', 'out/image'],
    offers: 'Set the input layout to out/image.',
    make: async (workspace) => {
      await writeLayoutDirectory(join(workspace, 'out', 'image'), [image]);
      const metadata = { 'buildx.build.ref': 'default/default/x', 'containerimage.digest': digest };
      await writeFile(join(workspace, 'out', 'metadata.json'), jsonBytes(metadata));
    },
    inputs: { layout: 'out/*' },
  },
  'an archive of docker save whose layer is compressed with xz': {
    code: 'NOT_A_LAYOUT',
    names: [/image\.tar: [0-9a-f]{64}\.tar is compressed with xz/],
    offers: 'skopeo copy docker-archive:image.tar oci:image:latest',
    make: (workspace) => {
      const blobs = new Map(image.blobs).set(
        layer.digest,
        Buffer.from('fd377a585a000004e6d6b446', 'hex'),
      );
      const saved = { image: { ...image, blobs } };
      return writeDockerArchive(join(workspace, 'image.tar'), [saved], { form: 'podman' });
    },
    inputs: { layout: 'image.tar' },
  },
  'no input layout': { code: 'INVALID_INPUT', names: ['layout'], inputs: { layout: '' } },
  'an index.json that is not JSON': {
    code: 'INVALID_JSON',
    names: ['index.json'],
    make: withIndex(Buffer.from('{"schemaVersion": 2,')),
  },
  'an index.json that is too large': {
    code: 'TOO_LARGE',
    names: ['index.json', `${MAX_MANIFEST_BYTES}`],
    make: withIndex(large),
  },
  'an index.json of an unknown media type': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    names: ['index.json', artifact],
    make: withIndex(jsonBytes({ schemaVersion: 2, mediaType: artifact, manifests: [] })),
  },
  'an index.json of an unknown schema version': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    names: ['index.json', '1'],
    make: withIndex(jsonBytes({ schemaVersion: 1, manifests: [] })),
  },
  'an index.json that lists nothing': {
    code: 'NO_IMAGE',
    names: ['layout', 'index.json'],
    make: layout([]),
  },
  'a digest that is none': {
    code: 'INVALID_MANIFEST',
    names: ['sha256:abc', 'manifests[0]'],
    make: withIndex(
      jsonBytes({ schemaVersion: 2, manifests: [{ ...image.descriptor, digest: 'sha256:abc' }] }),
    ),
  },
  'a manifest that is not JSON': {
    code: 'INVALID_JSON',
    names: [rawBlob(OCI_MANIFEST, Buffer.from('hello')).descriptor.digest],
    make: layout([rawBlob(OCI_MANIFEST, Buffer.from('hello'))]),
  },
  'a manifest that is too large': {
    code: 'TOO_LARGE',
    names: [/[0-9a-f]{64}/, `${MAX_MANIFEST_BYTES}`],
    make: layout([huge]),
  },
  'a manifest of an unknown media type': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    names: [variant({}, artifact).descriptor.digest, artifact],
    make: layout([variant({}, artifact)]),
  },
  'a manifest of an unknown schema version': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    names: [variant({ schemaVersion: 1 }).descriptor.digest, '1'],
    make: layout([variant({ schemaVersion: 1 })]),
  },
  'a manifest that says another media type than its descriptor': {
    code: 'INVALID_MANIFEST',
    names: [variant({ mediaType: artifact }).descriptor.digest, artifact],
    make: layout([variant({ mediaType: artifact })]),
  },
  'a manifest whose digest does not match its file': {
    code: 'DIGEST_MISMATCH',
    names: [blobPath(digest), digest],
    make: withBlob(digest, damaged(image)),
  },
  'a manifest whose size does not match its file': {
    code: 'DIGEST_MISMATCH',
    names: [blobPath(digest), '3 bytes', `${image.descriptor.size}`],
    make: withBlob(digest, Buffer.from('{}\n')),
  },
  'a config whose digest does not match its file': {
    code: 'DIGEST_MISMATCH',
    names: [blobPath(image.config.digest), image.config.digest],
    make: withBlob(image.config.digest, Buffer.alloc(image.config.size)),
  },
  'a layer whose size does not match its file': {
    code: 'DIGEST_MISMATCH',
    names: [blobPath(layer.digest), '5 bytes', `${layer.size}`],
    make: withBlob(layer.digest, Buffer.from('short')),
  },
  'a layer whose digest does not match its file, which ECR finds': {
    code: 'DIGEST_MISMATCH',
    names: [blobPath(layer.digest), layer.digest],
    make: withBlob(layer.digest, Buffer.alloc(layer.size)),
    changes: ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'],
  },
  'a layer that is missing': {
    code: 'BLOB_MISSING',
    names: [layer.digest],
    make: layout([image], { omit: [blobPath(layer.digest)] }),
  },
  'a config that is missing': {
    code: 'BLOB_MISSING',
    names: [image.config.digest],
    make: layout([image], { omit: [blobPath(image.config.digest)] }),
  },
  'a manifest that is missing': {
    code: 'BLOB_MISSING',
    names: [blobPath(digest)],
    make: layout([image], { omit: [blobPath(digest)] }),
  },
  'an image of an index that is missing': {
    code: 'INCOMPLETE_INDEX',
    names: [index.descriptor.digest, blobPath(other.descriptor.digest)],
    make: layout([index], { omit: [blobPath(other.descriptor.digest)] }),
  },
  'an empty layer': {
    code: 'EMPTY_BLOB',
    names: [empty.descriptor.digest],
    make: layout([withLayers([empty.descriptor], empty)]),
  },
  'over 500 layers': {
    code: 'TOO_MANY_LAYERS',
    names: ['501', '500', /[0-9a-f]{64}/],
    make: layout([withLayers(Array<Descriptor>(501).fill(layer))]),
  },
  'several images, none of them chosen': {
    code: 'AMBIGUOUS_IMAGE',
    names: [digest, other.descriptor.digest, '1.0', '2.0'],
    make: layout([named(image, '1.0'), named(other, '2.0')]),
  },
  'an image that the layout does not hold': {
    code: 'IMAGE_NOT_FOUND',
    names: ['3.0', '1.0', digest],
    make: layout([named(image, '1.0')]),
    inputs: { image: '3.0' },
  },
  'a platform that the layout does not hold': {
    code: 'PLATFORM_NOT_FOUND',
    names: ['linux/s390x', 'linux/amd64'],
    make: layout([index]),
    inputs: { platforms: 'linux/s390x' },
  },
  'a tag that ECR would refuse': {
    code: 'INVALID_INPUT',
    names: ['.hidden'],
    make: layout([image]),
    inputs: { tags: '1.0,.hidden' },
  },
  'a branch in the place of a tag': {
    code: 'INVALID_INPUT',
    names: ['fix/login-page', 'a tag has no "/"'],
    offers: 'fix-login-page',
    make: layout([image]),
    inputs: { tags: 'fix/login-page' },
  },
  'a version with a plus': {
    code: 'INVALID_INPUT',
    names: ['1.0.0+5', 'a tag has no "+"'],
    offers: '1.0.0-5',
    make: layout([image]),
    inputs: { tags: '1.0.0+5' },
  },
  'the repository before a tag': {
    code: 'INVALID_INPUT',
    names: ['team/app:1.0', 'the input repository'],
    offers: 'Write 1.0: bare tags go to team/app.',
    make: layout([image]),
    inputs: { tags: 'team/app:1.0' },
  },
  'tags with spaces between them': {
    code: 'INVALID_INPUT',
    names: ['1.0 2.0'],
    offers: '1.0,2.0',
    make: layout([image]),
    inputs: { tags: '1.0 2.0' },
  },
  'a tag in the repository': {
    code: 'INVALID_INPUT',
    names: ['team/app:latest'],
    offers: 'Write repository: team/app, and put latest in tags.',
    make: layout([image]),
    inputs: { repository: 'team/app:latest' },
  },
  'a config without bytes': {
    code: 'EMPTY_BLOB',
    names: [noBytes.descriptor.digest, 'config', '0 bytes'],
    offers: 'application/vnd.oci.empty.v1+json',
    make: layout([withConfig(noBytes)]),
  },
  'a manifest of the media type of its config': {
    code: 'INVALID_MANIFEST',
    names: [/[0-9a-f]{64}/, 'mediaType', noBytes.descriptor.mediaType, OCI_MANIFEST],
    offers: 'config.mediaType',
    make: layout([withConfig(helm, { mediaType: helm.descriptor.mediaType })]),
  },
  'a repository name that ECR would refuse': {
    code: 'INVALID_INPUT',
    names: ['Team/App', 'lower case'],
    offers: 'team/app',
    make: layout([image]),
    inputs: { repository: 'Team/App' },
  },
  'an account id that is none': {
    code: 'INVALID_INPUT',
    names: ['registry-id', '12345678901'],
    offers: "registry-id: '012345678901'",
    make: layout([image]),
    inputs: { 'registry-id': '12345678901' },
  },
  'a platform that is none': {
    code: 'INVALID_INPUT',
    names: ['amd64'],
    offers: 'Write linux/amd64.',
    make: layout([image]),
    inputs: { platforms: 'amd64' },
  },
  'a word that an input does not take': {
    code: 'INVALID_INPUT',
    names: ['attestations', 'remove'],
    offers: 'Did you mean drop?',
    make: layout([image]),
    inputs: { attestations: 'remove' },
  },
  'no region': {
    code: 'NO_REGION',
    names: ['region'],
    make: layout([image]),
    env: { AWS_REGION: '' },
  },
  'no credentials': {
    code: 'NO_CREDENTIALS',
    names: ['credentials'],
    make: layout([image]),
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  },
  'credentials that AWS does not know': {
    code: 'CREDENTIALS_INVALID',
    names: ['credentials'],
    make: layout([image]),
    env: { AWS_ACCESS_KEY_ID: 'AKIDUNKNOWN' },
  },
  'a secret that is wrong': {
    code: 'CREDENTIALS_INVALID',
    names: ['signature'],
    make: layout([image]),
    env: { AWS_SECRET_ACCESS_KEY: 'not-the-secret' },
  },
  'credentials that have expired': {
    code: 'CREDENTIALS_EXPIRED',
    names: ['expired'],
    make: layout([image]),
    ecr: { credentials: [{ ...DEFAULT_CREDENTIAL, expired: true }] },
  },
  'credentials that may not push': {
    code: 'ACCESS_DENIED',
    names: ['team/app', 'BatchCheckLayerAvailability'],
    make: layout([image]),
    ecr: { credentials: [{ ...DEFAULT_CREDENTIAL, policy: [] }] },
  },
  // Whether ECR creates it at the first upload, from a template, only that upload tells.
  'a repository that does not exist': {
    code: 'REPOSITORY_NOT_FOUND',
    names: ['team/absent', 'us-east-1'],
    make: layout([image]),
    inputs: { repository: 'team/absent' },
    changes: ['InitiateLayerUpload'],
  },
  'two layouts with different images of one platform': {
    code: 'CONFLICTING_PLATFORMS',
    names: ['linux/amd64', digest, other.descriptor.digest, 'a.tar', 'b.tar'],
    inputs: { layout: 'a.tar\nb.tar' },
    make: async (workspace) => {
      await writeLayoutTar(join(workspace, 'a.tar'), [image]);
      await writeLayoutTar(join(workspace, 'b.tar'), [other]);
    },
  },
  'an index that is no single image': {
    code: 'NOT_A_SINGLE_IMAGE',
    names: [index.descriptor.digest],
    make: layout([index]),
    inputs: { 'single-image': 'unwrap' },
  },
  'an index of an unknown media type inside an index': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    names: [artifact],
    make: layout([
      rawGraph(
        { schemaVersion: 2, manifests: [{ ...image.descriptor, mediaType: artifact }] },
        { mediaType: OCI_INDEX, below: [image] },
      ),
    ]),
  },
};

/** A tar that begins well, and goes on as zeros beyond the least bound. */
async function writeBomb(path: string): Promise<void> {
  const header = tarBytes([{ name: 'index.json' }]).subarray(0, 512);
  const zeros = gzipSync(Buffer.alloc(64 * 1024 ** 2));
  await writeFile(path, Buffer.concat([gzipSync(header), ...Array<Buffer>(17).fill(zeros)]));
}

void describe(
  'the step fails with its own code, names what is wrong, says what to do, and sends nothing',
  {
    concurrency: 2,
  },
  () => {
    for (const [name, expected] of Object.entries(cases)) {
      test(name, () => fails(expected));
    }
  },
);

async function fails(given: Case) {
  const { code, names, offers = '', make, inputs, env = {}, ecr, changes: allowed = [] } = given;
  await using step = await prepareStep(ecr);
  await make?.(step.workspace);
  const run = await step.run(inputs, { env });
  const { message, hint, ...shown } = shownError(run);
  assert.equal(shown.code, code, message);
  assert.equal(run.exitCode, 1);
  for (const part of names) {
    const isNamed = typeof part === 'string' ? message.includes(part) : part.test(message);
    assert.ok(isNamed, `${String(part)} is not named in: ${message}`);
  }
  assert.ok(hint.length > 10, `no hint: ${message}`);
  assert.ok(hint.includes(offers), `${offers} is not offered in: ${hint}`);
  assert.deepEqual(
    changes(step.ecr).filter((call) => !allowed.includes(call)),
    [],
  );
  assert.equal(step.repository.tags.size, 0);
  assert.equal(run.outputs['digest'] ?? '', '');
}
