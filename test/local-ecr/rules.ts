import { EcrError } from './errors.ts';

export type Service = 'ecr' | 'ecr-public';

const MiB = 1024 * 1024;

/** Numbers that tests may lower. Bytes where nothing else is said. */
export interface Limits {
  /** What InitiateLayerUpload proposes. */
  readonly partSize: number;
  readonly maxPartBytes: number;
  /** Of every part but the last; checked at CompleteLayerUpload. */
  readonly minPartBytes: number;
  /** A count. */
  readonly maxParts: number;
  readonly maxLayerBytes: number;
  readonly maxManifestBytes: number;
  /** A count. */
  readonly maxLayersPerImage: number;
  /** A count. */
  readonly maxRepositories: number;
  /** A count. */
  readonly maxImagesPerRepository: number;
  /** A count. */
  readonly maxTagsPerImage: number;
}

/** What differs between the two services, next to their operations (see operations/index.ts). */
export interface ServiceRules {
  readonly service: Service;
  /** Of the X-Amz-Target header. */
  readonly targetPrefix: string;
  /** The only region that a signature may name, where there is only one. */
  readonly onlyRegion?: string;
  readonly repositoryName: { readonly min: number; readonly max: number; readonly pattern: RegExp };
  /** Of the push calls; ECR Public's other calls take an account id alone. */
  readonly registryId: { readonly min?: number; readonly max?: number; readonly pattern?: RegExp };
  readonly limits: Limits;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const PRIVATE_LIMITS: Limits = {
  partSize: 10 * MiB,
  maxPartBytes: 20 * MiB,
  minPartBytes: 5 * MiB,
  maxParts: 4200,
  maxLayerBytes: 52_000 * MiB,
  maxManifestBytes: 4 * MiB,
  maxLayersPerImage: 500,
  maxRepositories: 100_000,
  maxImagesPerRepository: 100_000,
  maxTagsPerImage: 1000,
};

/** https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html */
const PUBLIC_LIMITS: Limits = {
  ...PRIVATE_LIMITS,
  maxParts: 1000,
  maxLayerBytes: 10_000 * MiB,
  maxRepositories: 10_000,
  maxImagesPerRepository: 10_000,
};

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/ */
const PRIVATE: ServiceRules = {
  service: 'ecr',
  targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
  repositoryName: {
    min: 2,
    max: 256,
    pattern: /[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*/,
  },
  registryId: { pattern: /[0-9]{12}/ },
  limits: PRIVATE_LIMITS,
};

/** https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/ */
const PUBLIC: ServiceRules = {
  service: 'ecr-public',
  targetPrefix: 'SpencerFrontendService',
  onlyRegion: 'us-east-1',
  repositoryName: {
    min: 2,
    max: 205,
    pattern: /(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*/,
  },
  registryId: { min: 2, max: 50 },
  limits: PUBLIC_LIMITS,
};

export const LIMITS = Object.keys(PRIVATE_LIMITS) as readonly (keyof Limits)[];

export function serviceRules(service: Service, overrides: Partial<Limits> = {}): ServiceRules {
  const rules = service === 'ecr' ? PRIVATE : PUBLIC;
  return { ...rules, limits: { ...rules.limits, ...overrides } };
}

export function checkRegion({ onlyRegion }: ServiceRules, region: string): void {
  if (onlyRegion === undefined || region === onlyRegion) return;
  throw new EcrError(
    'UnsupportedCommandException',
    `The command is not supported in the region '${region}'`,
  );
}
