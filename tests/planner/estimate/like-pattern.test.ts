import { likeTest } from '../../../planner/estimate/like-pattern.ts';

test.each<[pattern: string, matching: readonly string[], others: readonly string[]]>([
  ['', [''], ['a']],
  ['%', ['', 'a\nb'], []],
  ['a_c', ['abc', 'a\nc', 'a😀c'], ['ac', 'abbc', 'abcd']],
  ['%b', ['b', 'ab', 'bab'], ['', 'ba']],
  ['%ab%ab', ['abab', 'aabxaab'], ['ab', 'aba', 'ababa']],
  ['a%_%c', ['abc', 'accc'], ['ac']],
  ['%%', ['', 'a'], []],
  ['10\\%', ['10%'], ['100']],
  ['\\_\\\\%', ['_\\', '_\\a'], ['a\\', '_a']],
  ['a.c(', ['a.c('], ['abc(']],
  ['a\\', ['a\\'], ['a']],
])('%s', (pattern, matching, others) => {
  expect(matching.filter((text) => !likeTest(pattern, false)(text))).toEqual([]);
  expect(others.filter(likeTest(pattern, false))).toEqual([]);
});

test('of either case', () => {
  expect(['Straße', 'STRASSE'].filter(likeTest('sTR%E', true))).toEqual(['Straße', 'STRASSE']);
  expect(likeTest('sTR%E', false)('Straße')).toBe(false);
});

test('a pattern that could be matched in more ways than can be tried', () => {
  expect(likeTest(`${'%a'.repeat(500)}%b`, false)('a'.repeat(1_000))).toBe(false);
  expect(likeTest(`${'%a'.repeat(500)}%b`, false)(`${'a'.repeat(1_000)}b`)).toBe(true);
});
