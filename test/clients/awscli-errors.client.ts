import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { putImage } from '../local-ecr/images.ts';
import { DEFAULT_BEHAVIOURS, DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import type { Limits, Service } from '../local-ecr/rules.ts';
import { ACCOUNT, index, manifest, sha256 } from '../local-ecr/sample.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { completeUpload, initiateUpload, uploadPart } from '../local-ecr/uploads.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { AwsCliError, aws, partArgs } from './aws-cli.ts';
import type { AwsSettings } from './aws-cli.ts';

/**
 * Every error of the local ECR that a command line can provoke, as AWS's own command line understands it.
 * Without `aws` on the PATH these tests fail.
 */

const APP = ['--repository-name', 'app'];
const UNKNOWN_UPLOAD = '00000000-0000-0000-0000-000000000000';
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`;

/** One call that is refused. Its arguments may need the upload that a row is given. */
interface Row {
  readonly error: string;
  readonly message?: RegExp;
  readonly args: (given: Given) => readonly string[];
  readonly settings?: Partial<AwsSettings>;
}

interface Given {
  /** An upload with one part of 3 bytes, then one of 4: too small to be completed. */
  readonly small: string;
  /** An upload whose only part is the layer `a`, which is there already. */
  readonly again: string;
  readonly empty: string;
  /** A file of 3 bytes. */
  readonly file: string;
}

const IMAGE = manifest(['a']);
const OTHER = manifest(['b']);
const put = (name: string, ...args: string[]) => ['put-image', '--repository-name', name, ...args];
const complete = (uploadId: string, digest: string) => [
  'complete-layer-upload',
  ...[...APP, '--upload-id', uploadId, '--layer-digests', digest],
];

/** What the services share. */
const common: Record<string, Row> = {
  'a repository that does not exist': {
    error: 'RepositoryNotFoundException',
    message: /^The repository with name 'none' does not exist in the registry with id '\d{12}'$/,
    args: () => ['initiate-layer-upload', '--repository-name', 'none'],
  },
  'a name in capitals': {
    error: 'InvalidParameterException',
    message: /^Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy/,
    args: () => ['initiate-layer-upload', '--repository-name', 'APP'],
  },
  'a repository that exists': {
    error: 'RepositoryAlreadyExistsException',
    args: () => ['create-repository', ...APP],
  },
  'fifty-one resource tags': {
    error: 'TooManyTagsException',
    args: () => {
      const tags = Array.from({ length: 51 }, (_, number) => `Key=k${number},Value=v`);
      return ['create-repository', '--repository-name', 'new', '--tags', ...tags];
    },
  },
  'a resource tag of AWS': {
    error: 'InvalidTagParameterException',
    args: () => ['create-repository', '--repository-name', 'new', '--tags', 'Key=aws:x,Value=v'],
  },
  'a repository with images, not forced': {
    error: 'RepositoryNotEmptyException',
    args: () => ['delete-repository', ...APP],
  },
  'a repository policy that is not there': {
    error: 'RepositoryPolicyNotFoundException',
    args: () => ['get-repository-policy', ...APP],
  },
  'an unknown upload': {
    error: 'UploadNotFoundException',
    args: ({ file }) => partArgs('app', UNKNOWN_UPLOAD, 0, 3, file),
  },
  'a part that does not follow the last one': {
    error: 'InvalidLayerPartException',
    message: /^First byte of the layer part is 9 instead of 7$/,
    args: ({ small, file }) => partArgs('app', small, 9, 3, file),
  },
  'a part that is not as long as its range': {
    error: 'InvalidLayerPartException',
    args: ({ small, file }) => partArgs('app', small, 7, 4, file),
  },
  'a layer beyond its largest size': {
    error: 'LimitExceededException',
    args: ({ small, file }) => partArgs('app', small, 7, 3, file),
  },
  'an upload without parts': {
    error: 'EmptyUploadException',
    message: /cannot be completed because it does not have any parts$/,
    args: ({ empty }) => complete(empty, sha256('')),
  },
  'an upload with a small part': {
    error: 'LayerPartTooSmallException',
    message: /^All layer parts except the last part should be at least 5MB$/,
    args: ({ small }) => complete(small, sha256('a')),
  },
  'a wrong digest': {
    error: 'InvalidLayerException',
    message: /^None of the provided layer digests match the calculated layer digest$/,
    args: ({ again }) => complete(again, sha256('b')),
  },
  'a layer that is there': {
    error: 'LayerAlreadyExistsException',
    args: ({ again }) => complete(again, sha256('a')),
  },
  'a manifest that is no JSON': {
    error: 'InvalidParameterException',
    message: /'Invalid JSON syntax'$/,
    args: () => put('app', '--image-manifest', 'manifest'),
  },
  'a manifest whose layers are missing': {
    error: 'LayersNotFoundException',
    message: /^Layers with digests '\[sha256:\w{64}, sha256:\w{64}\]' required for pushing image/,
    args: () => put('app', '--image-manifest', manifest(['x', 'y'])),
  },
  'an index whose image is missing': {
    error: 'ReferencedImagesNotFoundException',
    args: () => put('app', '--image-manifest', index([manifest(['x'])])),
  },
  'an image that is there under its tag': {
    error: 'ImageAlreadyExistsException',
    args: () => put('app', '--image-manifest', IMAGE, '--image-tag', 'v1'),
  },
  'an image with another digest': {
    error: 'ImageDigestDoesNotMatchException',
    args: () => put('app', '--image-manifest', OTHER, '--image-digest', sha256('x')),
  },
  'one tag too many': {
    error: 'LimitExceededException',
    args: () => put('app', '--image-manifest', IMAGE, '--image-tag', 'v2'),
  },
  'an image that is not there': {
    error: 'ImageNotFoundException',
    args: () => ['describe-images', ...APP, '--image-ids', 'imageTag=v9'],
  },
  'an unknown access key': {
    error: 'UnrecognizedClientException',
    message: /^The security token included in the request is invalid\.$/,
    settings: { credential: { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'x' } },
    args: () => ['describe-repositories'],
  },
  'a wrong secret key': {
    error: 'InvalidSignatureException',
    settings: { credential: { ...DEFAULT_CREDENTIAL, secretAccessKey: 'x' } },
    args: () => ['describe-repositories'],
  },
  'a session that has ended': {
    error: 'ExpiredTokenException',
    settings: { credential: { accessKeyId: 'AKIDEXPIRED', secretAccessKey: 'x' } },
    args: () => ['describe-repositories'],
  },
  'a right that is missing': {
    error: 'AccessDeniedException',
    message: /is not authorized to perform: [\w-]+:InitiateLayerUpload on resource: arn:aws:/,
    settings: { credential: { accessKeyId: 'AKIDLIMITED', secretAccessKey: 'x' } },
    args: () => ['initiate-layer-upload', ...APP],
  },
  'too many calls': {
    error: 'ThrottlingException',
    message: /^Rate exceeded$/,
    args: () => ['set-repository-policy', ...APP, '--policy-text', '{"Statement":[]}'],
  },
  'a fault of the server': {
    error: 'ServerException',
    args: () => ['list-tags-for-resource', '--resource-arn', 'arn:aws:ecr:::repository/app'],
  },
};

const privateOnly: Record<string, Row> = {
  'a KMS key that is disabled': {
    error: 'KmsException',
    args: () => {
      const encryption = ['--encryption-configuration', `encryptionType=KMS,kmsKey=${KEY}`];
      return ['create-repository', '--repository-name', 'encrypted', ...encryption];
    },
  },
  'another image under an immutable tag': {
    error: 'ImageTagAlreadyExistsException',
    message:
      /^The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten/,
    args: () => put('fixed', '--image-manifest', OTHER, '--image-tag', 'v1'),
  },
  'a lifecycle policy that is not there': {
    error: 'LifecyclePolicyNotFoundException',
    args: () => ['get-lifecycle-policy', ...APP],
  },
  'a lifecycle policy that is none': {
    error: 'InvalidParameterException',
    args: () => ['put-lifecycle-policy', ...APP, '--lifecycle-policy-text', '{}'.padEnd(100)],
  },
};

const publicOnly: Record<string, Row> = {
  'an alias that nobody has': {
    error: 'RegistryNotFoundException',
    args: () => ['initiate-layer-upload', ...APP, '--registry-id', 'nobody'],
  },
  'another region than us-east-1': {
    error: 'UnsupportedCommandException',
    settings: { region: 'eu-west-1' },
    args: () => ['initiate-layer-upload', ...APP],
  },
};

const LIMITS: Partial<Limits> = { maxLayerBytes: 8, maxTagsPerImage: 1 };
const key = { secretAccessKey: 'x', accountId: ACCOUNT };
const OPTIONS: LocalEcrOptions = {
  limits: { ecr: LIMITS, 'ecr-public': LIMITS },
  throttle: { SetRepositoryPolicy: { rate: 0, burst: 0 } },
  credentials: [
    DEFAULT_CREDENTIAL,
    { ...key, accessKeyId: 'AKIDEXPIRED', expired: true },
    { ...key, accessKeyId: 'AKIDLIMITED', policy: [] },
  ],
};

/** Uploads that each row may end in its own way, and `IMAGE` under v1. */
async function fill(repository: Repository, limits: Limits): Promise<Omit<Given, 'file'>> {
  const upload = async (...parts: string[]): Promise<string> => {
    const { id } = initiateUpload(repository);
    let first = 0;
    for (const part of parts) {
      const bytes = Buffer.from(part);
      const last = first + bytes.length - 1;
      await uploadPart(repository, id, { first, last, bytes }, limits);
      first = last + 1;
    }
    return id;
  };
  for (const layer of ['{}', 'a', 'b'])
    await completeUpload(repository, await upload(layer), [sha256(layer)], DEFAULT_BEHAVIOURS);
  const rules = { limits, behaviours: DEFAULT_BEHAVIOURS, needsTag: false, now: new Date() };
  const isHidden = () => false;
  putImage(repository, { manifest: IMAGE, tag: 'v1' }, { ...rules, isHidden });
  return { small: await upload('abc', 'defg'), again: await upload('a'), empty: await upload() };
}

async function refuse(service: Service, { args, settings }: Row): Promise<AwsCliError> {
  await using ecr = await startLocalEcr(OPTIONS);
  await using folder = await temporaryDirectory();
  const { limits } = ecr.world.rules[service];
  const given = await fill(ecr.createRepository('app', { service }), limits);
  await fill(ecr.createRepository('fixed', { service, imageTagMutability: 'IMMUTABLE' }), limits);
  ecr.breakKey(KEY, 'DisabledException');
  const failure = { kind: 'error', name: 'ServerException', status: 500 } as const;
  ecr.fault({ operation: 'ListTagsForResource', ...failure });
  const file = join(folder.path, 'part');
  await writeFile(file, 'abc');
  try {
    await aws(ecr, { service, ...settings }, ...args({ ...given, file }));
  } catch (error) {
    if (error instanceof AwsCliError) return error;
    throw error;
  }
  throw new Error('The call succeeded, and should have been refused');
}

const tables = { ecr: { ...common, ...privateOnly }, 'ecr-public': { ...common, ...publicOnly } };
for (const service of ['ecr', 'ecr-public'] as const) {
  describe(`aws ${service} is refused`, { concurrency: 2 }, () => {
    for (const [name, row] of Object.entries(tables[service])) {
      test(`${name}: ${row.error}`, async () => {
        const error = await refuse(service, row);
        assert.equal(error.name, row.error);
        if (row.message !== undefined) assert.match(error.message, row.message);
      });
    }
  });
}
