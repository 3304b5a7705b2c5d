import type { ProxySettings } from '../ecr/calls/proxy.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import { parsePlatformName } from '../oci/platform.ts';
import type { ImageRequest } from '../image/resolve-image.ts';
import {
  MAX_LAYERS_AT_ONCE,
  MAX_PART_SIZE,
  MAX_PARTS_IN_FLIGHT,
  MIN_PART_SIZE,
} from '../ecr/upload/tuning.ts';
import { choice, flag, list, type ReadInput, unquoted, wholeNumber } from './read-input.ts';
import { parseSource } from './parse-source.ts';
import type { ReadText } from './parse-repository-settings.ts';
import { parseDigestTargets, parseTargets, type TargetInput } from './targets.ts';

/** The step's inputs, read once and checked. */
export interface Inputs {
  /** Paths or globs of OCI layouts; none if images are joined. */
  readonly layouts: readonly string[];
  /** Descriptors of images in ECR to join, as JSON, and paths and globs of files that hold some; none to push layouts. */
  readonly indexOf: readonly string[];
  /** Where links may lead that lead out of a layout. */
  readonly followLinks: 'none' | 'workspace';
  readonly request: ImageRequest;
  /** For layers of a `docker save` archive that are not compressed yet. */
  readonly layerCompression: 'gzip' | 'zstd' | 'none';
  readonly targets: readonly TargetInput[];
  readonly ifTagExists: 'fail' | 'skip';
  /** Whether the first target that fails stops the others. */
  readonly failFast: boolean;
  /** Whether to say what a push would do, and write nothing. */
  readonly dryRun: boolean;
  /** How to create missing repositories; undefined leaves them missing. */
  readonly createRepository: RepositorySettings | undefined;
  readonly proxies: ProxySettings;
  /** The most layers in flight at once, across all repositories; undefined for the maximum. */
  readonly concurrency: number | undefined;
  /** Bytes in each part of a layer; undefined to take what ECR offers. */
  readonly partSize: number | undefined;
  /** Whether uploads go on where an earlier run ended, and leave where they ended. */
  readonly resume: boolean;
  /** Parts of one layer on the wire at once; undefined to find out. */
  readonly partsInFlight: number | undefined;
  /** Whether the job's page gets a summary. */
  readonly summary: boolean;
}

const MIB = 1024 * 1024;

/** @throws PushError INVALID_INPUT */
export async function parseInputs(given: ReadInput, readText: ReadText): Promise<Inputs> {
  const read: ReadInput = (name) => unquoted(given(name));
  return {
    ...parseSource({
      layout: read('layout'),
      indexOf: read('index-of'),
      image: read('image'),
      platforms: read('platforms'),
      singleImage: read('single-image'),
    }),
    followLinks: choice(read, 'follow-links', ['none', 'workspace'], {
      yes: 'workspace',
      no: 'none',
    }),
    request: parseRequest(read),
    layerCompression: choice(read, 'layer-compression', ['gzip', 'zstd', 'none'], { no: 'none' }),
    targets: readTargets(read),
    ifTagExists: choice(read, 'if-tag-exists', ['fail', 'skip']),
    failFast: flag(read, 'fail-fast', false),
    dryRun: flag(read, 'dry-run', false),
    createRepository: await parseCreation(read, readText),
    proxies: {
      httpsProxy: read('https-proxy') || undefined,
      httpProxy: read('http-proxy') || undefined,
      noProxy: read('no-proxy') || undefined,
    },
    concurrency: wholeNumber(read, 'concurrency', [1, MAX_LAYERS_AT_ONCE]),
    partSize: parsePartSize(read),
    resume: flag(read, 'resume', true),
    partsInFlight: wholeNumber(read, 'parts-in-flight', [1, MAX_PARTS_IN_FLIGHT], 'auto'),
    summary: flag(read, 'summary', true),
  };
}

function readTargets(read: ReadInput): readonly TargetInput[] {
  const parse = flag(read, 'push-by-digest', false) ? parseDigestTargets : parseTargets;
  return parse(list(read('tags')), {
    repository: read('repository') || undefined,
    registryType: choice(read, 'registry-type', ['private', 'public']),
    registryId: read('registry-id') || undefined,
    region: read('aws-region') || undefined,
  });
}

/** The input is in MiB, within what ECR accepts. */
function parsePartSize(read: ReadInput): number | undefined {
  const mebibytes = wholeNumber(read, 'part-size', [MIN_PART_SIZE / MIB, MAX_PART_SIZE / MIB]);
  return mebibytes === undefined ? undefined : mebibytes * MIB;
}

async function parseCreation(
  read: ReadInput,
  readText: ReadText,
): Promise<RepositorySettings | undefined> {
  const isWanted = flag(read, 'create-repository', false);
  const text = read('repository-settings');
  if (!isWanted && text === '') return undefined;
  const { parseRepositorySettings } = await import('./parse-repository-settings.ts');
  const settings = await parseRepositorySettings(text, readText);
  return isWanted ? settings : undefined;
}

function parseRequest(read: ReadInput): ImageRequest {
  return {
    image: read('image') || undefined,
    shape: {
      platforms: list(read('platforms')).map(parsePlatformName),
      attestations: choice(read, 'attestations', ['keep', 'drop'], { yes: 'keep', no: 'drop' }),
      singleImage: choice(read, 'single-image', ['keep', 'unwrap'], { yes: 'unwrap', no: 'keep' }),
    },
    referrers: flag(read, 'referrers', true),
  };
}
