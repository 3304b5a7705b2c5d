import { PushError } from '../errors.ts';

/** A path as skopeo and other tools write it, with the name of a transport in front. */
export interface TransportPath {
  /** All that follows the transport, in each way that it can be meant, the likeliest first; it may end in `:REFERENCE`. */
  readonly paths: readonly [string, ...string[]];
  /** Whether a reference can follow the path. */
  readonly hasReference: boolean;
}

interface Transport {
  readonly hasReference: boolean;
  /** Whether `//` always stands between the transport and the path, and is no part of it. */
  readonly isUrl?: boolean;
}

/**
 * Transports of https://github.com/containers/image/blob/main/docs/containers-transports.5.md, regctl's `ocidir`,
 * BuildKit's `oci-layout`, and `oci-dir` of syft and grype.
 */
const WITH_PATH: Readonly<Record<string, Transport>> = {
  oci: { hasReference: true },
  'oci-archive': { hasReference: true },
  'docker-archive': { hasReference: true },
  'oci-dir': { hasReference: true },
  'oci-layout': { hasReference: true, isUrl: true },
  ocidir: { hasReference: true, isUrl: true },
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
  const { hasReference, isUrl = false } = transport;
  const path = rest.replace(/^\/\//, '');
  if (path === '' || path.startsWith(':')) throw withoutPath(text);
  // To skopeo, `oci://tmp/image` is `/tmp/image`; who writes it as a URL means `tmp/image`.
  const paths: [string, ...string[]] = isUrl || path === rest ? [path] : [path, rest];
  return { paths, hasReference };
}

/**
 * Splits `PATH:REFERENCE` at the first colon, as skopeo does; a reference has colons of its own. A digest behind it all,
 * as `PATH:TAG@sha256:…`, counts for more than a name. The colon of a drive, as in `D:\\image`, is none: no reference begins
 * with a slash.
 */
export function splitReference(text: string): { path: string; reference: string | undefined } {
  const [, named = text, digest] = /^(.*)@(sha256:[a-f0-9]{64})$/.exec(text) ?? [];
  const [drive = ''] = /^[a-z]:(?=[\\/])/i.exec(named) ?? [];
  const [rest = '', ...names] = named.slice(drive.length).split(':');
  return { path: `${drive}${rest}`, reference: digest ?? (names.join(':') || undefined) };
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
