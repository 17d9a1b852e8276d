/** The text of row values: `(1,"a b",,"")`; nothing between commas is NULL (record_out and record_in, rowtypes.c). */
import { sqlError } from './sql-error.ts';

const NEEDS_QUOTES = /^$|["\\(), \t\n\v\f\r]/;

/** `fields`: the text of each field, null for NULL. */
export const writeRow = (fields: readonly (string | null)[]): string =>
  `(${fields.map((text) => (text === null ? '' : NEEDS_QUOTES.test(text) ? `"${text.replaceAll(/["\\]/g, '$&$&')}"` : text)).join(',')})`;

/** The fields' texts; 22P02 for what is no row of `count` fields. */
export function readRow(text: string, count: number): readonly (string | null)[] {
  const malformed = (detail: string): Error => sqlError('22P02', `malformed record literal: "${text}"`, { detail });
  const trimmed = text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
  if (!trimmed.startsWith('(')) throw malformed('Missing left parenthesis.');
  const fields: (string | null)[] = [];
  let at = 1;
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      if (trimmed[at] !== ',') throw malformed('Too few columns.');
      at++;
    }
    if (trimmed[at] === ',' || trimmed[at] === ')') {
      fields.push(null);
      continue;
    }
    let field = '';
    let quoted = false;
    for (; quoted || (trimmed[at] !== ',' && trimmed[at] !== ')'); at++) {
      const character = trimmed[at];
      if (character === undefined) throw malformed('Unexpected end of input.');
      if (character === '\\') {
        if (++at >= trimmed.length) throw malformed('Unexpected end of input.');
        field += trimmed[at]!;
      } else if (character !== '"') field += character;
      else if (!quoted) quoted = true;
      else if (trimmed[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    }
    fields.push(field);
  }
  if (trimmed[at] === ',') throw malformed('Too many columns.');
  if (trimmed[at] !== ')') throw malformed('Unexpected end of input.');
  if (at + 1 < trimmed.length) throw malformed('Junk after right parenthesis.');
  return fields;
}
