import { Readable } from 'node:stream';
import { type Fields, isFields } from './answer-flaws.ts';
import { causeOf, spoken } from './exceptions.ts';

/** What the one who makes a call knows of it, and its request does not tell. */
export interface CallDetails {
  /** What it is about, such as a layer and the bytes of a part. */
  readonly subject?: string | undefined;
  /** From 1, where the SDK does not count. */
  readonly attempt?: number | undefined;
}

/** What of the SDK's request is read here. */
export interface LoggedRequest {
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface LoggedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole. */
  readonly body?: unknown;
}

/** How an attempt ended: with an answer, whatever that says, or with an error in its place. */
export type AttemptEnd = { readonly answer: LoggedAnswer } | { readonly error: unknown };

/**
 * One attempt at a call to AWS on one line, for debug logs: operation, host, what it is about, attempt, status, duration
 * (ms) and the id by which AWS's support finds it. Of headers and bodies it has nothing else.
 */
export function attemptLine(
  request: LoggedRequest,
  details: CallDetails,
  ended: AttemptEnd,
  duration: number,
): string {
  const subject = details.subject ?? subjectOf(request.body);
  const what = `${operationOf(request)}${subject === '' ? '' : ` ${subject}`}`;
  const attempt = details.attempt ?? attemptOf(request);
  const took = `${Math.round(duration)} ms`;
  const line = `${what} at ${request.hostname}, attempt ${attempt}: ${outcomeOf(ended)} after ${took}, request id ${requestIdOf(ended) ?? 'unknown'}`;
  return spoken(line);
}

/** As ECR's API names it; undefined for other services. */
export function callOf({ headers }: Pick<LoggedRequest, 'headers'>): string | undefined {
  return headers['x-amz-target']?.split('.').at(-1);
}

/** The number of the attempt, from 1, as the SDK counts. */
export function attemptOf({ headers }: Pick<LoggedRequest, 'headers'>): number {
  return Number(/attempt=(\d+)/.exec(headers['amz-sdk-request'] ?? '')?.[1] ?? 1);
}

/** STS names the operation in a form. */
function operationOf(request: LoggedRequest): string {
  const form = textOf(request.body) ?? '';
  return callOf(request) ?? /(?:^|&)Action=(\w+)/.exec(form)?.[1] ?? 'A call';
}

/** The digests and tags that a request in JSON names. */
function subjectOf(body: unknown): string {
  const fields = fieldsIn(body) ?? {};
  const { imageDigest, imageTag, layerDigests, imageIds } = fields;
  const named = [imageDigest, imageTag].filter((one) => typeof one === 'string').join(' as ');
  if (named !== '') return named;
  if (Array.isArray(layerDigests)) return listed(layerDigests.map(String), 'layers');
  return Array.isArray(imageIds) ? listed(imageIds.map(nameOf), 'images') : '';
}

function nameOf(id: unknown): string {
  if (!isFields(id)) return '';
  return [id['imageDigest'], id['imageTag']].find((one) => typeof one === 'string') ?? '';
}

function listed(names: readonly string[], what: string): string {
  return names.length === 1 ? (names[0] ?? '') : `${names.length} ${what}`;
}

function outcomeOf(ended: AttemptEnd): string {
  if ('error' in ended) return causeOf(ended.error);
  const { statusCode, headers, body } = ended.answer;
  const fields = statusCode < 300 ? undefined : fieldsIn(body);
  const type = headers['x-amzn-errortype'] ?? fields?.['__type'] ?? fields?.['code'];
  // As `com.amazonaws.ecr#ThrottlingException:http://…`.
  const name = typeof type === 'string' ? ` ${/\w+(?=:|$)/.exec(type)?.[0] ?? ''}` : '';
  return `HTTP ${statusCode}${name}`;
}

function requestIdOf(ended: AttemptEnd): string | undefined {
  const answer = 'answer' in ended ? ended.answer : answerOf(ended.error);
  const headers = isFields(answer) ? answer['headers'] : undefined;
  const id = isFields(headers) ? headers['x-amzn-requestid'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** The HTTP answer that is kept with an error. */
function answerOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, '$response') : undefined;
}

function fieldsIn(body: unknown): Fields | undefined {
  try {
    const value: unknown = JSON.parse(textOf(body) ?? '');
    return isFields(value) ? value : undefined;
  } catch {
    // A form, or no JSON.
    return undefined;
  }
}

function textOf(body: unknown): string | undefined {
  if (body instanceof Readable) return undefined;
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : undefined;
}
