/** The ending of an ordinal number: 1st, 2nd, 3rd, 4th, 11th (get_th of formatting.c). */
import { sqlError } from '../../../core/sql-error.ts';

const endings: Readonly<Record<string, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };

export function ordinalEnding(number: string, style: 'TH' | 'th'): string {
  const last = number.at(-1)!;
  if (!/^\d$/.test(last)) throw sqlError('22P02', `"${number}" is not a number`);
  const ending = (number.at(-2) === '1' ? undefined : endings[last]) ?? 'th';
  return style === 'TH' ? ending.toUpperCase() : ending;
}
