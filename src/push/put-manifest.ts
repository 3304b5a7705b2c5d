import type { PutOutcome } from '../ecr/registry.ts';
import { PushError } from '../errors.ts';
import type { ImageGraph, ManifestRole } from '../image/graph.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Manifest } from '../oci/manifest.ts';
import type { ManifestPut } from '../plan/waves.ts';
import type { PushContext } from './context.ts';
import { namePut } from './name-put.ts';
import { uploadLayers } from './upload-layers.ts';

/** `held`: the tag cannot move; it points to another image, or already to this one. */
export type PutResult =
  | { readonly kind: 'put' }
  | { readonly kind: 'already-exists' }
  | { readonly kind: 'held'; readonly cause: Error };

/** Puts one manifest. Layers or children that ECR does not see are pushed again, as often as RETRIES allows. */
export async function putManifest(
  put: ManifestPut,
  graph: ImageGraph,
  context: PushContext,
): Promise<PutResult> {
  const { digest } = put.node.descriptor;
  const role = graph.roles.get(digest);
  const retry = context.retries.of(`${digest} ${put.tag ?? ''}`, {
    onRetry: (notice) => context.tell({ kind: 'retried', what: digest, notice }),
  });
  for (let isDoubted = false; ;) {
    const outcome = await putOnce(put, graph, context);
    switch (outcome.kind) {
      case 'put':
      case 'already-exists': {
        // What exists after a put whose answer did not say so was most likely put by that.
        const isNew = outcome.kind === 'put' || isDoubted;
        const what = role?.name ?? `manifest ${digest}`;
        context.tell({ kind: 'manifest-put', digest, what, tag: put.tag, isNew });
        return { kind: isNew ? 'put' : 'already-exists' };
      }
      case 'unconfirmed':
        isDoubted = true;
        if (!(await retry.again('unconfirmed', context))) throw namePut(outcome.cause, role);
        break;
      case 'tag-is-elsewhere':
        // Emulators say so of an immutable tag; of ECR's, another job may just have moved it.
        if (await retry.again('unconfirmed', context)) break;
        return { kind: 'held', cause: outcome.cause };
      case 'tag-is-immutable':
        return { kind: 'held', cause: outcome.cause };
      case 'tag-required':
        return putManifest({ ...put, tag: tagOf(digest) }, graph, context);
      case 'layers-not-found':
      case 'referenced-images-not-found':
        if (!(await retry.again('manifest', context))) throw lacking(outcome, graph, role);
        await pushMissing(outcome.kind, put.node.manifest, graph, context);
    }
  }
}

/** What an index of joined images lacks was never here to be put. */
function lacking(
  {
    kind,
    cause,
  }: Extract<PutOutcome, { kind: 'layers-not-found' | 'referenced-images-not-found' }>,
  { absentManifests }: ImageGraph,
  role: ManifestRole | undefined,
): Error {
  const isJoined = kind === 'referenced-images-not-found' && absentManifests.length > 0;
  if (!isJoined) return namePut(cause, role);
  return new PushError('IMAGE_NOT_IN_REPOSITORY', cause.message, { cause });
}

/** @throws what `putImage` throws, with the manifest named */
async function putOnce(
  { node, tag }: ManifestPut,
  { roles }: ImageGraph,
  { registry, signal }: PushContext,
): Promise<PutOutcome> {
  const { digest, mediaType } = node.descriptor;
  const image = { digest, mediaType, bytes: node.bytes };
  try {
    return await registry.putImage(tag === undefined ? image : { ...image, tag }, signal);
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    throw namePut(error, roles.get(digest));
  }
}

/** For a registry that requires tags. Not `sha256-HEX`: there, clients look for the image's referrers. */
function tagOf(digest: Digest): string {
  return digest.replace('sha256:', 'digest-');
}

async function pushMissing(
  kind: 'layers-not-found' | 'referenced-images-not-found',
  manifest: Manifest,
  graph: ImageGraph,
  context: PushContext,
): Promise<void> {
  if (kind === 'layers-not-found') await uploadMissing(manifest, graph, context);
  else await putChildren(manifest, graph, context);
}

async function uploadMissing(
  manifest: Manifest,
  graph: ImageGraph,
  context: PushContext,
): Promise<void> {
  const wanted = new Set(blobsOf(manifest).map(({ digest }) => digest));
  const blobs = graph.blobs.filter(({ digest }) => wanted.has(digest));
  const digests = blobs.map(({ digest }) => digest);
  const available = await context.registry.availableLayers(digests, context.signal);
  const missing = blobs.filter(({ digest }) => !available.has(digest));
  await uploadLayers(missing, context, { isUrgent: true });
}

function blobsOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : [];
}

async function putChildren(
  manifest: Manifest,
  graph: ImageGraph,
  context: PushContext,
): Promise<void> {
  const entries = manifest.kind === 'index' ? manifest.manifests : [];
  const children = new Set(entries.map(({ digest }) => digest));
  for (const node of [...graph.manifests, ...graph.referrers]) {
    if (children.has(node.descriptor.digest)) await putManifest({ node }, graph, context);
  }
}
