import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import type {
  LayerReport,
  PlannedReport,
  PushReport,
  TargetReport,
} from '../../src/push/report.ts';
import type { Run } from '../../src/report/report-file.ts';
import { mine, pushReport, REPOSITORY, theirs } from './sample-report.ts';

const MIB = 1024 * 1024;
/** 2026-01-01T12:00:00Z */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** A push that is complete, but for what is said. */
export function sampleRun(given: Partial<Run>): Run {
  return {
    mode: 'push',
    version: '1.2.0',
    report: undefined,
    error: undefined,
    warnings: [],
    isKept: true,
    startedAt: NOON,
    finishedAt: NOON + 20_000,
    ...given,
  };
}

/** Layers and, last, a config, each a second after the one before. */
function layers(number: number, kind: LayerReport['kind']): LayerReport[] {
  return Array.from({ length: number + 1 }, (_, at) => {
    const isConfig = at === number;
    const size = isConfig ? 3000 : (at + 1) * MIB;
    return {
      descriptor: {
        mediaType: isConfig ? OCI_CONFIG : OCI_LAYER_GZIP,
        digest: digestOf(Buffer.from(`blob ${at}`)),
        size,
      },
      kind,
      bytesOnWire: kind === 'sent' ? Math.ceil((size * 4) / 3) : 0,
      startedAt: kind === 'sent' ? NOON + at * 1000 : undefined,
      finishedAt: kind === 'sent' ? NOON + at * 1000 + 1500 + at * 10 : undefined,
    };
  });
}

function instructions(pushed: readonly LayerReport[]): PushReport['image']['instructions'] {
  const steps = pushed.slice(0, -1).map(({ descriptor }, at) => {
    const made = at === 0 ? 'ADD alpine.tar.gz / # buildkit' : `RUN /bin/sh -c make part-${at}`;
    return [descriptor.digest, made] as const;
  });
  return new Map(steps);
}

/** Several targets get the same layers, unless it is said what became of them there. */
function report(
  all: readonly LayerReport[],
  ...targets: readonly Partial<TargetReport>[]
): PushReport {
  const pushed = pushReport(
    ...targets.map((target) => ({
      layers: all,
      startedAt: NOON + 1000,
      finishedAt: NOON + 19_000,
      bytesOnWire: all.reduce((sum, { bytesOnWire }) => sum + bytesOnWire, 0),
      ...target,
    })),
  );
  return { ...pushed, image: { ...pushed.image, instructions: instructions(all) } };
}

const manifests = [{ digest: mine, what: `root image ${mine} (linux/amd64)`, tag: '1.0' }];
const [first, second, third, ...others] = layers(4, 'sent');
if (!first || !second || !third) throw new Error('there are five');
const there = (layer: LayerReport): LayerReport => ({
  ...layer,
  kind: 'present',
  bytesOnWire: 0,
  startedAt: undefined,
  finishedAt: undefined,
});
const elsewhere = { ...REPOSITORY, region: 'eu-west-1' };
const PLANNED: PlannedReport = {
  repository: 'none',
  tags: [
    { tag: '1.0', kind: 'create' },
    { tag: 'latest', kind: 'move', from: theirs },
  ],
  manifests,
};
const asPlanned = layers(4, 'missing');
const immutable = new PushError(
  'TAG_IS_IMMUTABLE',
  `tag 1.0 points to ${theirs} and cannot move to ${mine}`,
);
const lost = new PushError(
  'CONNECTION_LOST',
  'UploadLayerPart: the connection was lost (ECONNRESET)',
);

/** Each has a base, two layers of its own, and a config. */
function fourPlatforms(): PushReport {
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'];
  const steps = ['ADD rootfs.tar.gz /', 'RUN apk add --no-cache python3', 'COPY app /app', ''];
  const sizes = [3.4 * MIB, 14.2 * MIB, 600_000, 1800];
  const made = platforms.flatMap((platform, at) =>
    steps.map((step, which) => {
      const from = NOON + 1000 + 300 * at + 900 * which;
      const size = Math.round((sizes[which] ?? 0) * (1 - at / 10));
      const layer: LayerReport = {
        descriptor: {
          mediaType: step === '' ? OCI_CONFIG : OCI_LAYER_GZIP,
          digest: digestOf(Buffer.from(`${platform} ${step}`)),
          size,
        },
        kind: 'sent',
        bytesOnWire: Math.ceil((size * 4) / 3),
        startedAt: from,
        finishedAt: from + 150 + Math.round(size / 2500),
      };
      return { layer, step };
    }),
  );
  const children = platforms.map((platform) => {
    const digest = digestOf(Buffer.from(platform));
    return { digest, what: `image ${digest} (${platform})`, tag: undefined };
  });
  const root = { digest: mine, what: `root index ${mine}`, tag: '1.0' };
  const pushed = report(
    made.map(({ layer }) => layer),
    { manifests: [...children, root] },
  );
  const { descriptor } = pushed.image;
  return {
    ...pushed,
    image: {
      descriptor: { ...descriptor, mediaType: OCI_INDEX, size: 1608 },
      ...{ config: undefined, platform: undefined, joined: [], inline: undefined },
      instructions: new Map(made.map(({ layer, step }) => [layer.descriptor.digest, step])),
    },
  };
}

