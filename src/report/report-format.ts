import type { Platform } from '../oci/descriptor.ts';
import type { LayerReport } from '../push/report.ts';

/**
 * The report as a file: everything that the job summary shows. `schema/report-1.json` describes it to others. Times are
 * RFC 3339 in UTC, sizes are bytes; what is not known is left out.
 */
export interface ReportFile {
  readonly schemaVersion: 1;
  /** `plan`: nothing was written, and the report says what a push would do. */
  readonly mode: ReportMode;
  /** Of this action. */
  readonly version: string;
  readonly status: ReportStatus;
  /** Whether anything was uploaded, put or moved or, in a plan, would be. */
  readonly changed: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What ended the run where that is not the error of a target, as before the image could be read. */
  readonly error?: ReportError;
  /** What the user should act on, in the order in which it came; absent if there was nothing. */
  readonly warnings?: readonly string[];
  /** Absent if it could not be read. */
  readonly image?: ReportImage;
  /** None if the run ended before the push began. */
  readonly targets: readonly ReportTarget[];
}

export type ReportMode = 'push' | 'plan';

/** `failed`: any target did, or the run before there were any. */
type ReportStatus = 'complete' | 'failed';

export interface ReportError {
  /** One of docs/errors.md. */
  readonly code: string;
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

export interface ReportImage {
  /** Of the root, with the platform that it or its config names. */
  readonly descriptor: ReportDescriptor;
  /** Absent for an index. */
  readonly configDigest?: string;
  /** What it lists, if it is an index of images that were in ECR. */
  readonly joined?: readonly ReportDescriptor[];
}

export interface ReportDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: ReportPlatform;
  /** The bytes of an index that was pushed to ECR Public by digest, base64: `index-of` cannot read them there. */
  readonly data?: string;
}

/** As an index of OCI writes it. */
export interface ReportPlatform extends Pick<Platform, 'os' | 'architecture' | 'variant'> {
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
}

/** One repository. */
export interface ReportTarget {
  readonly repository: ReportRepository;
  readonly status: ReportStatus;
  readonly error?: ReportError;
  /** In a plan: whether the repository is there. */
  readonly exists?: boolean;
  /** Whether the push created the repository or, in a plan, would. */
  readonly created: boolean;
  /** What the tags point to at the end. Absent where it failed, is planned, or where that may not be looked up. */
  readonly digest?: string;
  readonly tags: readonly ReportTag[];
  /** Each config and layer of the image; none if the repository could not be asked. */
  readonly layers: readonly ReportLayer[];
  /** Those that were put or, in a plan, would be, in their order. */
  readonly manifests: readonly ReportManifest[];
  readonly totals: ReportTotals;
  /** How far it came and how to go on, if it failed. */
  readonly howFar?: string;
  readonly retries: number;
  /** Of the retries: those after ECR asked for a lower rate. */
  readonly throttles: number;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface ReportRepository {
  readonly type: 'private' | 'public';
  readonly name: string;
  /** The account or, for ECR Public, the alias. */
  readonly registryId?: string;
  readonly region?: string;
  /** The host. */
  readonly registry?: string;
  /** `HOST/NAME`, as pulls name it. */
  readonly uri?: string;
  readonly consoleUrl?: string;
}

/**
 * `left`: it still points to another image, the holder. `refused`: so does this one, and the push failed for it. `put`:
 * it points to the image, or would; what it pointed to before is unknown. `untouched`: the push did not get there.
 * `unsure`: the push failed on its way there. In a plan, what it would be.
 */
export type TagFate =
  'created' | 'moved' | 'unchanged' | 'put' | 'left' | 'refused' | 'untouched' | 'unsure';

export interface ReportTag {
  readonly tag: string;
  readonly outcome: TagFate;
  /** If it moved: the digest that it pointed to. */
  readonly from?: string;
  /** If it was left or refused: the digest that it points to. */
  readonly holder?: string;
}

export interface ReportLayer {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  /** `missing`: it did not arrive or, in a plan, would be sent. */
  readonly kind: LayerReport['kind'];
  /** Of the requests that carried it: base64 adds a third, and retries count too. */
  readonly bytesOnWire: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** What made it, without the values of build arguments. */
  readonly instruction?: string;
}

export interface ReportManifest {
  readonly digest: string;
  /** What it is in the image. */
  readonly what: string;
  readonly tag?: string;
}

/** Configs count as layers. */
export interface ReportTotals {
  readonly sent: ReportCount;
  /** There already, or completed by another job meanwhile. */
  readonly present: ReportCount;
  /** Did not arrive or, in a plan, would be sent. */
  readonly missing: ReportCount;
  /** Of those that are missing, as much as ECR has confirmed. */
  readonly bytesUnfinished: number;
  /** Of all requests that carried parts of layers. */
  readonly bytesOnWire: number;
  /** Of the image's bytes, those that needed no upload, per cent, rounded down to one decimal place; absent if it has none. */
  readonly savedPercent?: number;
}

export interface ReportCount {
  readonly layers: number;
  readonly bytes: number;
}
