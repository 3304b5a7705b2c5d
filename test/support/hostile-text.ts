import fc from 'fast-check';

/** What ends or begins something in Markdown, HTML, a table, a code block or a Mermaid diagram. */
const TOKENS = [
  ...['`', '``', '```', '~~~', '|', '\\', '\\|', '\n', '\r\n', '\u2028', '\u0085', '\t', ' '],
  ...['<', '>', '</code>', '</details>', '<script>', '<!--', '-->', '<br>', '&lt;', '&#124;', '&'],
  ...[
    '*',
    '**',
    '_',
    '__',
    '~~',
    '[',
    ']',
    '](https://e.example)',
    '![',
    '(',
    ')',
    '[^1]',
    '[x]: y',
  ],
  ...['# ', '- ', '+ ', '1. ', '1) ', '> ', '---', '===', '| a | b |', '| --- | --- |', '$', '$$'],
  ...['https://e.example', 'www.e.example', 'a@e.example', '@all', '#1', ':tada:', '.', ':', '-'],
  ...[
    '%%',
    '%%{init: {}}%%',
    ';',
    ',',
    'section x',
    'click x',
    'title x',
    'gantt',
    'end',
    '{',
    '}',
  ],
  ...[
    '\u202e',
    '\u200b',
    '\u0000',
    '\u001b[31m',
    '\ud800',
    '\udc00',
    '🚀',
    'é',
    'e\u0301',
    '"',
    "'",
    'a',
  ],
];

/** Any text at all, and more often such as could do harm. */
export const hostileText = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(fc.constantFrom(...TOKENS), { maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }) },
  )
  .map((tokens) => tokens.join(''));
