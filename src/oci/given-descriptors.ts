import { PushError } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';
import { parseStrictJson } from './json.ts';
import { MAX_DESCRIPTORS } from './limits.ts';
import { checkManifestMediaType } from './parse-manifest.ts';
import { parseDescriptor } from './parse-descriptor.ts';

/** A descriptor of an image or an index that is in a registry already. */
export interface GivenDescriptor {
  readonly descriptor: Descriptor;
  /** For messages: the file or the input, and the place in it. */
  readonly where: string;
}

/**
 * The descriptors in a text: one, as JSON, an array of them, or one or an array on each line.
 * @throws PushError INVALID_DESCRIPTOR
 */
export function parseDescriptors(text: string, where: string): readonly GivenDescriptor[] {
  const lines = [...text.split('\n').entries()].filter(([, line]) => line.trim() !== '');
  if (lines.length === 0) throw invalid(`${where} is empty`, EMPTY);
  const isByLine = lines.length > 1 && lines.every(([, line]) => startsJson(line));
  const documents = isByLine
    ? lines.map(([at, line]) => [line, `${where}, line ${at + 1}`] as const)
    : [[text, where] as const];
  return documents.flatMap(([json, place]) => parseDocument(json, place));
}

/** Whether a line is JSON, and no path: a glob may begin with the same brackets. */
export function startsJson(line: string): boolean {
  return /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]]|$))/.test(line);
}

function parseDocument(json: string, where: string): readonly GivenDescriptor[] {
  return rightly(where, () => {
    const value = parseStrictJson(Buffer.from(json.trim()), where);
    if (!Array.isArray(value)) return [parseOne(value, where)];
    const values: readonly unknown[] = value;
    if (values.length > MAX_DESCRIPTORS) throw invalid(`${where} lists ${values.length} images`);
    return values.map((one, at) => parseOne(one, `${where}[${at}]`));
  });
}

function parseOne(value: unknown, where: string): GivenDescriptor {
  if (typeof value === 'string' || typeof value === 'number')
    throw invalid(`${where} is ${JSON.stringify(value).slice(0, 200)}, and no descriptor`);
  const descriptor = parseDescriptor(value, where);
  checkManifestMediaType(descriptor.mediaType, where);
  if (descriptor.size === 0) throw invalid(`${where}.size is 0, and no manifest is empty`);
  return { descriptor, where };
}

/** What parsers say of a layout's files holds for a descriptor, but not what they advise. */
function rightly<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof PushError) || error.code === 'INVALID_DESCRIPTOR') throw error;
    const { message, cause } = error;
    const isNamed = message.includes(where);
    throw new PushError('INVALID_DESCRIPTOR', isNamed ? message : `${where}: ${message}`, {
      cause,
    });
  }
}

function invalid(message: string, hint?: string): PushError {
  return new PushError('INVALID_DESCRIPTOR', message, hint === undefined ? {} : { hint });
}

const EMPTY =
  'Write the output descriptor of each push by digest into a file of its own. A digest as the name of an empty file says too little.';
