import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { PushReport } from '../push/report.ts';
import type {
  ReportDescriptor,
  ReportFile,
  ReportImage,
  ReportMode,
  ReportPlatform,
  ReportTarget,
} from './report-format.ts';
import { isChange, reportError, reportTarget, timeOf } from './report-target.ts';

/** One run of the action. */
export interface Run {
  readonly mode: ReportMode;
  /** Of the action. */
  readonly version: string;
  /** Undefined if the run ended before the push began. */
  readonly report: PushReport | undefined;
  /** What ended the run, if anything did. Where targets failed, it says no more than their own errors. */
  readonly error: unknown;
  /** What the user should act on. */
  readonly warnings: readonly string[];
  /** Whether the next run knows where uploads ended. */
  readonly isKept: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Everything there is to tell of a run, as plain JSON: the summary is made from it. */
export function toReportFile(run: Run): ReportFile {
  const { mode, version, report, error, warnings, isKept, startedAt, finishedAt } = run;
  const targets = report === undefined ? [] : reportedTargets(report, { mode, isKept });
  const isOfTargets = targets.some(({ status }) => status === 'failed');
  return {
    schemaVersion: 1,
    mode,
    version,
    status: error !== undefined || isOfTargets ? 'failed' : 'complete',
    changed: targets.some((target) => isChange(target, mode)),
    startedAt: timeOf(startedAt),
    finishedAt: timeOf(finishedAt),
    ...(error !== undefined && !isOfTargets && { error: reportError(error) }),
    ...(warnings.length > 0 && { warnings }),
    ...(report !== undefined && { image: reportedImage(report.image) }),
    targets,
  };
}

function reportedTargets(
  { image, targets }: PushReport,
  how: Pick<Run, 'mode' | 'isKept'>,
): readonly ReportTarget[] {
  return targets.map((target) => reportTarget(target, { image, ...how }));
}

function reportedImage({
  descriptor,
  config,
  platform,
  joined,
  inline,
}: PushReport['image']): ReportImage {
  return {
    descriptor: {
      ...reportedDescriptor({ ...descriptor, ...(platform !== undefined && { platform }) }),
      ...(inline !== undefined && { data: Buffer.from(inline).toString('base64') }),
    },
    ...(config !== undefined && { configDigest: config }),
    ...(joined.length > 0 && { joined: joined.map(reportedDescriptor) }),
  };
}

/** Without its annotations. */
function reportedDescriptor({ mediaType, digest, size, platform }: Descriptor): ReportDescriptor {
  return {
    ...{ mediaType, digest, size },
    ...(platform !== undefined && { platform: reportedPlatform(platform) }),
  };
}

function reportedPlatform(platform: Platform): ReportPlatform {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return {
    os,
    architecture,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
  };
}
