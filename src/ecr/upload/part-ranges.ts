/** Every part but the last must have this at least (bytes). */
export const MIN_PART_SIZE = 5 * 1024 * 1024;
/** UploadLayerPart takes no more than this once decoded (bytes). */
export const MAX_PART_SIZE = 20 * 1024 * 1024;

/**
 * The size of a layer's parts: what was asked for, or else what InitiateLayerUpload offered; and more only where the
 * layer would otherwise have more parts than ECR takes.
 */
export function choosePartSize(layerSize: number, wanted: number, maxParts: number): number {
  const needed = Math.ceil(layerSize / maxParts);
  return Math.min(Math.max(wanted, needed), MAX_PART_SIZE);
}

/** Bytes of the part that starts at `firstByte`. */
export function partLength(layerSize: number, firstByte: number, partSize: number): number {
  return Math.min(partSize, layerSize - firstByte);
}
