const calls = new WeakMap<Error, string>();

/** Notes which call failed so: its name in the API. */
export function noteCall(error: Error, call: string): void {
  calls.set(error, call);
}

/** As the API names it, such as `PutImage`; undefined where that is not known. */
export function failedCall(error: unknown): string | undefined {
  return error instanceof Error ? calls.get(error) : undefined;
}
