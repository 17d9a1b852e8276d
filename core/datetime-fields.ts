/**
 * Date/time text into fields, the first step of reading it: digits, dates, times, words, zone displacements, told apart by
 * their punctuation alone (ParseDateTime in src/backend/utils/adt/datetime.c). And the words a field may be.
 */

export type FieldKind = 'date' | 'time' | 'number' | 'word' | 'displacement' | 'signed-word';
export interface DateTimeField {
  readonly kind: FieldKind;
  /** Words in lower case. */
  readonly text: string;
}

const FIELDS_MAX = 25;
const CHARACTERS_MAX = 128;

/** undefined: not even fields. */
export function splitDateTime(text: string): DateTimeField[] | undefined {
  const fields: DateTimeField[] = [];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0] ?? '';
    at += taken.length;
    return taken;
  };
  while (at < text.length) {
    if (take(/[ \t\n\v\f\r]+/y) !== '') continue;
    const field = takeField(text, () => at, take);
    if (field === undefined) return undefined;
    if (field !== 'punctuation') fields.push(field);
    if (fields.length > FIELDS_MAX) return undefined;
  }
  const length = fields.reduce((sum, field) => sum + field.text.length + 1, 0);
  return length > CHARACTERS_MAX + FIELDS_MAX ? undefined : fields;
}

function takeField(
  text: string,
  position: () => number,
  take: (pattern: RegExp) => string,
): DateTimeField | 'punctuation' | undefined {
  const next = (): string => text.charAt(position());
  const first = next();
  if (/\d/.test(first)) return takeDigits(next, take);
  if (first === '.') return { kind: 'number', text: take(/\.\d*/y) };
  if (/[a-z]/i.test(first)) return takeWord(next, take);
  if (first === '+' || first === '-') {
    take(/[+-][ \t\n\v\f\r]*/y);
    if (/\d/.test(next())) return { kind: 'displacement', text: first + take(/[\d:.-]+/y) };
    const word = take(/[a-z]+/iy).toLowerCase();
    return word === '' ? undefined : { kind: 'signed-word', text: first + word };
  }
  return take(/[!-/:-@[-`{-~]/y) === '' ? undefined : 'punctuation';
}

function takeDigits(next: () => string, take: (pattern: RegExp) => string): DateTimeField {
  let text = take(/\d+/y);
  if (next() === ':') return { kind: 'time', text: text + take(/[\d:.]+/y) };
  const delimiter = next();
  if (delimiter !== '-' && delimiter !== '/' && delimiter !== '.') return { kind: 'number', text };
  text += take(/[-/.]/y);
  if (/\d/.test(next())) {
    text += take(/\d+/y);
    if (next() !== delimiter) return { kind: delimiter === '.' ? 'number' : 'date', text };
    return { kind: 'date', text: text + take(delimiter === '-' ? /[\d-]+/y : delimiter === '/' ? /[\d/]+/y : /[\d.]+/y) };
  }
  const more = take(delimiter === '-' ? /[a-z\d-]+/iy : delimiter === '/' ? /[a-z\d/]+/iy : /[a-z\d.]+/iy);
  return { kind: 'date', text: (text + more).toLowerCase() };
}

/** A word may be the start of a date (`jan-5-1999`) or of a zone name (`america/new_york`). */
function takeWord(next: () => string, take: (pattern: RegExp) => string): DateTimeField {
  const word = take(/[a-z]+/iy).toLowerCase();
  const follower = next();
  const goesOn = /[-/.]/.test(follower) || (/[+\d]/.test(follower) && dateWord(word) === undefined);
  if (!goesOn) return { kind: 'word', text: word };
  return { kind: 'date', text: word + take(/[-+/_.:a-z\d]+/iy).toLowerCase() };
}

export type DateWord =
  | {
      readonly kind: 'special';
      readonly value: 'epoch' | 'infinity' | '-infinity' | 'zulu' | 'now' | 'today' | 'tomorrow' | 'yesterday';
    }
  | { readonly kind: 'month'; readonly value: number }
  | { readonly kind: 'weekday' }
  | { readonly kind: 'meridian'; readonly value: 'am' | 'pm' }
  | { readonly kind: 'era'; readonly value: 'ad' | 'bc' }
  | { readonly kind: 'daylight' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unit'; readonly value: 'julian' | 'other' }
  | { readonly kind: 'iso-time' };

const words = new Map<string, DateWord>();
const months = 'january february march april may june july august september october november december'.split(' ');
for (const [i, name] of months.entries()) {
  words.set(name, { kind: 'month', value: i + 1 });
  words.set(name.slice(0, 3), { kind: 'month', value: i + 1 });
}
words.set('sept', { kind: 'month', value: 9 });
for (const name of 'sunday sun monday mon tuesday tues tue wednesday weds wed thursday thurs thur thu friday fri saturday sat'.split(
  ' ',
)) {
  words.set(name, { kind: 'weekday' });
}
for (const name of ['epoch', 'infinity', '-infinity', 'now', 'today', 'tomorrow', 'yesterday'] as const) {
  words.set(name, { kind: 'special', value: name });
}
words.set('+infinity', { kind: 'special', value: 'infinity' });
words.set('allballs', { kind: 'special', value: 'zulu' });
words.set('am', { kind: 'meridian', value: 'am' }).set('pm', { kind: 'meridian', value: 'pm' });
words.set('ad', { kind: 'era', value: 'ad' }).set('bc', { kind: 'era', value: 'bc' });
words.set('dst', { kind: 'daylight' });
words.set('at', { kind: 'ignored' }).set('on', { kind: 'ignored' });
for (const name of ['j', 'jd', 'julian']) words.set(name, { kind: 'unit', value: 'julian' });
for (const name of 'd dow doy h isodow isoyear m mm s y'.split(' ')) words.set(name, { kind: 'unit', value: 'other' });
words.set('t', { kind: 'iso-time' });

export const dateWord = (word: string): DateWord | undefined => words.get(word);

/** To the nearest integer, halves to the even one (C's rint). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Digits after the point as a number below 1. */
export const fractionOf = (digits: string): number => (digits === '' ? 0 : Number(`0.${digits}`));

/** Digits of a fraction of a second as µs. */
export const microsOfFraction = (digits: string): number => roundHalfEven(fractionOf(digits) * 1e6);
