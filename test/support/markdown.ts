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

/** A block of code. */
export interface Block {
  /** As it stands behind the fence; empty if nothing does. */
  readonly language: string;
  readonly content: string;
}

export function blocksOf(root: Root): readonly Block[] {
  return nodesOf(root).flatMap((node) =>
    node.type === 'code' ? [{ language: node.lang ?? '', content: `${node.value}\n` }] : [],
  );
}

/** Code within a line. */
export function inlineCodeOf(root: Root): readonly string[] {
  return nodesOf(root).flatMap((node) =>
    node.type === 'inlineCode' ? [node.value.replaceAll('\n', ' ')] : [],
  );
}

/** Where links and images lead, also those that are defined elsewhere in the text. */
export function linksOf(root: Root): readonly string[] {
  return nodesOf(root).flatMap((node) =>
    node.type === 'link' || node.type === 'image' || node.type === 'definition' ? [node.url] : [],
  );
}

/** As GitHub makes them of headings: the second of one name ends in -1. */
export function anchorsOf(root: Root): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const node of nodesOf(root)) {
    if (node.type !== 'heading') continue;
    const name = wordsOf(node)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${name}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function nodesOf(node: Nodes): readonly Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap(nodesOf) : [])];
}
