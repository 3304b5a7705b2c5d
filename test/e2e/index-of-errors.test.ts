import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** Wrong and hostile descriptors: each is refused by name, and nothing is put. */

const platform = (architecture: string) => ({ os: 'linux', architecture });
const [amd, arm, other] = [
  buildImage({ seed: 'amd', platform: platform('amd64') }),
  buildImage({ seed: 'arm', platform: platform('arm64') }),
  buildImage({ seed: 'other', platform: platform('amd64') }),
];
const index = buildIndex([amd, buildAttestation(amd)]);
const elsewhere = buildImage({ seed: 'elsewhere', platform: platform('s390x') });
const { digest } = amd.descriptor;

/** A descriptor as a job gives it, changed or not. */
function said({ descriptor }: Graph, change: object = {}): string {
  const { mediaType, digest: own, size, platform: of, annotations } = descriptor;
  return JSON.stringify({ mediaType, digest: own, size, platform: of, annotations, ...change });
}

interface Case {
  /** `index-of`; `FOLDER` stands for that of the files. */
  readonly given: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly code: ErrorCode;
  readonly says: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'a digest that is not in the repository': {
    given: `${said(amd)}\n${said(elsewhere)}`,
    code: 'IMAGE_NOT_IN_REPOSITORY',
    says: [elsewhere.descriptor.digest, 'linux/s390x', REPOSITORY_NAME],
  },
  'an index that is not in the repository': {
    given: said(buildIndex([elsewhere])),
    code: 'IMAGE_NOT_IN_REPOSITORY',
    says: ['index-of: the index', 'is in none of the repositories'],
  },
  'a repository that does not exist': {
    given: said(amd),
    inputs: { repository: 'team/none', 'create-repository': 'true' },
    code: 'REPOSITORY_NOT_FOUND',
    says: ['team/none', 'so the images to join are not there'],
  },
  'an index, and a repository that does not exist': {
    given: said(index),
    inputs: { repository: 'team/none' },
    code: 'REPOSITORY_NOT_FOUND',
    says: ['team/none'],
  },
  'two images of one platform': {
    given: `${said(amd)}\n${said(other)}`,
    code: 'CONFLICTING_PLATFORMS',
    says: ['linux/amd64', digest, 'line 1', other.descriptor.digest, 'line 2'],
  },
  'an image of a platform that one in an index has': {
    given: `${said(index)}\n${said(other)}`,
    code: 'CONFLICTING_PLATFORMS',
    says: ['linux/amd64', index.descriptor.digest],
  },
  'no platform': {
    given: said(amd, { platform: undefined }),
    code: 'INVALID_DESCRIPTOR',
    says: [`index-of: ${digest} names no platform`],
  },
  'a platform of empty texts': {
    given: said(amd, { platform: { os: '', architecture: '' } }),
    code: 'INVALID_DESCRIPTOR',
    says: ['names no platform'],
  },
  'another size than the manifest has': {
    given: said(amd, { size: 1 }),
    code: 'INVALID_DESCRIPTOR',
    says: ['index-of: the size is 1', `has ${amd.descriptor.size} bytes`],
  },
  'another media type than the manifest has': {
    given: said(amd, { mediaType: index.descriptor.mediaType }),
    code: 'INVALID_DESCRIPTOR',
    says: ['the mediaType is', `is of ${amd.descriptor.mediaType}`],
  },
  'the media type of a layer': {
    given: said(amd, { mediaType: amd.layers[0]?.mediaType }),
    code: 'INVALID_DESCRIPTOR',
    says: ['is not the media type of an image or an index'],
  },
  'a layer that is there': {
    given: JSON.stringify({
      ...amd.layers[0],
      mediaType: amd.descriptor.mediaType,
      platform: platform('amd64'),
    }),
    code: 'IMAGE_NOT_IN_REPOSITORY',
    says: [amd.layers[0]?.digest ?? ''],
  },
  'bytes that are not what the digest says': {
    given: said(index, { data: 'e30=' }),
    code: 'INVALID_DESCRIPTOR',
    says: ['index-of.data holds 2 bytes'],
  },
  'a digest that is a path': {
    given: said(amd, { digest: 'sha256:../../../etc/passwd' }),
    code: 'INVALID_DESCRIPTOR',
    says: ['is not a sha256 digest'],
  },
  'two platforms for one image': {
    given: `${said(amd)}\n${said(amd, { platform: platform('arm64') })}`,
    code: 'INVALID_DESCRIPTOR',
    says: ['line 1 and index-of, line 2 say different things'],
  },
  'an attestation without its image': {
    given: `${said(arm)}\n${said(buildAttestation(amd))}`,
    code: 'INVALID_DESCRIPTOR',
    says: [`is an attestation of ${digest}`],
  },
  'an empty file, named like a digest': {
    given: 'FOLDER/digests/*',
    files: { [`digests/${digest.slice(7)}`]: '' },
    code: 'INVALID_DESCRIPTOR',
    says: [`${digest.slice(7)} is empty`],
  },
  'a file of digests': {
    given: 'FOLDER/a.txt',
    files: { 'a.txt': `${digest}\n` },
    code: 'INVALID_DESCRIPTOR',
    says: ['a.txt is not valid JSON'],
  },
  'the index.json of a layout': {
    given: 'FOLDER/layout/index.json',
    code: 'INVALID_DESCRIPTOR',
    says: ['index.json: digest is missing'],
  },
  'a layout': {
    given: 'FOLDER/layout',
    code: 'DESCRIPTORS_NOT_FOUND',
    says: ['is a directory'],
  },
  'a glob that matches nothing': {
    given: 'FOLDER/none/*.json',
    code: 'DESCRIPTORS_NOT_FOUND',
    says: ['matches no file'],
  },
  'a digest alone': { given: digest, code: 'INVALID_DESCRIPTOR', says: ['and no descriptor'] },
  'an empty list': { given: '[]', code: 'NO_IMAGE', says: ['names no descriptor'] },
  'a layout beside it': {
    given: said(amd),
    inputs: { layout: 'layout' },
    code: 'INVALID_INPUT',
    says: ['layout and index-of are both set'],
  },
  'a choice of platforms': {
    given: said(amd),
    inputs: { platforms: 'linux/amd64' },
    code: 'INVALID_INPUT',
    says: ['platforms does not go with index-of'],
  },
};

