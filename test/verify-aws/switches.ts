import type { Fault } from '../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import type { RepositorySettings } from '../local-ecr/repository.ts';

/** How the local ECR is made to behave in one of the ways that AWS may. */
export interface Switch {
  readonly options?: LocalEcrOptions;
  readonly settings?: Partial<RepositorySettings>;
  readonly faults?: readonly Fault[];
  /** Of a stored layer. */
  readonly availability?: 'ARCHIVED';
}

const MiB = 1024 * 1024;
const DEFAULT: Switch = {};

/** The `nth` and later calls are refused so. */
function refused(operation: string, name: string, more: Partial<Fault> = {}): Switch {
  const fault = { kind: 'error', operation, name, times: Infinity, ...more } as Fault;
  return { faults: [fault] };
}

/** Unknown → answer → how to get it. The answers are those of UNKNOWNS that the local ECR can give. */
export const SWITCHES: Readonly<Record<string, Readonly<Record<string, Switch>>>> = {
  'large-parts': {
    taken: DEFAULT,
    InvalidParameterException: { options: { limits: { ecr: { maxPartBytes: 10 * MiB } } } },
  },
  'held-bodies': { taken: DEFAULT, refused: { options: { bodyTimeout: 100 } } },
  'missing-layers': {
    UNAVAILABLE: { options: { behaviours: { missingLayers: 'UNAVAILABLE' } } },
    MissingLayerDigest: { options: { behaviours: { missingLayers: 'MissingLayerDigest' } } },
    omitted: { options: { behaviours: { missingLayers: 'omitted' } } },
  },
  'part-again': {
    'position told': DEFAULT,
    'no position': refused('UploadLayerPart', 'InvalidLayerPartException', { nth: 2, times: 1 }),
  },
  'completed-twice': {
    LayerAlreadyExistsException: {
      options: { behaviours: { completedTwice: 'LayerAlreadyExistsException' } },
    },
    UploadNotFoundException: {
      options: { behaviours: { completedTwice: 'UploadNotFoundException' } },
    },
  },
  'layer-visibility': {
    'at once': DEFAULT,
    'after a while': { faults: [{ kind: 'hide-layers', operation: 'PutImage', times: 2 }] },
  },
  'nested-index': {
    taken: DEFAULT,
    InvalidParameterException: refused('PutImage', 'InvalidParameterException', {
      when: ({ input }) => holdsIndex(String(input['imageManifest'])),
    }),
  },
  'same-immutable-tag': {
    ImageAlreadyExistsException: immutable('ImageAlreadyExistsException'),
    ImageTagAlreadyExistsException: immutable('ImageTagAlreadyExistsException'),
  },
  'create-on-push': {
    created: { options: { createOnPush: [{ prefix: 'ROOT' }] } },
    RepositoryNotFoundException: DEFAULT,
  },
  'archived-images': { AVAILABLE: DEFAULT, ARCHIVED: { availability: 'ARCHIVED' } },
  'upload-lifetime': {
    'still known': DEFAULT,
    gone: { faults: [{ kind: 'expire-upload', operation: 'UploadLayerPart' }] },
  },
  'public-untagged': {
    taken: { options: { behaviours: { publicNeedsTag: false } } },
    InvalidParameterException: { options: { behaviours: { publicNeedsTag: true } } },
  },
};

function immutable(
  sameImmutableTag: 'ImageAlreadyExistsException' | 'ImageTagAlreadyExistsException',
): Switch {
  return {
    options: { behaviours: { sameImmutableTag } },
    settings: { imageTagMutability: 'IMMUTABLE' },
  };
}

function holdsIndex(manifest: string): boolean {
  const { manifests = [] } = JSON.parse(manifest) as { manifests?: { mediaType?: string }[] };
  return manifests.some(({ mediaType }) => mediaType?.includes('index') === true);
}
