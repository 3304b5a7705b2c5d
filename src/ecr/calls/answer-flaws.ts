/** A JSON object as it came. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with an answer, as a phrase; undefined if nothing is. */
type Check = (answer: Fields) => string | undefined;

/**
 * The members that the action reads of each call's answer, checked like any input from outside. What ECR may leave out
 * is not asked for.
 */
const CHECKS: Readonly<Record<string, Check>> = {
  BatchCheckLayerAvailability: all(list('layers'), list('failures'), oneOf('layers', 'failures')),
  InitiateLayerUpload: uploadId,
  UploadLayerPart: lastByteReceived,
  CompleteLayerUpload: text('layerDigest'),
  PutImage: object('image'),
  BatchGetImage: all(list('images'), list('failures'), oneOf('images', 'failures')),
  DescribeImages: all(list('imageDetails'), oneOf('imageDetails')),
  DescribeRepositories: all(list('repositories'), oneOf('repositories')),
  CreateRepository: inside('repository', text('repositoryName')),
  GetLifecyclePolicy: text('lifecyclePolicyText'),
  PutLifecyclePolicy: text('lifecyclePolicyText'),
  GetRepositoryPolicy: text('policyText'),
  SetRepositoryPolicy: text('policyText'),
};

export function flawOf(call: string, answer: Fields): string | undefined {
  return CHECKS[call]?.(answer);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function all(...checks: readonly Check[]): Check {
  return (answer) => {
    for (const check of checks) {
      const flaw = check(answer);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

function oneOf(...names: readonly string[]): Check {
  return (answer) =>
    names.some((name) => answer[name] !== undefined && answer[name] !== null)
      ? undefined
      : `no ${names.join(' and no ')}`;
}

/** Absent, or a list of objects. */
function list(name: string): Check {
  return ({ [name]: value }) => {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return `${name} that is no list`;
    return value.every(isFields) ? undefined : `${name} that holds what is no object`;
  };
}

/** Absent, or an object. */
function object(name: string): Check {
  return ({ [name]: value }) =>
    value === undefined || value === null || isFields(value)
      ? undefined
      : `${name} that is no object`;
}

/** There, and sound. */
function inside(name: string, check: Check): Check {
  return ({ [name]: value }) => (isFields(value) ? check(value) : `no ${name}`);
}

function text(name: string): Check {
  return ({ [name]: value }) =>
    typeof value === 'string' && value !== '' ? undefined : `no ${name}`;
}

/** It goes into further requests and into messages. */
function uploadId({ uploadId: id }: Fields): string | undefined {
  if (typeof id !== 'string' || id === '') return 'no uploadId';
  return /^[\x21-\x7e]{1,1024}$/.test(id) ? undefined : 'an uploadId that is none';
}

/** -1 where nothing was received. */
function lastByteReceived({ lastByteReceived: last }: Fields): string | undefined {
  if (last === undefined || last === null) return 'no lastByteReceived';
  return Number.isSafeInteger(last) && Number(last) >= -1
    ? undefined
    : 'a lastByteReceived that is no position';
}
