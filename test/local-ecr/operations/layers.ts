import {
  batchCheckLayerAvailability,
  completeLayerUpload,
  initiateLayerUpload,
  uploadLayerPart,
} from './inputs.ts';
import type { Behaviours } from '../options.ts';
import type { Layer, Repository } from '../repository.ts';
import { completeUpload, initiateUpload, uploadPart } from '../uploads.ts';
import { checkKey, findPushed, findRegistry, operation } from './operation.ts';
import type { Context } from './operation.ts';

export const BatchCheckLayerAvailability = operation(
  batchCheckLayerAvailability,
  (context, input) => {
    const repository = findPushed(context, input);
    const digests = [...new Set(input.layerDigests)];
    const valid = digests.filter((digest) => /^sha256:[a-f0-9]{64}$/.test(digest));
    const { missingLayers } = context.world.behaviours;
    return {
      layers: valid.flatMap((digest) => availability(repository, digest, missingLayers)),
      failures: [
        ...digests.filter((digest) => !valid.includes(digest)).map(invalidDigest),
        ...valid.flatMap((digest) => missingDigest(repository, digest, missingLayers)),
      ],
    };
  },
);

type MissingLayers = Behaviours['missingLayers'];

function availability({ layers }: Repository, digest: string, missing: MissingLayers): object[] {
  const layer: Layer | undefined = layers.get(digest);
  if (layer === undefined)
    return missing === 'UNAVAILABLE'
      ? [{ layerDigest: digest, layerAvailability: 'UNAVAILABLE' }]
      : [];
  return [
    {
      layerDigest: digest,
      layerAvailability: layer.availability,
      layerSize: layer.size,
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    },
  ];
}

function invalidDigest(layerDigest: string): object {
  return {
    layerDigest,
    failureCode: 'InvalidLayerDigest',
    failureReason: `Invalid layer digest '${layerDigest}'`,
  };
}

function missingDigest({ layers }: Repository, digest: string, missing: MissingLayers): object[] {
  if (missing !== 'MissingLayerDigest' || layers.has(digest)) return [];
  return [
    {
      layerDigest: digest,
      failureCode: 'MissingLayerDigest',
      failureReason: `Layer with digest '${digest}' does not exist`,
    },
  ];
}

export const InitiateLayerUpload = operation(initiateLayerUpload, (context, input) => {
  createOnPush(context, input);
  const repository = findPushed(context, input);
  checkKey(context, repository);
  return { uploadId: initiateUpload(repository).id, partSize: context.rules.limits.partSize };
});

/** A repository creation template acts at a push; that this is where is this server's assumption. */
function createOnPush(
  context: Context,
  input: { registryId?: string | undefined; repositoryName: string },
): void {
  const { templates } = context.world;
  const template = templates.find(
    ({ prefix }) => prefix === 'ROOT' || input.repositoryName.startsWith(`${prefix}/`),
  );
  if (context.service !== 'ecr' || template === undefined) return;
  const registry = findRegistry(context, input);
  if (registry?.repositories.has(input.repositoryName) === false)
    registry.create(input.repositoryName, template.settings);
}

export const UploadLayerPart = operation(uploadLayerPart, async (context, input) => {
  const repository = findPushed(context, input);
  checkKey(context, repository);
  const { partFirstByte: first, partLastByte, layerPartBlob } = input;
  const bytes = context.kept(layerPartBlob);
  const last = partLastByte - (layerPartBlob.byteLength - bytes.byteLength);
  const part = { first, last, bytes };
  const { limits } = context.rules;
  const lastByteReceived = await uploadPart(repository, input.uploadId, part, limits);
  return { ...placeOf(repository), uploadId: input.uploadId, lastByteReceived };
});

export const CompleteLayerUpload = operation(completeLayerUpload, async (context, input) => {
  const repository = findPushed(context, input);
  checkKey(context, repository);
  const { uploadId, layerDigests } = input;
  const { behaviours } = context.world;
  const layerDigest = await completeUpload(repository, uploadId, layerDigests, behaviours);
  return { ...placeOf(repository), uploadId, layerDigest };
});

function placeOf({ registryId, repositoryName }: Repository): object {
  return { registryId, repositoryName };
}
