/**
 * How long the answer asks to wait before the call is made again (ms); 0 where it does not. The SDK tells only its own
 * retry strategy.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterOf(error: unknown, now: () => number = Date.now): number {
  const text = headerOf(error, 'retry-after')?.trim() ?? '';
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now();
  return milliseconds > 0 ? milliseconds : 0;
}

/** Of the HTTP answer that the SDK keeps with an error. */
function headerOf(error: unknown, name: string): string | undefined {
  const response: unknown = error instanceof Error ? Reflect.get(error, '$response') : undefined;
  if (typeof response !== 'object' || response === null) return undefined;
  const headers: unknown = Reflect.get(response, 'headers');
  if (typeof headers !== 'object' || headers === null) return undefined;
  const value: unknown = Reflect.get(headers, name);
  return typeof value === 'string' ? value : undefined;
}
