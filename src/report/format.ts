const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  // From 1023.95 on, rounding to one decimal place would give 1024.0.
  const order = Math.floor(Math.log2((Math.max(bytes, 1) * 1024) / 1023.95) / 10);
  const exponent = Math.min(order, UNITS.length - 1);
  const value = bytes / 1024 ** exponent;
  return `${exponent === 0 ? value : value.toFixed(1)} ${UNITS[exponent] ?? ''}`;
}

/** The start of a digest: enough to tell the layers of an image apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
