const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  // From 1023.95 on, rounding to one decimal place would give 1024.0.
  const order = Math.floor(Math.log2((Math.max(bytes, 1) * 1024) / 1023.95) / 10);
  const exponent = Math.min(order, UNITS.length - 1);
  const value = bytes / 1024 ** exponent;
  return `${exponent === 0 ? value : value.toFixed(1)} ${UNITS[exponent] ?? ''}`;
}

/** `65000` ms as `1 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.round(Math.max(milliseconds, 0) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `2 blobs`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The start of a digest: enough to tell the layers of an image apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** `1048576` bytes a second as `1.0 MiB/s`. */
export function formatRate(perSecond: number): string {
  return `${formatBytes(Math.round(perSecond))}/s`;
}

/** An estimate, without more digits than it is worth: `200400` ms as `3 min 20 s`. */
export function formatEstimate(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const tens = Math.round(seconds / 10) * 10;
  if (tens < 600) return tens % 60 === 0 ? `${tens / 60} min` : formatDuration(tens * 1000);
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : formatDuration(minutes * 60_000);
}

/** `1` of `3` as `33 %`: 100 only where nothing is left. */
export function formatPercent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
}
