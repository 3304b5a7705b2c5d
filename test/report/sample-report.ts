import type { RepositoryReference } from '../../src/ecr/names/reference.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import type { PushReport, TargetReport } from '../../src/push/report.ts';

export const [mine, theirs, config] = ['mine', 'theirs', 'config'].map((text) =>
  digestOf(Buffer.from(text)),
) as [ReturnType<typeof digestOf>, ReturnType<typeof digestOf>, ReturnType<typeof digestOf>];

export const REPOSITORY: RepositoryReference = {
  type: 'private',
  registryId: '012345678901',
  region: 'us-east-1',
  name: 'team/app',
};

/** A target to which nothing happened, but what is said. */
export function targetReport(given: Partial<TargetReport> = {}): TargetReport {
  return {
    repository: REPOSITORY,
    error: undefined,
    created: false,
    planned: undefined,
    tags: [{ tag: '1.0', kind: 'created' }],
    layers: [],
    manifests: [],
    bytesUnfinished: 0,
    bytesOnWire: 0,
    retries: 0,
    throttles: 0,
    startedAt: 0,
    finishedAt: 0,
    ...given,
  };
}

export function pushReport(...targets: readonly Partial<TargetReport>[]): PushReport {
  return {
    image: {
      descriptor: { mediaType: OCI_MANIFEST, digest: mine, size: 500 },
      config,
      platform: { os: 'linux', architecture: 'amd64' },
      instructions: new Map(),
      joined: [],
      inline: undefined,
    },
    targets: targets.map(targetReport),
  };
}
