import { readFile } from 'node:fs/promises';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { MERMAID } from '../support/mermaid.ts';

/** Of the column that a run page has for summaries, in CSS pixels. */
export const WIDTH = 1012;

const STYLE = new URL(import.meta.resolve('github-markdown-css/github-markdown-light.css'));

/** A web page that shows Markdown about as GitHub does. Its title becomes `height N`, in CSS pixels, once all is drawn. */
export async function pageOf(markdown: string): Promise<string> {
  const style = await readFile(STYLE, 'utf8');
  return `<!doctype html>
<meta charset="utf-8">
<style>${style}
  body { margin: 0; background: #fff; }
  .markdown-body { box-sizing: border-box; width: ${WIDTH}px; padding: 16px 24px; }
</style>
<article class="markdown-body">${htmlOf(markdown)}</article>
<script src="${MERMAID.href}"></script>
<script>
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
  mermaid.run({ querySelector: '.mermaid' }).then(
    () => { document.title = 'height ' + Math.ceil(document.querySelector('article').offsetHeight); },
    (error) => { document.title = 'error ' + error.message; },
  );
</script>
`;
}

/** GitHub's Markdown as HTML; what is in a fence of Mermaid, for Mermaid to draw. */
export function htmlOf(markdown: string): string {
  const options = { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true };
  return micromark(markdown, options).replace(
    /<pre><code class="language-mermaid">(.*?)<\/code><\/pre>/gs,
    '<pre class="mermaid">$1</pre>',
  );
}
