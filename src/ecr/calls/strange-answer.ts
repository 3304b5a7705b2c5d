import { type Fields, flawOf, isFields } from './answer-flaws.ts';

/** The SDK's record of an HTTP answer: it reads `Retry-After` and the date from it. */
interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer that is not ECR's, or that is cut, empty, too long, or lacks what it must have. */
export class StrangeAnswer extends Error {
  /** What its status means, in the name of the like error of ECR's; see `meaningOf`. */
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: HttpAnswer | undefined;

  /** `what`: such as `a body that is no JSON`. */
  constructor(what: string, status: number, answer?: HttpAnswer) {
    super(`HTTP ${status} with ${what}`);
    this.name = meaningOf(status);
    this.$metadata = { httpStatusCode: status };
    this.$response = answer;
  }
}

/** Statuses that say that the call will never do: web servers and emulators answer so to what they do not know. */
export const NEVER: readonly number[] = [501, 505];

/** What an HTTP status means where nothing else tells. */
export function meaningOf(status: number): string {
  if (status < 300) return 'GarbledAnswer';
  if (status === 407) return 'ProxyError';
  if (status === 408) return 'RequestTimeout';
  if (status === 429) return 'ThrottlingException';
  if (status >= 500 && !NEVER.includes(status)) return 'ServerException';
  return 'NotEcr';
}

/**
 * What is strange about the body of the answer to a call; undefined for one that may be ECR's: a JSON object, with what
 * the action reads of it, or for an error, with its name, which ECR puts in the body or in a header.
 */
export function strangenessOf(
  call: string,
  { statusCode, headers }: HttpAnswer,
  body: Uint8Array,
): string | undefined {
  const text = new TextDecoder().decode(body).trim();
  if (text === '') return 'an empty body';
  const answer = objectIn(text);
  if (answer === undefined) return kindOf(headers, text);
  if (statusCode < 300) return flawOf(call, answer);
  const isNamed = headers['x-amzn-errortype'] ?? answer['__type'] ?? answer['code'];
  return isNamed === undefined ? 'an error that has no name' : undefined;
}

function objectIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    // Cut, or never JSON.
    return undefined;
  }
}

function kindOf(headers: HttpAnswer['headers'], text: string): string {
  const isHtml =
    (headers['content-type'] ?? '').includes('html') || /^<(!doctype|html)/i.test(text);
  if (isHtml) return 'an HTML page';
  return text.startsWith('{') ? 'JSON that is cut or damaged' : 'a body that is no JSON';
}
