import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code, folded, link, oneLine, prose, table } from '../../src/report/markdown.ts';
import { hostileText } from '../support/hostile-text.ts';
import { parseMarkdown, shapeOf, wordsOf } from '../support/markdown.ts';

const shape = (text: string): string => shapeOf(parseMarkdown(text));
const words = (text: string): string => wordsOf(parseMarkdown(text));

/** No text: what is left of one may be nothing, and then there is no code. */
const someText = hostileText.filter((text) => oneLine(text, 160) !== '');

test('plain text stands in code as it is', () => {
  assert.equal(code('linux/amd64'), '`linux/amd64`');
  assert.equal(code('sha256:0a, 1.0'), '`sha256:0a, 1.0`');
});

test('what a table or a code span would end at is escaped', () => {
  assert.equal(code('a|b'), '<code>a&#124;b</code>');
  assert.equal(code('`a`'), '<code>&#96;a&#96;</code>');
  assert.equal(code('<b>'), '<code>&#60;b&#62;</code>');
});

test('nothing is no code', () => {
  for (const text of ['', '  ', '\n', '\u202e']) assert.equal(code(text), '');
});

test('a long text is cut, between characters', () => {
  assert.equal(code('x'.repeat(1000)).length, 162);
  assert.equal(oneLine('abcdef', 4), 'abc…');
  assert.equal(oneLine('ab🚀def', 4), 'ab…');
  assert.equal(oneLine('abcd', 4), 'abcd');
});

test('words are easy to read where they are harmless', () => {
  const text = "Run the step again: it's 1.5 MiB (3 of 4), eu-west-1, 50% done; see a/b.";
  assert.equal(prose(text), text);
});

test('lines of a message remain lines', () => {
  assert.equal(prose('one\r\n\ntwo\n'), 'one<br>two');
});

for (const text of [
  '1. a',
  '1) a',
  '- a',
  '+ a',
  '# a',
  '> a',
  '===',
  '---',
  '***',
  '    a',
  '[a]: b',
  '| a |',
])
  test(`${JSON.stringify(text)} is a paragraph`, () => {
    assert.equal(shape(prose(text)), 'root\n  paragraph\n    text');
  });

for (const text of [
  'https://e.example',
  'www.e.example',
  'www.1.2',
  'a@e.example',
  '![a](b)',
  '[a](b)',
  '<b>',
  '&amp;',
])
  test(`${text} is text, and shown as it is`, () => {
    assert.equal(shape(prose(text)), 'root\n  paragraph\n    text');
    assert.equal(words(prose(text)), text);
  });

test('whatever a text is, in code it is one piece of code, and shown without what cannot be seen', () => {
  fc.assert(
    fc.property(someText, (text) => {
      for (const around of ['', 'a '] as const)
        assert.equal(shape(`${around}${code(text)} b`), shape(`${around}\`x\` b`));
      assert.equal(words(code(text)), oneLine(text, 160));
    }),
  );
});

test('a digest in prose is code', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  assert.equal(prose(`It is ${digest}, not *`), `It is <code>${digest}</code>, not &#42;`);
  assert.doesNotMatch(prose(`${digest}0`), /<code>/);
});

test('whatever a text is, as prose it is one piece of text', () => {
  fc.assert(
    fc.property(someText, (text) => {
      const expected = 'root\n  paragraph\n    text';
      assert.equal(shape(prose(text)), expected);
      assert.equal(shape(`a ${prose(text)} b`), expected);
    }),
  );
});

test('whatever texts are, a table has its rows and cells', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostileText, hostileText), { minLength: 1 }), (rows) => {
      const text = table(
        ['A', 'B'],
        rows.map(([one, two]) => [code(one), prose(two)]),
      );
      const [found, ...others] = parseMarkdown(`${text}\n\nend`).children;
      assert.ok(found?.type === 'table');
      assert.deepEqual(
        others.map(({ type }) => type),
        ['paragraph'],
      );
      assert.deepEqual(
        found.children.map(({ children }) => children.length),
        [2, ...rows.map(() => 2)],
      );
    }),
  );
});

test('a link leads where it should', () => {
  const [paragraph] = parseMarkdown(link(code('a'), 'https://e.example/a/b?c=d')).children;
  assert.ok(paragraph?.type === 'paragraph');
  const [found] = paragraph.children;
  assert.ok(found?.type === 'link');
  assert.equal(found.url, 'https://e.example/a/b?c=d');
});

for (const url of [undefined, '', 'javascript:alert(1)', 'http://e.example', 'e.example'])
  test(`${url ?? 'nothing'} is no address to link to`, () => assert.equal(link('`a`', url), '`a`'));

test('whatever an address is, the link is one link', () => {
  fc.assert(
    fc.property(hostileText, (path) => {
      const url = `https://e.example/${path}`;
      fc.pre(URL.canParse(url));
      assert.equal(shape(`${link('`a`', url)} b`), shape('[`a`](https://e.example) b'));
    }),
  );
});

test('whatever its title is, what is folded is between its beginning and its end', () => {
  fc.assert(
    fc.property(hostileText, (title) => {
      const children = parseMarkdown(folded(title, 'content')).children;
      const types = children.map(({ type }) => type);
      assert.deepEqual(types, ['html', 'paragraph', 'html']);
      assert.match(wordsOf({ type: 'root', children }), /^content$/);
      const [first] = children;
      assert.ok(first?.type === 'html');
      assert.match(first.value, /^<details><summary>(?:[^<>\n]|<wbr>)*<\/summary>$/);
    }),
  );
});