/** A repository that holds the images, all but one, without a tag. */
async function filled(folder: string): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  for (const [name, graph] of Object.entries({ index, arm, other })) {
    await writeLayoutDirectory(join(folder, name), [graph]);
    const inputs = { layout: join(folder, name), repository: REPOSITORY_NAME };
    const { error } = await runLocally(ecr, { ...inputs, 'push-by-digest': 'true' });
    assert.equal(error, undefined);
  }
  return ecr;
}

/** What the error that the step shows says: that of the only target is the step's. */
function errorOf({ error }: LocalRun): unknown {
  assert.ok(error !== undefined, 'the step failed');
  return error;
}

test('wrong descriptors are refused by name, and nothing is put', async (context) => {
  await using folder = await temporaryDirectory();
  await using ecr = await filled(folder.path);
  await writeLayoutDirectory(join(folder.path, 'layout'), [amd]);
  for (const [what, { given, inputs = {}, files = {}, code, says }] of Object.entries(cases)) {
    await context.test(what, async () => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(folder.path, name, '..'), { recursive: true });
        await writeFile(join(folder.path, name), text);
      }
      ecr.log.clear();
      const run = await runLocally(ecr, {
        ...{ repository: REPOSITORY_NAME, tags: 'v1' },
        'index-of': given.replace('FOLDER', folder.path),
        ...inputs,
      });
      refused(code, ...says)(errorOf(run));
      assert.deepEqual([ecr.calls('PutImage'), ecr.calls('CreateRepository')], [[], []]);
      assert.equal(ecr.repository(REPOSITORY_NAME).tags.size, 0);
    });
  }
});
