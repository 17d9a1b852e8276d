/** SIMILAR TO patterns as regular expressions: similar_to_escape() of regexp.c. */
import { sqlError } from '../../../core/sql-error.ts';

/** undefined: there is none, and its evaluation raises. */
export function similarToRegexIfValid(pattern: string, escape?: string): string | undefined {
  const isValid = Array.from(escape ?? '').length <= 1 && pattern.split(`${escape ?? '\\'}"`).length <= 3;
  return isValid ? similarToRegex(pattern, escape) : undefined;
}

/** `escape`: one character, or none when empty. */
export function similarToRegex(pattern: string, escape = '\\'): string {
  if (Array.from(escape).length > 1) {
    throw sqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
  }
  let result = '';
  let escaped = false;
  let quotes = 0;
  let depth = 0;
  /** 1: right after the bracket, 2: after its ^, more: within. */
  let place = 0;
  for (const character of pattern) {
    if (escaped) {
      escaped = false;
      if (character === '"' && depth < 1) {
        if (quotes > 1) {
          throw sqlError('2200C', 'SQL regular expression may not contain more than two escape-double-quote separators');
        }
        result += quotes++ === 0 ? '){1,1}?(' : '){1,1}(?:';
      } else {
        result += `\\${character}`;
        place = 3;
      }
    } else if (character === escape) {
      escaped = true;
    } else if (depth > 0) {
      result += character === '\\' ? '\\\\' : character;
      if (character === ']' && place > 2) depth--;
      else if (character === '[') depth++;
      place = character === '^' ? place + 1 : character === ']' && place > 2 ? place : 3;
    } else {
      if (character === '[') [depth, place] = [1, 1];
      result += outside[character] ?? character;
    }
  }
  return `^(?:${result})$`;
}

const outside: Readonly<Record<string, string>> = {
  '%': '.*',
  _: '.',
  '(': '(?:',
  '\\': '\\\\',
  '.': '\\.',
  '^': '\\^',
  $: '\\$',
};
