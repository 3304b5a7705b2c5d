import { PushError } from '../errors.ts';

/** A path as skopeo and other tools write it, with the name of a transport in front. */
export interface TransportPath {
  /** All that follows the colon; it may end in `:REFERENCE`. */
  readonly path: string;
  /** Whether a reference can follow the path. */
  readonly hasReference: boolean;
}

/** Transports of https://github.com/containers/image/blob/main/docs/containers-transports.5.md, and regctl's `ocidir`. */
const WITH_PATH: Readonly<Record<string, { readonly hasReference: boolean }>> = {
  oci: { hasReference: true },
  'oci-archive': { hasReference: true },
  'docker-archive': { hasReference: true },
  ocidir: { hasReference: true },
  dir: { hasReference: false },
};

/** Those that lead to no file. */
const ELSEWHERE = ['docker', 'docker-daemon', 'containers-storage', 'ostree', 'sif', 'atomic'];

/**
 * Takes a transport off the front of a path.
 * @returns undefined if there is none
 * @throws PushError INVALID_INPUT if it leads to no file, or nothing follows it
 */
export function parseTransport(text: string): TransportPath | undefined {
  const [, name = '', rest = ''] = /^([a-z-]+):(.*)$/.exec(text) ?? [];
  if (ELSEWHERE.includes(name)) throw elsewhere(text);
  const transport = Object.hasOwn(WITH_PATH, name) ? WITH_PATH[name] : undefined;
  if (transport === undefined) return undefined;
  const path = name === 'ocidir' ? rest.replace(/^\/\//, '') : rest;
  if (path === '' || path.startsWith(':')) throw withoutPath(text);
  return { path, ...transport };
}

/** Splits `PATH:REFERENCE` at the first colon, as skopeo does; a reference has colons of its own. */
export function splitReference(text: string): { path: string; reference: string | undefined } {
  const colon = text.indexOf(':');
  if (colon < 0) return { path: text, reference: undefined };
  return { path: text.slice(0, colon), reference: text.slice(colon + 1) || undefined };
}

function elsewhere(text: string): PushError {
  return new PushError('INVALID_INPUT', `The input layout is no path: ${text}`, {
    hint: `Copy the image into a layout before this step: skopeo copy ${text} oci:image:latest`,
  });
}

function withoutPath(text: string): PushError {
  return new PushError('INVALID_INPUT', `The input layout has no path in it: ${text}`, {
    hint: 'Write a path such as image.tar.',
  });
}
