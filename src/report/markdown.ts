/**
 * Markdown for GitHub's job summaries. Text from outside, such as tags, instructions and what servers say, goes through
 * `code` or `prose`: what they return is one line, and begins and ends nothing.
 */

/** The most characters of one text from outside, in a table. */
const MAX_CELL = 160;

/** The same, in a paragraph: what a server says may be long. */
const MAX_PARAGRAPH = 4000;

/** Control and format characters, such as those that turn the direction of text, line breaks of any kind, and what is no character. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]+/gu;

/** Characters of words: of any script, and those of ASCII alone, which a pattern finds without tables to be compiled. */
const WORDS = {
  any: { letters: String.raw`\p{L}\p{N}`, accents: String.raw`\p{M}` },
  ascii: { letters: 'A-Za-z0-9', accents: '' },
} as const;

type Script = keyof typeof WORDS;

/**
 * What a reader of Markdown or HTML may take for more than text: all but letters, digits and some punctuation. Of that,
 * hyphens outside of words, points and brackets that may end the number of a list, points that may follow the www
 * of a host, and colons that may begin an emoji or follow the scheme of an address.
 */
const MARKS = both(
  ({ letters, accents }) =>
    new RegExp(
      String.raw`[^${letters}${accents} ,;'"/%().:-]|(?<![${letters}])-|-(?![${letters}])|(?<=^\d+)[.)]|(?<=[wW]{3})\.|:(?! |$)`,
      'gu',
    ),
);

/** What needs nothing in a code span, in a table or outside of one. */
const PLAIN = both(
  ({ letters }) => new RegExp(String.raw`^[${letters}.,:;=+/@#%_(){}[\]"'!?^~*&$\u2026 \-]+$`, 'u'),
);

/** A pattern is compiled when it is first used: most text is ASCII. */
function both(make: (words: (typeof WORDS)[Script]) => RegExp): (script: Script) => RegExp {
  const made = new Map<Script, RegExp>();
  return (script) => {
    const pattern = made.get(script) ?? make(WORDS[script]);
    made.set(script, pattern);
    return pattern;
  };
}

function scriptOf(text: string): Script {
  return /^[\x20-\x7e\u2026]*$/.test(text) ? 'ascii' : 'any';
}

/** A text from outside in code; '' for none. */
export function code(text: string, longest = MAX_CELL): string {
  const line = oneLine(text, longest);
  if (line === '') return '';
  return PLAIN(scriptOf(line)).test(line) ? `\`${line}\`` : `<code>${entities(line)}</code>`;
}

const DIGEST = /\b(sha256:[0-9a-f]{64})\b/;

/** A text from outside among words. Lines remain lines; digests are code. */
export function prose(text: string, longest = MAX_PARAGRAPH): string {
  const lines = cut(text, longest).split(/\r\n|\r|\n/);
  return lines
    .map((line) => withDigests(oneLine(line, longest)))
    .filter((line) => line !== '')
    .join('<br>');
}

function withDigests(line: string): string {
  const pieces = line.split(DIGEST);
  return pieces
    .map((piece) => (DIGEST.test(piece) ? `<code>${piece}</code>` : entities(piece)))
    .join('');
}

/** A link. `text` is Markdown; `url` may hold anything, and there is no link unless it is https. */
export function link(text: string, url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return text;
  const { protocol, href } = new URL(url);
  const target = href.replace(/[^\w\-./:?=&%]/g, encodeURIComponent);
  return protocol === 'https:' ? `[${text}](<${target}>)` : text;
}

/** `headings` and cells are Markdown of one line; each row has as many cells as there are headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [headings, headings.map(() => '---'), ...rows].map(line).join('\n');
}

/** Folded under a title, which may be from outside; `content` is Markdown. */
export function folded(title: string, content: string): string {
  return `<details><summary>${entities(oneLine(title, MAX_CELL))}</summary>\n\n${content}\n\n</details>`;
}

/** One line without what cannot be seen; of a text longer than `longest` characters, the beginning. */
export function oneLine(text: string, longest: number): string {
  const short = cut(text, longest);
  const visible = scriptOf(short) === 'ascii' ? short : short.replace(UNPRINTABLE, ' ');
  return visible.replace(/ +/g, ' ').trim();
}

/** Does not part the two halves of a character. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}\u2026`;
}

/**
 * Markdown takes no entity for a mark, and HTML none for a tag. GitHub still finds addresses in what entities stand for, so
 * that a break is put where one could be.
 */
function entities(text: string): string {
  return text.replace(MARKS(scriptOf(text)), (mark) => {
    const entity = `&#${mark.codePointAt(0) ?? 32};`;
    return /[@:.]/.test(mark) ? `<wbr>${entity}` : entity;
  });
}
