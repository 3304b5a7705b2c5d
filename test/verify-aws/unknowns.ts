import { randomBytes } from 'node:crypto';
import { errorName } from '../../src/ecr/calls/exceptions.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { holdPart } from './held-part.ts';
import { descriptorOf, digestOf, manifestOf, MiB, outcomeOf, type Probe } from './probe.ts';
import { putWithoutTag } from './public-probe.ts';

/** What the person who runs the checks has said. */
export interface CheckOptions {
  /** For how long the end of a part is held (s). */
  readonly hold: number;
  /** Of an earlier run. */
  readonly uploadId?: string | undefined;
  /** A layer of an image that they have archived. */
  readonly archivedLayer?: string | undefined;
  /** In ECR Public, of the account itself. */
  readonly publicRepository?: string | undefined;
}

export interface Unknown {
  readonly id: string;
  /** Its heading in docs/unknowns.md. */
  readonly question: string;
  /** What is known, in a sentence or two. */
  readonly known: string;
  /** What may be found, and what the action does then. */
  readonly answers: Readonly<Record<string, string>>;
  /** What the check needs beside a repository; undefined for nothing. */
  readonly needs?: string;
  /** Gives one of the answers, what else was found, or why nothing was tried. */
  check(probe: Probe, options: CheckOptions): Promise<string>;
}

export const NOT_TRIED = 'not tried';

