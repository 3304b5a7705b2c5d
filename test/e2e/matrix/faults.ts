import type { Fault } from '../../local-ecr/faults.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { type MatrixCall, PART } from './calls.ts';

/** No text of a server may stand where the runner would take it for a command. */
export const MARK = 'FORGED';
const HOSTILE = [
  'said',
  `::error::${MARK}`,
  `::add-mask::${MARK}`,
  `::set-output name=digest::${MARK}`,
  `##[error]${MARK}`,
  `${MARK} \u001b[31m\u0007\u0000 end`,
].join('\r\n');

const HTML = `<html><head><title>Error</title></head>\n<body>\n${MARK}\n</body></html>`;

/** As proxies answer. */
function page(status: number, headers: Record<string, string> = {}) {
  return {
    kind: 'http' as const,
    status,
    headers: { 'content-type': 'text/html', ...headers },
    body: HTML,
  };
}

function refused(name: string, message = 'The text that AWS gives'): Fault {
  return { kind: 'error', name, message };
}

function changed(change: (output: Record<string, unknown>) => object): Fault {
  return { kind: 'answer', change };
}

function member(name: string, value: unknown): Fault {
  return changed((output) => ({ ...output, [name]: value }));
}

/** An answer with every value of one kind exchanged, at any depth. */
function everywhere(exchange: (value: unknown) => unknown): Fault {
  const walk = (value: unknown): unknown => {
    const put = exchange(value);
    if (put !== value || typeof value !== 'object' || value === null) return put;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  return changed((output) =>
    Object.fromEntries(Object.entries(output).map(([key, value]) => [key, walk(value)])),
  );
}

function wrongPart(lastValidByteReceived: unknown): Fault {
  const fields = { lastValidByteReceived };
  return { kind: 'error', name: 'InvalidLayerPartException', message: 'First byte', fields };
}

/** What must become of a push: `success`, or the code of its error. */
export type Outcome = 'success' | ErrorCode;

/** The same for every call, or by call. */
type Expected = Outcome | ((call: MatrixCall) => Outcome);

/** A row of the table. */
export interface MatrixFault {
  readonly name: string;
  readonly fault: Fault;
  /** The calls that it can befall, by operation or by column; every call when absent. */
  readonly only?: readonly string[];
  /** When it befalls one call, and the calls after it are sound; not to be had when absent. */
  readonly once?: Expected;
  /** When it befalls every call from the first on, and the action gives up. */
  readonly always?: Expected;
  /** The layer may have to be sent again. */
  readonly restarts?: boolean;
  /** AWS_MAX_ATTEMPTS, which keeps short what does not pass; 3 when absent. */
  readonly attempts?: number;
}

export type Mode = 'once' | 'always';

/** Undefined where the call cannot be struck so. */
export function expectedOutcome(
  fault: MatrixFault,
  call: MatrixCall,
  mode: Mode,
): Outcome | undefined {
  const { [mode]: expected, only = [call.operation] } = fault;
  if (expected === undefined) return undefined;
  if (!only.includes(call.operation) && !only.includes(call.name)) return undefined;
  if (call.isOptional) return 'success';
  return typeof expected === 'string' ? expected : expected(call);
}

/** Where the work was done, and its answer is lost each time: the next attempt may find that out. */
function unlessFoundOut(code: ErrorCode): Expected {
  return ({ showsThatItIsDone }) => (showsThatItIsDone ? 'success' : code);
}

const PART_CALL = ['UploadLayerPart'];
const INITIATE = ['InitiateLayerUpload'];
const COMPLETE = ['CompleteLayerUpload'];
const PUT = ['PutImage'];
const PUT_TAG = ['PutImage of the tag', 'public PutImage'];
const UPLOAD = [...INITIATE, ...PART_CALL, ...COMPLETE];

const whole = (answer: string): string => answer;
const half = (answer: string): string => answer.slice(0, answer.length / 2);
const OTHER_DIGEST = `sha256:${'0'.repeat(64)}`;

/** It passes by itself, or the action gives up with this code. */
function passing(name: string, fault: Fault, always: ErrorCode): MatrixFault {
  return { name, fault, once: 'success', always };
}

/** The call is done, and its answer is of no use. */
function done(name: string, fault: Fault, code: ErrorCode): MatrixFault {
  return { name, fault, once: 'success', always: unlessFoundOut(code) };
}

/** It will not pass: there is one attempt. */
function final(name: string, fault: Fault, code: ErrorCode): MatrixFault {
  return { name, fault, once: code, always: code };
}

const serverException = { name: 'ServerException', status: 500 } as const;

/** What goes wrong between the action and ECR, or in ECR. */
const TRANSPORT: readonly MatrixFault[] = [
  passing('ServerException', { kind: 'error', ...serverException }, 'SERVER_ERROR'),
  ...[500, 502, 503, 504].map((status) =>
    passing(`HTTP ${status} with a page`, page(status), 'SERVER_ERROR'),
  ),
  passing('HTTP 408 with a page', page(408), 'CONNECTION_LOST'),
  passing('HTTP 429 with a page', page(429), 'THROTTLED'),
  passing('ThrottlingException', { kind: 'throttle' }, 'THROTTLED'),
  ...[403, 404, 413, 501].map((status) =>
    final(`HTTP ${status} with a page`, page(status), 'INVALID_ENDPOINT'),
  ),
  final(
    'HTTP 302 to elsewhere',
    page(302, { location: 'http://127.0.0.1:1/login' }),
    'INVALID_ENDPOINT',
  ),
  final('HTTP 407 with a page', page(407), 'PROXY_REFUSED'),
  passing('reset before the body', { kind: 'reset-in-body', afterBytes: 0 }, 'CONNECTION_LOST'),
  passing('reset in the body', { kind: 'reset-in-body', afterBytes: 20 }, 'CONNECTION_LOST'),
  passing('reset after the body', { kind: 'reset' }, 'CONNECTION_LOST'),
  done('done, answer lost', { kind: 'answer-lost' }, 'CONNECTION_LOST'),
  done('done, ServerException', { kind: 'error-after-effect', ...serverException }, 'SERVER_ERROR'),
  done('done, HTTP 504', { ...page(504), kind: 'http-after-effect' }, 'SERVER_ERROR'),
  done(
    'done, connection cut in the answer',
    { kind: 'http-after-effect', body: whole, cutAfter: 9 },
    'CONNECTION_LOST',
  ),
  done('done, answer truncated', { kind: 'http-after-effect', body: half }, 'UNEXPECTED_RESPONSE'),
  done(
    'done, HTTP 200 and nothing',
    { kind: 'http-after-effect', body: '' },
    'UNEXPECTED_RESPONSE',
  ),
  done('done, HTTP 200 and `{}`', { kind: 'http-after-effect', body: '{}' }, 'UNEXPECTED_RESPONSE'),
  passing('not done, HTTP 200 and nothing', { kind: 'http', body: '' }, 'UNEXPECTED_RESPONSE'),
  passing('not done, HTTP 200 and `{}`', { kind: 'http', body: '{}' }, 'UNEXPECTED_RESPONSE'),
  passing('HTTP 200 with garbage', { kind: 'http', body: `${HOSTILE}}{` }, 'UNEXPECTED_RESPONSE'),
  passing('HTTP 200 with `null`', { kind: 'http', body: 'null' }, 'UNEXPECTED_RESPONSE'),
  passing('HTTP 200 with a list', { kind: 'http', body: '[1]' }, 'UNEXPECTED_RESPONSE'),
  passing('HTTP 200 with a page', page(200), 'UNEXPECTED_RESPONSE'),
  {
    name: 'answer late by 300 ms',
    fault: { kind: 'delay', milliseconds: 300 },
    once: 'success',
    always: 'success',
  },
  {
    name: 'answer in drops',
    fault: { kind: 'http-after-effect', body: whole, drip: { bytes: 20, milliseconds: 5 } },
    once: 'success',
    always: 'success',
  },
  { name: 'no answer', fault: { kind: 'hang' }, once: 'success' },
  { name: 'done, no answer', fault: { kind: 'hang-after-effect' }, once: 'success' },
  {
    name: 'an answer that never ends',
    fault: { kind: 'http', padding: Infinity, drip: { bytes: 1, milliseconds: 200 } },
    once: 'success',
  },
  done(
    'done, 100 MB before the answer',
    { kind: 'http-after-effect', body: whole, padding: 100_000_000 },
    'UNEXPECTED_RESPONSE',
  ),
  {
    name: 'connections refused for 300 ms',
    fault: { kind: 'down', milliseconds: 300 },
    once: 'success',
    attempts: 20,
  },
];

/** Errors that ECR names. */
const REFUSALS: readonly MatrixFault[] = [
  final('ExpiredTokenException', refused('ExpiredTokenException'), 'CREDENTIALS_EXPIRED'),
  {
    name: 'the clock 20 minutes ahead',
    fault: { kind: 'clock', skew: 1_200_000 },
    once: 'success',
  },
  {
    name: 'the clock 20 minutes behind',
    fault: { kind: 'clock', skew: -1_200_000 },
    once: 'success',
  },
  {
    name: 'AccessDeniedException',
    fault: refused('AccessDeniedException'),
    always: ({ isLookUp }) => (isLookUp ? 'success' : 'ACCESS_DENIED'),
  },
  {
    name: 'LimitExceededException',
    fault: refused('LimitExceededException'),
    always: 'LIMIT_EXCEEDED',
  },
  { name: 'an unknown exception', fault: refused('NovelException'), always: 'UNEXPECTED_RESPONSE' },
  {
    name: 'an exception whose text holds commands',
    fault: refused('NovelException', HOSTILE),
    always: 'UNEXPECTED_RESPONSE',
  },
  {
    name: 'an exception whose name holds commands',
    fault: refused(HOSTILE, 'The text that AWS gives'),
    always: 'UNEXPECTED_RESPONSE',
  },
  {
    name: 'an exception with a text of 10 MB',
    fault: refused('NovelException', 'long '.repeat(2_000_000)),
    always: 'UNEXPECTED_RESPONSE',
  },
];

/** The answers to the look-ups are lists. */
function unlessListed({ operation }: MatrixCall): Outcome {
  const lists = ['BatchGetImage', 'BatchCheckLayerAvailability', 'DescribeImages'];
  return lists.includes(operation) ? 'UNEXPECTED_RESPONSE' : 'success';
}

/** Answers whose members are not what they should be. */
const ANSWERS: readonly MatrixFault[] = [
  {
    name: 'ids with commands',
    fault: everywhere((value) =>
      typeof value === 'string' && !value.startsWith('sha256:') ? `${value}\n${HOSTILE}` : value,
    ),
    once: 'success',
    always: ({ operation }) =>
      operation === 'InitiateLayerUpload' ? 'UNEXPECTED_RESPONSE' : 'success',
  },
  {
    name: 'a registryId that is a host',
    fault: member('registryId', 'evil.example.com/'),
    once: 'success',
    always: 'success',
  },
  {
    name: 'digests with commands',
    fault: everywhere((value) =>
      typeof value === 'string' && value.startsWith('sha256:') ? `${value}\n${HOSTILE}` : value,
    ),
    once: 'success',
    always: 'success',
  },
  {
    name: 'objects for lists',
    fault: everywhere((value) => (Array.isArray(value) ? {} : value)),
    once: 'success',
    always: unlessListed,
  },
  {
    name: 'lists of nulls',
    fault: everywhere((value) => (Array.isArray(value) ? [null] : value)),
    once: 'success',
    always: unlessListed,
  },
  {
    name: 'numbers for texts',
    fault: everywhere((value) => (typeof value === 'string' ? 7 : value)),
    once: 'success',
    always: ({ operation }) =>
      operation === 'InitiateLayerUpload' ? 'UNEXPECTED_RESPONSE' : 'success',
  },
  done(
    'nulls for all',
    everywhere(() => null),
    'UNEXPECTED_RESPONSE',
  ),
];

/** What befalls the content. */
const CONTENT: readonly MatrixFault[] = [
  {
    name: 'the repository is deleted',
    fault: { kind: 'delete-repository' },
    only: [...UPLOAD, ...PUT],
    once: 'REPOSITORY_NOT_FOUND',
    restarts: true,
  },
  {
    name: 'the layers are collected',
    fault: { kind: 'collect-layers' },
    only: PUT,
    once: 'success',
    restarts: true,
  },
  {
    name: 'the layers are not seen yet',
    fault: { kind: 'hide-layers' },
    only: PUT,
    once: 'success',
    // What is tagged is an index, which names no layers.
    always: ({ name }) => (name === 'PutImage' ? 'UPLOAD_FAILED' : 'success'),
  },
];

/** The calls that upload a layer. */
const LAYERS: readonly MatrixFault[] = [
  ...[0, 1, -1, 0.5, 'abc', 1e300, null].map((value) => ({
    name: `\`partSize\` ${JSON.stringify(value)}`,
    fault: member('partSize', value),
    only: INITIATE,
    once: 'success' as const,
    always: 'success' as const,
  })),
  ...(
    [
      ['missing', null],
      ['empty', ''],
      ['with commands', `id\n${HOSTILE}`],
    ] as const
  ).map(([what, value]) => ({
    name: `\`uploadId\` ${what}`,
    fault: member('uploadId', value),
    only: INITIATE,
    once: 'success' as const,
    always: 'UNEXPECTED_RESPONSE' as const,
  })),
  {
    name: '`uploadId` of no upload',
    fault: member('uploadId', '11111111-1111-1111-1111-111111111111'),
    only: INITIATE,
    once: 'success',
    always: 'UPLOAD_FAILED',
    restarts: true,
  },
  ...(
    [
      ['a byte behind', 2 * PART - 2],
      ['half a part behind', 1.5 * PART - 1],
      ['far behind', 10],
      ['-1', -1],
      ['-5', -5],
      ['a byte ahead', 2 * PART],
      ['far ahead', 10 * PART],
      ['a word', 'abc'],
      ['a number as text', String(2 * PART - 1)],
      ['a fraction', 2 * PART - 0.5],
      ['1e300', 1e300],
      ['missing', null],
    ] as const
  ).map(([what, value]) => ({
    name: `\`lastByteReceived\` ${what}`,
    fault: member('lastByteReceived', value),
    only: PART_CALL,
    once: 'success' as const,
  })),
  {
    name: 'half of the part taken',
    fault: { kind: 'take-half' },
    only: PART_CALL,
    once: 'success',
    always: 'UPLOAD_FAILED',
    restarts: true,
  },
  {
    name: 'the upload expires',
    fault: { kind: 'expire-upload' },
    only: [...PART_CALL, ...COMPLETE],
    once: 'success',
    always: 'UPLOAD_FAILED',
    restarts: true,
  },
  ...(
    [
      ['right', PART - 1],
      ['behind', 10],
      ['ahead', 10 * PART],
      ['missing', null],
      ['a fraction', 0.5],
      ['a word', 'abc'],
      ['-1', -1],
    ] as const
  ).map(([what, value]) => ({
    name: `InvalidLayerPartException, \`lastValidByteReceived\` ${what}`,
    fault: wrongPart(value),
    only: PART_CALL,
    once: 'success' as const,
    always: 'UPLOAD_FAILED' as const,
    restarts: true,
  })),
  ...(
    [
      ['InvalidLayerException', refused('InvalidLayerException')],
      ['LayerPartTooSmallException', refused('LayerPartTooSmallException')],
    ] as const
  ).map(([name, fault]) => ({
    name,
    fault,
    only: COMPLETE,
    once: 'success' as const,
    always: 'UPLOAD_FAILED' as const,
    restarts: true,
  })),
  {
    name: 'another `layerDigest`',
    fault: member('layerDigest', OTHER_DIGEST),
    only: COMPLETE,
    once: 'success',
    always: 'success',
  },
];

/** PutImage. */
const IMAGES: readonly MatrixFault[] = [
  {
    name: 'another `imageDigest`',
    fault: everywhere((value) =>
      typeof value === 'string' && value.startsWith('sha256:') ? OTHER_DIGEST : value,
    ),
    only: PUT,
    once: 'success',
    always: 'success',
  },
  {
    name: 'LayersNotFoundException',
    fault: refused('LayersNotFoundException'),
    only: PUT,
    once: 'success',
    always: 'UPLOAD_FAILED',
  },
  {
    name: 'ReferencedImagesNotFoundException',
    fault: refused('ReferencedImagesNotFoundException'),
    only: PUT,
    once: 'success',
    always: 'UPLOAD_FAILED',
  },
  {
    name: 'ImageTagAlreadyExistsException',
    fault: refused('ImageTagAlreadyExistsException'),
    only: PUT_TAG,
    always: 'TAG_IS_IMMUTABLE',
  },
  {
    name: 'ImageDigestDoesNotMatchException',
    fault: refused('ImageDigestDoesNotMatchException'),
    only: PUT,
    always: 'UPLOAD_FAILED',
  },
];

/** All rows, under their headings. */
export const FAULTS: Readonly<Record<string, readonly MatrixFault[]>> = {
  'Connections and answers': TRANSPORT,
  'Errors that ECR names': REFUSALS,
  'Answers whose members are not what they should be': ANSWERS,
  'Content that goes away': CONTENT,
  Layers: LAYERS,
  Images: IMAGES,
};
