import { type Fields, isFields } from '../oci/fields.ts';
import { parseStrictJson } from '../oci/json.ts';
import { MAX_LAYERS, MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { isConfigMediaType, OCI_EMPTY } from '../oci/media-types.ts';

/** https://www.rfc-editor.org/rfc/rfc6838#section-4.2, without the capitals that it allows. */
const WELL_SPELT = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** Beginnings of the types that common tools push to ECR. */
const COMMON_TYPES: readonly string[] = [
  OCI_EMPTY,
  'application/vnd.amazon.soci.',
  'application/vnd.buildkit.',
  'application/vnd.cncf.helm.',
  'application/vnd.cncf.notary.',
  'application/vnd.cyclonedx',
  'application/vnd.dev.cosign.',
  'application/vnd.dev.sigstore.',
  'application/vnd.docker.attestation.',
  'application/vnd.in-toto',
  'application/spdx',
];

/** The most places that one sentence names. */
const MAX_PLACES = 3;
/** The most characters of a type that are shown. */
const MAX_SHOWN = 200;

/**
 * What in a manifest ECR is known to refuse, a phrase each, the surest first; none if nothing is. To most of it ECR says
 * "Invalid JSON syntax", which helps nobody.
 * @throws PushError INVALID_JSON
 */
export function dislikes(manifest: Uint8Array): string[] {
  const fields = parseStrictJson(manifest, 'manifest');
  if (!isFields(fields)) return [];
  return [
    ...overLimits(fields, manifest.byteLength),
    ...contentDislikes(fields),
    ...listed('"os.features" in', placesOf(fields, hasOsFeatures)),
    ...listed(
      'null for',
      placesOf(fields, (value) => value === null),
    ),
    ...typesIn(fields).flatMap(misspelt).slice(0, MAX_PLACES),
    ...typesIn(fields).flatMap(uncommon),
  ];
}

function overLimits({ layers }: Fields, bytes: number): string[] {
  const count = Array.isArray(layers) ? layers.length : 0;
  return [
    ...(count > MAX_LAYERS ? [`${count} layers, where ${MAX_LAYERS} are allowed`] : []),
    ...(bytes > MAX_MANIFEST_BYTES
      ? [`a manifest of ${bytes} bytes, where ${MAX_MANIFEST_BYTES} are allowed`]
      : []),
  ];
}

function contentDislikes({ config, layers, subject, artifactType }: Fields): string[] {
  const has = (descriptor: unknown, name: string): boolean =>
    isFields(descriptor) && descriptor[name] !== undefined && descriptor[name] !== null;
  const isEmptyConfig = isFields(config) && config['mediaType'] === OCI_EMPTY;
  const noLayers = isFields(config) && (!Array.isArray(layers) || layers.length === 0);
  return [
    ...(noLayers ? ['no layers'] : []),
    ...(has(subject, 'platform')
      ? ['a "subject" with a "platform", as BuildKit writes it for oci-artifact=true']
      : []),
    ...(has(config, 'annotations') ? ['a "config" with "annotations"'] : []),
    ...(isEmptyConfig && typeof artifactType !== 'string'
      ? ['the empty "config" without an "artifactType"']
      : []),
  ];
}

function hasOsFeatures(value: unknown): boolean {
  return isFields(value) && Array.isArray(value['os.features']);
}

interface NamedType {
  readonly place: string;
  readonly type: string;
  /** Whether it says what an image or artifact is, not only what is in a layer. */
  readonly isLeading: boolean;
}

function typesIn(fields: Fields): NamedType[] {
  const { artifactType, config, layers, manifests } = fields;
  const typeOf = (value: unknown, name: string): unknown =>
    isFields(value) ? value[name] : undefined;
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const found: readonly (readonly [string, unknown, boolean])[] = [
    ['artifactType', artifactType, true],
    ['config.mediaType', typeOf(config, 'mediaType'), true],
    ...listOf(layers).map(
      (layer, at) => [`layers[${at}].mediaType`, typeOf(layer, 'mediaType'), false] as const,
    ),
    ...listOf(manifests).map(
      (entry, at) =>
        [`manifests[${at}].artifactType`, typeOf(entry, 'artifactType'), false] as const,
    ),
  ];
  return found.flatMap(([place, type, isLeading]) =>
    typeof type === 'string' ? [{ place, type, isLeading }] : [],
  );
}

function misspelt({ place, type }: NamedType): string[] {
  if (WELL_SPELT.test(type)) return [];
  if (type === '') return [`an empty "${place}"`];
  const named = `"${place}" ${shownType(type)}`;
  if (type.includes(';')) return [`${named}, because of the ";"`];
  return [`${named}, which is oddly spelt`];
}

/** ECR takes most types, so this is only worth a thought where it took none. */
function uncommon({ place, type, isLeading }: NamedType): string[] {
  const isCommon = isConfigMediaType(type) || COMMON_TYPES.some((start) => type.startsWith(start));
  if (!isLeading || isCommon || !WELL_SPELT.test(type)) return [];
  return [`perhaps "${place}" ${shownType(type)}, which is not a common one`];
}

function shownType(type: string): string {
  return JSON.stringify(type.slice(0, MAX_SHOWN));
}

/** The path of each value that `matches`, at any depth. */
function placesOf(value: unknown, matches: (value: unknown) => boolean, path = ''): string[] {
  const here = matches(value) ? [path] : [];
  if (Array.isArray(value))
    return [
      ...here,
      ...value.flatMap((item, at) => placesOf(item, matches, `${path}[${String(at)}]`)),
    ];
  if (!isFields(value)) return here;
  const inside = Object.entries(value).flatMap(([name, inner]) =>
    placesOf(inner, matches, pathTo(path, name)),
  );
  return [...here, ...inside];
}

function pathTo(path: string, name: string): string {
  if (!/^\w+$/.test(name)) return `${path}[${JSON.stringify(name.slice(0, MAX_SHOWN))}]`;
  return path === '' ? name : `${path}.${name}`;
}

function listed(what: string, places: readonly string[]): string[] {
  if (places.length === 0) return [];
  const more = places.length - MAX_PLACES;
  const rest = more > 0 ? ` and ${more} more` : '';
  return [`${what} ${places.slice(0, MAX_PLACES).join(', ')}${rest}`];
}
