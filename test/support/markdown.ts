import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** As GitHub reads it, or near. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/**
 * The types of all nodes, a line each, indented: texts that differ in nothing but their words have the same. Code in HTML
 * and in Markdown is the same, and line breaks count for nothing.
 */
export function shapeOf(node: Nodes): string {
  return linesOf(node).join('\n');
}

function linesOf(node: Nodes): string[] {
  const name = node.type === 'html' ? `html ${tagsIn(node.value)}` : node.type;
  if (!('children' in node)) return [name];
  const lines = node.children.map(linesOf);
  const text = lines
    .flat()
    .map((line) => `  ${line}\n`)
    .join('')
    .replace(/^ +html <w?br>\n/gm, '')
    .replace(/^( +)text\n(?:\1text\n)+/gm, '$1text\n')
    .replace(/^( +)html <code>\n\1text\n\1html <\/code>$/gm, '$1inlineCode')
    .trimEnd();
  return [name, ...(text === '' ? [] : text.split('\n'))];
}

function tagsIn(html: string): string {
  return html.replaceAll(/(?<=.)<wbr>/g, '').replaceAll(/>[^<]+/g, '>');
}

/** All text in it, in code and outside, as it is shown. */
export function wordsOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value;
  return 'children' in node ? node.children.map(wordsOf).join('') : '';
}
