/** Unpacked, a tar may be so many times its compressed size. Images reach 20; gzip makes up to 1032 of zeros, zstd more. */
export const MAX_GROWTH = 100;

/** Bytes that any compressed tar may unpack to, however small it is. */
export const MIN_GROWTH_BOUND = 1024 ** 3;

/** The most that a compressed tar may unpack to. */
export interface GrowthBound {
  readonly bytes: number;
  /** What sets it, for messages. */
  readonly reason: string;
  /** Whether it is what the disk has free. */
  readonly isDisk?: boolean;
}

/** `freeBytes`: on the disk that the tar is unpacked to. */
export function growthBound(packedBytes: number, freeBytes: number): GrowthBound {
  const bytes = Math.max(MIN_GROWTH_BOUND, packedBytes * MAX_GROWTH);
  if (freeBytes < bytes) {
    return { bytes: freeBytes, reason: 'all that the disk has free', isDisk: true };
  }
  return { bytes, reason: `the limit for a compressed tar of ${packedBytes} bytes` };
}
