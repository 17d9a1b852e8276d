/**
 * How an index on `lower(email)` is found at a source whose own lower() is not pg_c_utf8's. The condition goes there twice:
 * `lower(email COLLATE pg_c_utf8) = 'kim' AND lower(email) IN ('kim', 'ki̇m')`. The first is exact. The second lets through what
 * the first does, and more: its list holds the *spellings* of 'kim', all that the source's lower() makes of texts of which
 * pg_c_utf8's makes 'kim'. That one maps each character to one, so they are a product over the characters of 'kim'.
 */
import type { FunctionRef, ParamScalar } from '../../algebra/scalar.ts';
import type { PgArray, Datum } from '../../core/datum.ts';

export type CaseFunction = 'lower' | 'upper';
/** What the source's function makes of the characters of which pg_c_utf8's makes this one; itself need not be listed. */
export type OtherSpellings = ReadonlyMap<string, readonly string[]>;
/** A function without: what it makes of a character depends on its neighbours in ways that are not known here. */
export type CaseSpellings = Readonly<Partial<Record<CaseFunction, OtherSpellings>>>;

/** Beyond, a list costs more than it may spare: ten times the letter i under ICU, which also spells it 'i̇'. */
const SPELLINGS_MAX = 1_000;

/** A parameter that travels as the array of the spellings of its value, or of its values. */
export interface SpelledParameter extends ParamScalar {
  readonly spellings: OtherSpellings;
}
export const isSpelled = (param: ParamScalar): param is SpelledParameter => 'spellings' in param;

export const caseFunction = ({ schema, signature }: FunctionRef): CaseFunction | undefined =>
  schema !== 'pg_catalog' ? undefined : signature === 'lower(text)' ? 'lower' : signature === 'upper(text)' ? 'upper' : undefined;

/** Undefined: there are too many. */
export function spellingsOf(value: string, others: OtherSpellings): readonly string[] | undefined {
  let spellings = [''];
  for (const character of value) {
    const endings = [character, ...(others.get(character) ?? [])];
    if (spellings.length * endings.length > SPELLINGS_MAX) return undefined;
    spellings = spellings.flatMap((start) => endings.map((end) => start + end));
  }
  return spellings;
}

const NO_TEXTS: PgArray = { dims: [], lowerBounds: [], elements: [] };

/** Of a text or an array of texts. A NULL stays, so that the comparison is NULL where the exact one is. Undefined: too many. */
export function spelledArray(value: Datum, others: OtherSpellings): PgArray | null | undefined {
  if (value === null) return null;
  const values = typeof value === 'string' ? [value] : (value as PgArray).elements;
  const elements: Datum[] = [];
  for (const one of values) {
    const spellings = one === null ? [null] : spellingsOf(one as string, others);
    if (spellings === undefined || elements.length + spellings.length > SPELLINGS_MAX) return undefined;
    elements.push(...spellings);
  }
  return elements.length === 0 ? NO_TEXTS : { dims: [elements.length], lowerBounds: [1], elements };
}

/** ICU's languages whose mapping looks at the neighbours of a character, beyond the sigma that ends a word. */
const LOOKS_AT_NEIGHBOURS: Readonly<Record<CaseFunction, RegExp>> = {
  lower: /^(?:aze?|lit|lt|tr|tur)(?![a-z])/i,
  upper: /^(?:ell?|gre|lit|lt)(?![a-z])/i,
};

export interface SpellingRow {
  readonly function: CaseFunction;
  readonly character: string;
  readonly others: readonly string[];
}

/** From the rows of SPELLINGS_PROBE; `icuLocale` of a database whose characters are ICU's. */
export function readSpellings(rows: readonly SpellingRow[], icuLocale: string | undefined): CaseSpellings {
  const of = (name: CaseFunction): CaseSpellings =>
    icuLocale !== undefined && LOOKS_AT_NEIGHBOURS[name].test(icuLocale)
      ? {}
      : { [name]: new Map(rows.filter((row) => row.function === name).map((row) => [row.character, row.others])) };
  return { ...of('lower'), ...of('upper') };
}