/** All that could not be tried on AWS. */
export const UNKNOWNS: readonly Unknown[] = [
  {
    id: 'large-parts',
    question: 'Whether ECR takes parts of 20 MiB',
    known:
      'The API reference gives 20,971,520 bytes as the largest part, and InitiateLayerUpload proposes half of that.',
    answers: {
      taken:
        'Parts go in the size that ECR proposes, or that `part-size` names, and in up to 20 MiB where a layer would need too many.',
      InvalidParameterException:
        'A push with such parts fails as `INVALID_PARAMETER`, and says which call; others are not concerned.',
    },
    check: (probe) =>
      outcomeOf(async () => {
        const bytes = randomBytes(20 * MiB + 1);
        const uploadId = await probe.initiate();
        await probe.sendPart(uploadId, 0, bytes.subarray(0, 20 * MiB));
        await probe.sendPart(uploadId, 20 * MiB, bytes.subarray(20 * MiB));
        await probe.complete(uploadId, digestOf(bytes));
      }),
  },
  {
    id: 'held-bodies',
    question: 'Whether the end of a part may be held back',
    known:
      'ECR handles a part when its body is whole, so several parts of a layer may travel side by side if each ends after the answer to the one before. What stands in front of ECR may close a body that stands still for too long.',
    answers: {
      taken: 'Several parts of a layer travel side by side.',
      refused:
        'The part is sent again in its turn; after a few refusals each layer uses one connection, for the rest of the run, and the log says so.',
    },
    check: async (probe, { hold }) => {
      const ended = await holdPart(probe, hold);
      return ended === 'taken' ? ended : `refused (${ended})`;
    },
  },
  {
    id: 'missing-layers',
    question: 'How ECR says that a layer is missing',
    known:
      'BatchCheckLayerAvailability has `UNAVAILABLE` among its values, and `MissingLayerDigest` among its failures.',
    answers: {
      UNAVAILABLE: 'The layer is sent.',
      MissingLayerDigest: 'The layer is sent.',
      omitted: 'The layer is sent.',
    },
    check: (probe) => probe.availability(digestOf(randomBytes(32))),
  },
  {
    id: 'part-again',
    question: 'What ECR answers to a part that it has already',
    known:
      'InvalidLayerPartException has `lastValidByteReceived`, which says where the upload stands; nothing says that it is always set.',
    answers: {
      'position told': 'After a lost answer the upload goes on where it stands.',
      'no position': 'After a lost answer the layer is begun anew.',
      'taken again': 'The answer says where the upload stands, and it goes on from there.',
    },
    check: async (probe) => {
      const uploadId = await probe.initiate();
      const bytes = randomBytes(100);
      await probe.sendPart(uploadId, 0, bytes);
      try {
        await probe.sendPart(uploadId, 0, bytes);
        return 'taken again';
      } catch (error) {
        if (errorName(error) !== 'InvalidLayerPartException') return errorName(error);
        const told: unknown = error instanceof Error && Reflect.get(error, 'lastValidByteReceived');
        return typeof told === 'number' ? 'position told' : 'no position';
      }
    },
  },
  {
    id: 'completed-twice',
    question: 'What ECR answers to Complete of an upload that is complete',
    known:
      'It matters where the answer to CompleteLayerUpload was lost, and the call is made again.',
    answers: {
      LayerAlreadyExistsException: 'The layer counts as arrived.',
      UploadNotFoundException:
        'The layer is looked for, found available, and counts as arrived; if it is not found, it is sent again.',
      taken: 'The layer counts as arrived.',
    },
    check: async (probe) => {
      const bytes = randomBytes(100);
      const uploadId = await probe.upload(bytes);
      return outcomeOf(() => probe.complete(uploadId, digestOf(bytes)));
    },
  },
  {
    id: 'layer-visibility',
    question: 'Whether PutImage sees a layer at once',
    known:
      'A client has seen PutImage miss a layer for some hundred milliseconds after CompleteLayerUpload.',
    answers: {
      'at once': 'The image is put.',
      'after a while': 'The image is put again, up to five times in six seconds.',
    },
    check: async (probe) => {
      const image = await probe.newImage();
      for (let wait = 0; wait < 10_000; wait = 2 * wait + 100) {
        const outcome = await outcomeOf(() => probe.put(image));
        if (outcome === 'taken') return wait === 0 ? 'at once' : 'after a while';
        if (outcome !== 'LayersNotFoundException') return outcome;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
      return 'never';
    },
  },
  {
    id: 'nested-index',
    question: 'Whether ECR takes an index in an index',
    known: 'The image specification allows it. No report says that ECR does, or does not.',
    answers: {
      taken: 'The inner index is put before the outer one.',
      InvalidParameterException:
        'The push fails as `INVALID_PARAMETER`, names the manifest and says that it holds an index. No tag moves.',
    },
    check: async (probe) => {
      const image = await probe.newImage();
      const inner = manifestOf(OCI_INDEX, { manifests: [descriptorOf(image)] });
      await probe.put(image);
      await probe.put(inner);
      const outer = manifestOf(OCI_INDEX, { manifests: [descriptorOf(inner)] });
      return outcomeOf(() => probe.put(outer));
    },
  },
  {
    id: 'same-immutable-tag',
    question: 'What ECR answers to the same image under its immutable tag',
    known:
      'ImageAlreadyExistsException and ImageTagAlreadyExistsException both fit. It matters where another job sets the tag in between, or the credentials may not look it up.',
    answers: {
      ImageAlreadyExistsException: 'The tag counts as unchanged.',
      ImageTagAlreadyExistsException:
        'The tag is looked up, points to this image, and counts as unchanged.',
      taken: 'The tag counts as set.',
    },
    needs: 'a repository whose tags are immutable',
    check: async (probe) => {
      if ((await probe.mutability()) !== 'IMMUTABLE')
        return `${NOT_TRIED}: the repository is not immutable`;
      const image = await probe.newImage();
      const tag = `verify-aws-${randomBytes(4).toString('hex')}`;
      await probe.put(image, tag);
      return outcomeOf(() => probe.put(image, tag));
    },
  },
  {
    id: 'create-on-push',
    question: "Whether ECR's layer API creates repositories on push",
    known:
      'Since December 2025 a repository creation template may apply to pushes. Whether it does to these calls is not said.',
    answers: {
      created: 'The push goes on in the repository that InitiateLayerUpload created.',
      RepositoryNotFoundException:
        'The action creates the repository itself where `create-repository` allows it, and else fails as `REPOSITORY_NOT_FOUND`.',
    },
    needs:
      'a repository creation template for CREATE_ON_PUSH that applies to names below the repository',
    check: async (probe) => {
      const name = `${probe.repositoryName}/verify-${randomBytes(4).toString('hex')}`;
      const outcome = await outcomeOf(() => probe.initiate(name));
      if (outcome !== 'taken') return outcome;
      probe.noteRepository(name);
      return 'created';
    },
  },
  {
    id: 'archived-images',
    question: 'What ECR says of the layers of an archived image',
    known:
      'BatchCheckLayerAvailability has `ARCHIVED` among its values. Archiving has a price, so the check does not do it.',
    answers: {
      AVAILABLE: 'The layer is not sent.',
      ARCHIVED: 'The layer is sent; LayerAlreadyExistsException counts as success.',
    },
    needs: '`--archived-layer DIGEST`, of an image in the repository that is archived',
    check: (probe, { archivedLayer }) =>
      archivedLayer === undefined
        ? Promise.resolve(`${NOT_TRIED}: no --archived-layer`)
        : probe.availability(archivedLayer),
  },
  {
    id: 'upload-lifetime',
    question: 'How long an upload lives',
    known:
      'Nothing says it. Each run of the checks begins an upload, and names it for a later one.',
    answers: {
      'still known': 'A push that was interrupted goes on inside the layer.',
      gone: 'The layer is looked for, and begun anew.',
    },
    needs: '`--upload-id ID`, from the report of an earlier run',
    check: async (probe, { uploadId }) => {
      if (uploadId === undefined) return `${NOT_TRIED}: no --upload-id`;
      // A byte that follows on nothing.
      const outcome = await outcomeOf(() => probe.sendPart(uploadId, MiB, Buffer.alloc(1)));
      if (outcome === 'UploadNotFoundException') return 'gone';
      return outcome === 'InvalidLayerPartException' ? 'still known' : outcome;
    },
  },
  {
    id: 'public-untagged',
    question: 'Whether ECR Public takes an image without a tag',
    known:
      'The description of PutImage says that `imageTag` is required for images of Docker and OCI; that may be out of date.',
    answers: {
      taken: 'The images of an index are put by digest alone.',
      InvalidParameterException:
        'They are put again under tags `digest-HEX`, and the log says nothing of it.',
    },
    needs: '`--public-repository NAME`, in the ECR Public registry of the account',
    check: (_, { publicRepository }) =>
      publicRepository === undefined
        ? Promise.resolve(`${NOT_TRIED}: no --public-repository`)
        : outcomeOf(() => putWithoutTag(publicRepository)),
  },
];
