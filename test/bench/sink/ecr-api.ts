import { createHash } from 'node:crypto';
import type { Answer, Body, Call, Handled } from './call.ts';
import type { RequestHead } from './request-reader.ts';
import type { State, StoredManifest } from './state.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html */
type Operation = (state: State, input: Input) => unknown;

interface Input {
  readonly layerDigests?: readonly string[];
  readonly uploadId?: string;
  readonly imageIds?: readonly { readonly imageDigest?: string; readonly imageTag?: string }[];
  readonly imageManifest?: string;
  readonly imageManifestMediaType?: string;
  readonly imageTag?: string;
}

export const PART_SIZE = 10 * 1024 * 1024;
const REPOSITORY = { registryId: '123456789012', repositoryName: 'bench/app' };

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['BatchCheckLayerAvailability', batchCheckLayerAvailability],
  ['InitiateLayerUpload', initiateLayerUpload],
  ['CompleteLayerUpload', completeLayerUpload],
  ['PutImage', putImage],
  ['BatchGetImage', batchGetImage],
  ['DescribeRepositories', describeRepositories],
]);

/** ECR's JSON API, as far as a push goes. No signature is looked at. */
export function ecrCall({ headers }: RequestHead, state: State): Call {
  const [, name = ''] = (headers.get('x-amz-target') ?? '').split('.');
  if (name === 'UploadLayerPart') {
    return { name, carries: 'part', handle: (body) => uploadLayerPart(state, body) };
  }
  const operation = OPERATIONS.get(name);
  return {
    name,
    carries: 'no-layer',
    handle: ({ text }) => ({
      answer:
        operation === undefined
          ? refusal('UnknownOperationException', name)
          : json(operation(state, JSON.parse(text) as Input)),
    }),
  };
}

function batchCheckLayerAvailability({ blobs }: State, { layerDigests = [] }: Input): unknown {
  const layers = layerDigests.map((layerDigest) => {
    const layerSize = blobs.get(layerDigest);
    if (layerSize === undefined) return { layerDigest, layerAvailability: 'UNAVAILABLE' };
    return { layerDigest, layerAvailability: 'AVAILABLE', layerSize };
  });
  return { layers, failures: [] };
}

function initiateLayerUpload(state: State): unknown {
  return { uploadId: state.beginUpload(), partSize: PART_SIZE };
}

/** In the text of a part's body, or in the beginning of it. */
export function uploadIdIn(text: string): string | undefined {
  return /"uploadId"\s*:\s*"([^"]+)"/.exec(text)?.[1];
}

/**
 * Finds the fields at both ends of the body, wherever the blob stands: 14 MB of JSON are not worth parsing. A part must
 * follow one that was answered: that the one before it is whole, and worked upon, is not enough, so no client passes
 * here that lets a part end too early.
 */
function uploadLayerPart(state: State, body: Body): Handled {
  const ends = `${body.text}\n${body.tail}`;
  const uploadId = uploadIdIn(ends) ?? '';
  const first = numberIn(ends, 'partFirstByte');
  const last = numberIn(ends, 'partLastByte');
  const taken = state.uploads.get(uploadId);
  if (taken === undefined) return { answer: refusal('UploadNotFoundException', uploadId) };
  const isBusy = state.unanswered.has(uploadId);
  if (first !== taken || isBusy)
    return { answer: invalidPart(taken, isBusy ? 'the last is not answered' : `not ${first}`) };
  if (body.length < Math.ceil((last - first + 1) / 3) * 4) {
    const message = 'the body is shorter than its part';
    return { answer: refusal('InvalidParameterException', message) };
  }
  state.uploads.set(uploadId, last + 1);
  state.unanswered.add(uploadId);
  return {
    answer: json({ ...REPOSITORY, uploadId, lastByteReceived: last }),
    answered: () => state.unanswered.delete(uploadId),
  };
}

/** Of a part that does not follow the last one: with the last byte that is there, if there is any. */
function invalidPart(taken: number, why: string): Answer {
  const position = taken > 0 ? { lastValidByteReceived: taken - 1 } : {};
  const message = `the next byte is ${taken}: ${why}`;
  return {
    ...json({ __type: 'InvalidLayerPartException', ...position, message }),
    status: 400,
  };
}

/** To a part whose upload has another one under way, before the part is whole. */
export function earlyRefusal(state: State, uploadId: string, how: string | number): Answer {
  if (typeof how === 'number') return { status: how, body: 'refused' };
  if (how === 'InvalidLayerPartException')
    return invalidPart(state.uploads.get(uploadId) ?? 0, 'another part is under way');
  return refusal(how, 'another part is under way');
}

function numberIn(text: string, field: string): number {
  return Number(new RegExp(`"${field}"\\s*:\\s*(\\d+)`).exec(text)?.[1]);
}

function completeLayerUpload(state: State, { uploadId = '', layerDigests = [] }: Input): unknown {
  const [layerDigest = ''] = layerDigests;
  state.completeUpload(uploadId, layerDigest);
  return { ...REPOSITORY, uploadId, layerDigest };
}

function putImage(state: State, input: Input): unknown {
  const { imageManifest: text = '', imageManifestMediaType: mediaType = '', imageTag } = input;
  const manifest = { digest: digestOfText(text), mediaType, text };
  state.putManifest(manifest, imageTag);
  return { image: imageOf(manifest, imageTag) };
}

function batchGetImage(state: State, { imageIds = [] }: Input): unknown {
  const found = imageIds.flatMap(({ imageDigest, imageTag }) => {
    const manifest = state.findManifest(imageTag ?? imageDigest ?? '');
    return manifest === undefined ? [] : [imageOf(manifest, imageTag)];
  });
  return { images: found, failures: [] };
}

function imageOf({ digest, mediaType, text }: StoredManifest, imageTag: string | undefined) {
  return {
    ...REPOSITORY,
    imageId: { imageDigest: digest, imageTag },
    imageManifest: text,
    imageManifestMediaType: mediaType,
  };
}

function describeRepositories(): unknown {
  const { registryId, repositoryName } = REPOSITORY;
  const repositoryArn = `arn:aws:ecr:eu-west-1:${registryId}:repository/${repositoryName}`;
  return { repositories: [{ ...REPOSITORY, repositoryArn, imageTagMutability: 'MUTABLE' }] };
}

export function digestOfText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(value),
  };
}

function refusal(type: string, message: string): Answer {
  return { ...json({ __type: type, message }), status: 400 };
}
