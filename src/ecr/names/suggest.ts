import { parseImageHost } from './image-hosts.ts';

/** The longest tag. */
const MAX_TAG = 128;
/** The most characters that a message names. */
const MAX_NAMED = 5;

/** A tag that says the same as a text that is none, such as a branch or a version; undefined if nothing is left of it. */
export function suggestTag(text: string): string | undefined {
  const tag = text
    .replace(/^refs\/(?:heads|tags)\//, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, MAX_TAG)
    .replace(/-+$/, '');
  return tag === '' ? undefined : tag;
}

/** The characters of a text that no tag has, quoted, each once; '' if there are none. */
export function notInTags(text: string): string {
  const found = [...new Set(text.match(/[^\w.-]/gu))];
  const shown = found.slice(0, MAX_NAMED).map((character) => JSON.stringify(character));
  return found.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}

/**
 * A repository name or a reference as it was meant: without `https://` before it, or what other tools want there, and
 * without a slash after it. The slash after a host alone stays: what is missing then is the name.
 */
export function withoutScheme(text: string): string {
  const plain = text.replace(/^(?:https?|docker|oci):\/\//i, '');
  const bare = plain.replace(/\/+$/, '');
  return parseImageHost(bare) === undefined ? bare : plain;
}
