import type { Fault, FaultyCall } from '../../local-ecr/faults.ts';
import { restoreImage } from '../../local-ecr/images.ts';
import type { LocalEcrOptions } from '../../local-ecr/options.ts';
import type { Repository } from '../../local-ecr/repository.ts';
import { buildImage, buildIndex, type Graph, type Image } from '../../support/image.ts';
import { REPOSITORY_NAME, type Step } from '../step.ts';

const MiB = 1024 * 1024;
/** The smallest that ECR takes. */
export const PART = 5 * MiB;

/** Four parts, of which the second is struck. */
const largeImage = buildImage({ seed: 'large', layers: [{ sparse: 3 * PART + 2 * MiB }] });
const smallImage = buildImage({ seed: 'small', layers: [{ size: 3000 }] });
/** What the tag stands for before. */
const earlier = buildImage({ seed: 'earlier' });

/** What is pushed, and to where. */
export interface Scenario {
  readonly image: Image;
  /** An index of the image, so that PutImage is called without a tag and with one. */
  readonly root: Graph;
  readonly inputs: Readonly<Record<string, string>>;
  readonly tag: string;
  readonly prepare: (step: Step) => void;
  readonly service: 'ecr' | 'ecr-public';
  readonly repository: string;
}

const account = '012345678901';

export const CREDENTIAL = {
  accessKeyId: 'AKIDMATRIX',
  secretAccessKey: 'the-secret-of-the-matrix',
  sessionToken: 'the-token-of-the-matrix',
  accountId: account,
} satisfies NonNullable<LocalEcrOptions['credentials']>[number];

const settings = JSON.stringify({
  'lifecycle-policy': {
    rules: [
      {
        rulePriority: 1,
        description: 'keep ten images',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
        action: { type: 'expire' },
      },
    ],
  },
  'repository-policy': { Version: '2012-10-17', Statement: [] },
});
const created = { 'create-repository': 'true', 'repository-settings': settings };
const inParts = { 'part-size': '5', 'parts-in-flight': '2' };

function scenario(given: Partial<Scenario>): Scenario {
  const { image = smallImage } = given;
  return {
    image,
    root: buildIndex([image]),
    inputs: {},
    tag: 'latest',
    prepare: ({ repository }) => hold(repository, earlier, 'latest'),
    service: 'ecr',
    repository: REPOSITORY_NAME,
    ...given,
  };
}

/** As if it had been pushed: its blobs are only said to be there. */
function hold(
  repository: Repository,
  { config, layers, manifest, descriptor }: Image,
  tag: string,
): void {
  for (const { digest, size } of [config, ...layers])
    repository.layers.set(digest, { digest, size, availability: 'AVAILABLE' });
  const image = restoreImage(Buffer.from(manifest), descriptor.mediaType, new Date(0));
  repository.images.set(image.digest, image);
  repository.tags.set(tag, image.digest);
}

const privately = { service: 'ecr' } as const;
const update = scenario(privately);
const large = scenario({ ...privately, image: largeImage, inputs: inParts });
const intoNew = scenario({
  ...privately,
  inputs: { repository: 'team/new', ...created },
  repository: 'team/new',
  prepare: () => undefined,
});
const intoEmpty = scenario({
  ...privately,
  inputs: created,
  prepare: () => undefined,
});
const published = scenario({
  inputs: { tags: 'public.ecr.aws/local/team/app:latest' },
  service: 'ecr-public',
  prepare: ({ ecr }) => void ecr.createRepository(REPOSITORY_NAME, { service: 'ecr-public' }),
});
const publishedByAccount = scenario({
  inputs: { 'registry-type': 'public', 'registry-id': account },
  service: 'ecr-public',
  prepare: ({ ecr }) =>
    hold(ecr.createRepository(REPOSITORY_NAME, { service: 'ecr-public' }), earlier, 'latest'),
});

/** A column of the table. */
export interface MatrixCall {
  readonly name: string;
  /** When it is made. */
  readonly says: string;
  readonly operation: string;
  readonly scenario: Scenario;
  /** Which of the operation's calls; any when absent. */
  readonly when?: (call: FaultyCall) => boolean;
  /** The push goes on without its answer. */
  readonly isOptional?: boolean;
  /** It only looks what is there: without the permission, a push goes on and says so. */
  readonly isLookUp?: boolean;
  /** Made again, it tells that it was done. */
  readonly showsThatItIsDone?: boolean;
}

