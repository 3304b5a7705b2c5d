import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchorsOf, blocksOf, inlineCodeOf, linksOf, parseMarkdown } from './markdown.ts';

const TEXT = `# One layer, over \`several\` connections?

## What is *kept*

A [link](a.md#b), an [image ![i](i.svg)](https://example.org/), a [later one][x], \`[no](link)\`.

## What is kept

1. In a list:

   \`\`\`sh
   echo '[no](link)'
   \`\`\`

\`\`\`
no language
\`\`\`

[x]: later.md
`;
const root = parseMarkdown(TEXT);

test('headings are anchors as on GitHub, the second of one name with a number', () => {
  assert.deepEqual(
    [...anchorsOf(root)],
    ['one-layer-over-several-connections', 'what-is-kept', 'what-is-kept-1'],
  );
});

test('links are found wherever they are, and none in code', () => {
  assert.deepEqual(linksOf(root), ['a.md#b', 'https://example.org/', 'i.svg', 'later.md']);
});

test('blocks of code have their language and content, in lists too', () => {
  assert.deepEqual(blocksOf(root), [
    { language: 'sh', content: "echo '[no](link)'\n" },
    { language: '', content: 'no language\n' },
  ]);
  assert.deepEqual(inlineCodeOf(root), ['several', '[no](link)']);
});