function joined(pushed: PushReport): PushReport {
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm', variant: 'v7' },
    { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' },
    { os: 'unknown', architecture: 'unknown' },
  ];
  const entries = platforms.map((platform) => ({
    ...{ mediaType: OCI_MANIFEST, size: 500, platform },
    digest: digestOf(Buffer.from(JSON.stringify(platform))),
    annotations: { kept: 'from the report' },
  }));
  const { image } = pushed;
  const descriptor = { ...image.descriptor, mediaType: OCI_INDEX, size: 1608 };
  const root = { descriptor, config: undefined, platform: undefined, instructions: new Map() };
  return { ...pushed, image: { ...image, ...root, joined: entries } };
}

/** What a summary may be of. */
export const SAMPLES = {
  'a first push': sampleRun({
    report: report(layers(4, 'sent'), { manifests, created: true, retries: 3, throttles: 2 }),
  }),
  'images that were joined': sampleRun({
    report: joined(
      pushReport({
        manifests: [{ digest: mine, what: `root index ${mine}`, tag: '1.0' }],
        startedAt: NOON + 1000,
        finishedAt: NOON + 2000,
      }),
    ),
  }),
  'an image by digest': sampleRun({
    report: report(layers(1, 'sent'), {
      manifests: [{ digest: mine, what: `root image ${mine} (linux/amd64)`, tag: undefined }],
      tags: [],
    }),
  }),
  'a push that changed nothing': sampleRun({
    report: report(layers(4, 'present'), { tags: [{ tag: '1.0', kind: 'unchanged' }] }),
  }),
  'a push of one layer': sampleRun({
    warnings: [`Tag old is immutable and still points to ${theirs}`],
    report: report([first, ...[second, third, ...others].map(there)], {
      manifests,
      tags: [
        { tag: '1.0', kind: 'created' },
        { tag: 'latest', kind: 'moved', from: theirs },
        { tag: 'v1', kind: 'put' },
        { tag: 'old', kind: 'skipped', holder: theirs },
      ],
    }),
  }),
  'a push to three repositories of which one failed': sampleRun({
    report: report(
      layers(4, 'sent'),
      { manifests },
      { manifests, repository: elsewhere },
      {
        repository: { ...REPOSITORY, name: 'team/locked' },
        error: immutable,
        layers: layers(4, 'missing'),
        bytesOnWire: 0,
        tags: [{ tag: '1.0', kind: 'refused', holder: theirs }],
      },
    ),
  }),
  'an index of four platforms': sampleRun({ report: fourPlatforms() }),
  'a plan': sampleRun({
    mode: 'plan',
    report: report(asPlanned, {
      planned: PLANNED,
      tags: [
        { tag: '1.0', kind: 'untouched' },
        { tag: 'latest', kind: 'untouched' },
      ],
    }),
  }),
  'a plan for a repository that would be created': sampleRun({
    mode: 'plan',
    report: report(asPlanned, { planned: { ...PLANNED, repository: 'create' } }),
  }),
  'a plan for a repository that is not there': sampleRun({
    mode: 'plan',
    report: report(asPlanned, { planned: { ...PLANNED, repository: 'await' } }),
  }),
  'a plan that would fail': sampleRun({
    mode: 'plan',
    report: report(asPlanned, {
      error: immutable,
      planned: { ...PLANNED, tags: [{ tag: '1.0', kind: 'refuse', holder: theirs }] },
    }),
  }),
  'a push of 200 layers': sampleRun({
    report: report(layers(200, 'sent'), { manifests, finishedAt: NOON + 204_000 }),
  }),
  'a push that lost the network': sampleRun({
    report: report(
      [
        first,
        there(second),
        { ...third, kind: 'missing', finishedAt: undefined },
        ...asPlanned.slice(3),
      ],
      {
        error: lost,
        bytesUnfinished: 2 * MIB,
        retries: 40,
        tags: [{ tag: '1.0', kind: 'untouched' }],
      },
    ),
  }),
  'a push that was cancelled': sampleRun({
    report: report([first, ...asPlanned.slice(1)], {
      error: new PushError('CANCELLED', 'The step was cancelled'),
      tags: [{ tag: '1.0', kind: 'unsure' }],
    }),
  }),
  'a run without a layout': sampleRun({
    error: new PushError('LAYOUT_NOT_FOUND', 'image.tar does not exist'),
  }),
} satisfies Readonly<Record<string, Run>>;
