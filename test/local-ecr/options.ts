import type { Statement } from './policy.ts';
import type { Limits, Service } from './rules.ts';
import type { RepositorySettings } from './repository.ts';

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** When given, requests must carry it. */
  readonly sessionToken?: string;
  readonly accountId: string;
  /** From then on ExpiredTokenException. */
  readonly expired?: boolean;
  /** What the key may do; everything in its own and every other known account when absent. */
  readonly policy?: readonly Statement[];
}

/** A repository creation template: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html */
export interface CreationTemplate {
  /** `ROOT` stands for every name. */
  readonly prefix: string;
  readonly settings?: Partial<RepositorySettings>;
}

/** A token bucket: `rate` calls a second, up to `burst` at once. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/** Where AWS's behaviour is not known, or differs with time: each can be switched. */
export interface Behaviours {
  /** How BatchCheckLayerAvailability answers for a layer that is not there. */
  readonly missingLayers: 'UNAVAILABLE' | 'MissingLayerDigest' | 'omitted';
  /** How CompleteLayerUpload answers for an upload that it has completed before. */
  readonly completedTwice: 'LayerAlreadyExistsException' | 'UploadNotFoundException';
  /** How PutImage answers when an immutable tag already stands for the very same manifest. */
  readonly sameImmutableTag: 'ImageAlreadyExistsException' | 'ImageTagAlreadyExistsException';
  /** Whether ECR Public's PutImage refuses an image (not an index) without a tag. */
  readonly publicNeedsTag: boolean;
  /** Whether ECR Public's tags can be moved: its model has an error for those that cannot, and no setting. */
  readonly publicTags: 'MUTABLE' | 'IMMUTABLE';
}

/** What stands between clients and the service. */
export interface TransportOptions {
  /** Bytes of bodies a second that one connection may bring: it is read no faster. */
  readonly connectionRate?: number;
  /** Milliseconds without a byte of a request's body after which its connection is closed, as front ends do. */
  readonly bodyTimeout?: number;
  /** Whether HTTP 408 is answered first; `close`, the default, just closes. */
  readonly bodyTimeoutAnswer?: 'close' | '408';
}

export interface LocalEcrOptions extends TransportOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** Kept, and read again at the next start. Without it a temporary folder is used and removed. */
  readonly dataDir?: string;
  /** Of `env` and of `createRepository` when it names none. */
  readonly region?: string;
  /** The first is the one in `env`. */
  readonly credentials?: readonly Credential[];
  /** Accounts that exist without a credential here. */
  readonly accounts?: readonly string[];
  /** Of public registries: alias to account id. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Record<Service, Partial<Limits>>>;
  readonly behaviours?: Partial<Behaviours>;
  /** By operation, of both services. */
  readonly throttle?: Readonly<Record<string, Rate>>;
  /** KMS keys that do not work, with the error that KMS gives for them. */
  readonly brokenKeys?: Readonly<Record<string, string>>;
  /** Calls that are refused each time, with the exception to answer: ServerException with HTTP 500, others with 400. */
  readonly failing?: Readonly<Record<string, string>>;
  readonly createOnPush?: readonly CreationTemplate[];
  /**
   * How a part is refused, from the first bytes of its body, while another one of its upload has no answer yet: `close`
   * closes the connection; a number is the HTTP status of an answer that is no JSON; any other word is the name of an
   * exception, of which InvalidLayerPartException tells where the upload stands. No part is refused so when absent.
   */
  readonly refuseEarly?: string | number;
  /** Whether pulls need `Authorization: Basic`. */
  readonly pullPassword?: string;
}

export const DEFAULT_REGION = 'us-east-1';

export const DEFAULT_CREDENTIAL: Credential = {
  accessKeyId: 'AKIDLOCALEXAMPLE',
  secretAccessKey: 'local-secret',
  accountId: '012345678901',
};

export const DEFAULT_ALIAS = 'local';

/** What each behaviour may be; the first is what it is unless it is set. */
export const BEHAVIOURS: {
  readonly [K in keyof Behaviours]: readonly [Behaviours[K], ...Behaviours[K][]];
} = {
  missingLayers: ['UNAVAILABLE', 'MissingLayerDigest', 'omitted'],
  completedTwice: ['LayerAlreadyExistsException', 'UploadNotFoundException'],
  sameImmutableTag: ['ImageAlreadyExistsException', 'ImageTagAlreadyExistsException'],
  publicNeedsTag: [false, true],
  publicTags: ['MUTABLE', 'IMMUTABLE'],
};

export const DEFAULT_BEHAVIOURS: Behaviours = {
  missingLayers: BEHAVIOURS.missingLayers[0],
  completedTwice: BEHAVIOURS.completedTwice[0],
  sameImmutableTag: BEHAVIOURS.sameImmutableTag[0],
  publicNeedsTag: BEHAVIOURS.publicNeedsTag[0],
  publicTags: BEHAVIOURS.publicTags[0],
};
