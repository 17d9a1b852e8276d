/** Strings by code points, as PostgreSQL counts characters in UTF-8. All strings here are well-formed UTF-16. */

const SURROGATE = /[\ud800-\udfff]/;

/** Whether every character is one UTF-16 unit. */
const isNarrow = (text: string): boolean => !SURROGATE.test(text);

export function characterCount(text: string): number {
  if (isNarrow(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}

/** Characters [from, to), counted from 0; both within bounds or beyond the end. */
export function sliceCharacters(text: string, from: number, to: number): string {
  if (isNarrow(text)) return text.slice(from, to);
  return text.slice(unitOffset(text, from), unitOffset(text, to));
}

/** Where character number `index` starts. */
function unitOffset(text: string, index: number): number {
  let unit = 0;
  for (let i = 0; i < index && unit < text.length; i++) unit += (text.charCodeAt(unit) & 0xfc00) === 0xd800 ? 2 : 1;
  return unit;
}

export const charactersOf = (text: string): readonly string[] => (isNarrow(text) ? text.split('') : Array.from(text));
