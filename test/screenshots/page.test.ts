import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlOf } from './page.ts';

test('a summary becomes HTML as GitHub makes it, and diagrams are left to Mermaid', () => {
  const markdown = ['| a |', '| --- |', '| `b` |', '', '```mermaid', 'gantt', 'x :1, 2', '```'];
  const html = htmlOf(markdown.join('\n'));
  assert.match(html, /<table>(.|\n)*<td><code>b<\/code><\/td>/);
  assert.match(html, /<pre class="mermaid">gantt\nx :1, 2\n<\/pre>/);
});

test('what is folded stays folded', () => {
  const html = htmlOf('<details><summary>two</summary>\n\n*a*\n\n</details>');
  assert.match(html, /^<details><summary>two<\/summary>\n<p><em>a<\/em><\/p>\n<\/details>$/);
});
