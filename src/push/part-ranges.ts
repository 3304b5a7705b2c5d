/** UploadLayerPart takes no more than this once decoded (bytes). */
export const MAX_PART_SIZE = 20 * 1024 * 1024;

/**
 * The size of a layer's parts: what InitiateLayerUpload offered, and more only where the layer would otherwise have
 * more parts than ECR takes.
 */
export function choosePartSize(layerSize: number, offered: number, maxParts: number): number {
  const needed = Math.ceil(layerSize / maxParts);
  return Math.min(Math.max(offered, needed), MAX_PART_SIZE);
}

/** Bytes of the part that starts at `firstByte`. */
export function partLength(layerSize: number, firstByte: number, partSize: number): number {
  return Math.min(partSize, layerSize - firstByte);
}
