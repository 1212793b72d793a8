import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parsePattern, type PatternFlags } from './index.ts';

/** Source, flags, longest match (and the character after it), texts that match whole, texts that do not. */
const READ: readonly [string, PatternFlags, number, readonly string[], readonly string[]][] = [
  ['abc', {}, 3, ['abc'], ['ab', 'ABC', 'abcd']],
  ['abc', { ignoreCase: true }, 3, ['abc', 'aBC'], ['abd']],
  ['a{2,4}', {}, 4, ['aa', 'aaaa'], ['a', 'aaaaa']],
  ['a{3}', {}, 3, ['aaa'], ['aa']],
  ['ab?c', {}, 3, ['ac', 'abc'], ['abbc']],
  ['(?:ab|c){1,2}', {}, 4, ['ab', 'c', 'abc', 'cab'], ['', 'cabc']],
  ['(a|b(c|d)){2}', {}, 4, ['abd', 'aa'], ['a', 'bb']],
  ['\\d\\w\\s', {}, 3, ['1_ ', '9a\u00a0'], ['a1 ', '1é ']],
  ['\\D\\W\\S', {}, 3, ['a-x', 'é€€'], ['1-x', 'aax', 'a- ']],
  ['[a-c_.-]{1,3}', {}, 3, ['a.-', '_'], ['d', 'a+']],
  ['[^\\s"]{2}', {}, 2, ['ab', '😀é'], ['a ', 'a"']],
  ['[^ab]', { ignoreCase: true }, 1, ['c'], ['A', 'b']],
  ['\\x41\\u0042\\n\\.\\/\\-', {}, 6, ['AB\n./-'], ['AB\n..-']],
  ['\\bfoo\\b', {}, 4, ['foo'], ['foob']],
  ['(?<![\\w.])x(?!\\d)', {}, 2, ['x'], ['y']],
  ['a*b', { max: 3 }, 4, ['b', 'aaab'], ['aaaab']],
  ['a+b{2,}', { max: 5 }, 10, ['abb', 'aaabbbbb'], ['bb']],
  ['ａｂ', {}, 2, ['ab'], ['ａｂ']],
  ['(?:\\.[a-z]{2}){1,3}', {}, 9, ['.ab', '.ab.cd.ef'], ['.a']],
];

/** Source and what the message says. */
const REFUSED: readonly [string, RegExp][] = [
  ['a*', /no upper bound.*character 2/],
  ['a+b', /no upper bound/],
  ['a{2,}', /no upper bound/],
  ['a.b', /`\.` is not part/],
  ['^ab', /`\^` is not part/],
  ['ab$', /`\$` is not part/],
  ['a|b', /put alternatives into a group/],
  ['a{2,1}', /m <= n/],
  ['a{0}', /n > 0/],
  ['a??', /two quantifiers/],
  ['a{2}+', /two quantifiers/],
  ['(?=a)b', /only plain groups/],
  ['(?<x>a)', /only plain groups/],
  ['(a', /expected `\)`/],
  ['a)', /not part of the pattern language/],
  ['[a', /ends too early/],
  ['[]a', /empty class/],
  ['[z-a]', /range runs upwards/],
  ['[ａ-ｃ', /ends too early/],
  ['[ﬁ]', /never appears in folded text/],
  ['[\\u200b]', /never appears in folded text/],
  ['\\1', /unknown escape/],
  ['\\pL', /unknown escape/],
  ['\\k', /unknown escape/],
  ['a\\', /unknown escape/],
  ['a\\bc', /not part of the pattern language/],
  ['-\\b', /needs a word character/],
  ['a(?!b)c', /not part of the pattern language/],
  ['a(?!bc)', /expected `\)`/],
  ['', /matches the empty text/],
  ['a?', /matches the empty text/],
  ['(a|b?)', /matches the empty text/],
  ['\u200b', /matches the empty text/],
  ['a{5000}', /5000 characters/],
  ['(((a{100}){100}){100})', /characters/],
  ['((a|b|c|d|e|f){4000})', /positions/],
  ['('.repeat(40) + 'a' + ')'.repeat(40), /nested/],
  ['a'.repeat(5000), /longer than/],
];

describe('pattern language', () => {
  for (const [source, flags, maxLength, hits, misses] of READ) {
    it(`reads ${source}`, () => {
      const pattern = parsePattern(source, flags);
      assert.equal(pattern.maxLength, maxLength);
      for (const hit of hits) assert.deepEqual([...hit.matchAll(pattern.toRegExp())].map(String), [hit], `hit ${hit}`);
      for (const miss of misses) assert.notDeepEqual([...miss.matchAll(pattern.toRegExp())].map(String), [miss], `miss ${miss}`);
    });
  }

  for (const [source, message] of REFUSED) {
    it(`refuses ${source.slice(0, 30)}`, () => {
      assert.throws(
        () => parsePattern(source),
        (thrown) => thrown instanceof TypeError && message.test(thrown.message),
      );
    });
  }

  it('refuses overflow without a repeated class', () => {
    assert.throws(() => parsePattern('abc', { overflow: 'match' }), /overflow needs a repeated class/);
  });

  it('gives a new expression each time, so that nobody shares lastIndex', () => {
    const pattern = parsePattern('a');
    assert.notEqual(pattern.toRegExp(), pattern.toRegExp());
  });
});
