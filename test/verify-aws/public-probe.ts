import { randomBytes } from 'node:crypto';
import {
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  ECRPUBLICClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr-public';
import { digestOf, imageOf } from './probe.ts';

/** Puts a new image without a tag, and deletes it. @throws the SDK's error where it is refused */
export async function putWithoutTag(repositoryName: string): Promise<void> {
  const client = new ECRPUBLICClient({ region: 'us-east-1' });
  try {
    const [config, layer] = [
      Buffer.from(`{"n":"${randomBytes(8).toString('hex')}"}`),
      randomBytes(100),
    ];
    for (const bytes of [config, layer]) await upload(client, repositoryName, bytes);
    const { text: imageManifest, digest: imageDigest, mediaType } = imageOf(config, layer);
    const image = { imageManifest, imageDigest, imageManifestMediaType: mediaType };
    await client.send(new PutImageCommand({ repositoryName, ...image }));
    await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
  } finally {
    client.destroy();
  }
}

async function upload(
  client: ECRPUBLICClient,
  repositoryName: string,
  layerPartBlob: Uint8Array,
): Promise<void> {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const range = { partFirstByte: 0, partLastByte: layerPartBlob.length - 1 };
  const input = { repositoryName, uploadId };
  await client.send(new UploadLayerPartCommand({ ...input, ...range, layerPartBlob }));
  const layerDigests = [digestOf(layerPartBlob)];
  await client.send(new CompleteLayerUploadCommand({ ...input, layerDigests }));
}