const isTagged = ({ input }: FaultyCall): boolean => input['imageTag'] !== undefined;
const isSecondPart = ({ input }: FaultyCall): boolean => input['partFirstByte'] === PART;
const isLarge = ({ input }: FaultyCall): boolean =>
  JSON.stringify(input['layerDigests']).includes(largeImage.layers[0]?.digest ?? '');

/** Every call that a push makes. */
export const CALLS: readonly MatrixCall[] = [
  {
    name: 'BatchGetImage',
    says: 'what the tags stand for, before anything is sent',
    isLookUp: true,
    operation: 'BatchGetImage',
    scenario: update,
  },
  {
    name: 'BatchCheckLayerAvailability',
    says: 'which layers are there',
    operation: 'BatchCheckLayerAvailability',
    scenario: update,
  },
  {
    name: 'DescribeRepositories',
    says: 'whether a tag that stands for another image may move',
    isOptional: true,
    operation: 'DescribeRepositories',
    scenario: update,
  },
  {
    name: 'InitiateLayerUpload',
    says: 'a layer of four parts begins',
    operation: 'InitiateLayerUpload',
    scenario: large,
  },
  {
    name: 'UploadLayerPart',
    says: 'the second of its parts',
    showsThatItIsDone: true,
    operation: 'UploadLayerPart',
    scenario: large,
    when: isSecondPart,
  },
  {
    name: 'CompleteLayerUpload',
    says: 'it ends',
    showsThatItIsDone: true,
    operation: 'CompleteLayerUpload',
    scenario: large,
    when: isLarge,
  },
  {
    name: 'PutImage',
    says: 'an image of an index, without a tag',
    showsThatItIsDone: true,
    operation: 'PutImage',
    scenario: update,
    when: (call) => !isTagged(call),
  },
  {
    name: 'PutImage of the tag',
    says: 'the index, which moves the tag',
    showsThatItIsDone: true,
    operation: 'PutImage',
    scenario: update,
    when: isTagged,
  },
  {
    name: 'CreateRepository',
    says: '`create-repository: true`',
    showsThatItIsDone: true,
    operation: 'CreateRepository',
    scenario: intoNew,
  },
  {
    name: 'PutLifecyclePolicy',
    says: 'into a new repository',
    operation: 'PutLifecyclePolicy',
    scenario: intoNew,
  },
  {
    name: 'SetRepositoryPolicy',
    says: 'into a new repository',
    operation: 'SetRepositoryPolicy',
    scenario: intoNew,
  },
  {
    name: 'DescribeImages',
    says: 'whether a repository that lacks policies is still empty',
    isOptional: true,
    operation: 'DescribeImages',
    scenario: intoEmpty,
  },
  {
    name: 'GetLifecyclePolicy',
    says: 'whether it has one',
    isOptional: true,
    operation: 'GetLifecyclePolicy',
    scenario: intoEmpty,
  },
  {
    name: 'GetRepositoryPolicy',
    says: 'whether it has one',
    isOptional: true,
    operation: 'GetRepositoryPolicy',
    scenario: intoEmpty,
  },
  {
    name: 'public DescribeImages',
    says: 'what the tags stand for in ECR Public',
    isLookUp: true,
    operation: 'DescribeImages',
    scenario: publishedByAccount,
  },
  {
    name: 'public DescribeRepositories',
    says: 'the alias of the registry, for the outputs',
    isOptional: true,
    operation: 'DescribeRepositories',
    scenario: publishedByAccount,
  },
  {
    name: 'public UploadLayerPart',
    says: 'a layer of one part',
    showsThatItIsDone: true,
    operation: 'UploadLayerPart',
    scenario: published,
  },
  {
    name: 'public PutImage',
    says: 'the index, which moves the tag',
    showsThatItIsDone: true,
    operation: 'PutImage',
    scenario: published,
    when: isTagged,
  },
];

/** Strikes the calls of a column. */
export function aimed(call: MatrixCall, fault: Fault, mode: 'once' | 'always'): Fault {
  const { operation, scenario, when } = call;
  const times = mode === 'once' ? 1 : Infinity;
  return { ...fault, operation, service: scenario.service, times, ...(when ? { when } : {}) };
}
