/**
 * How an index on `lower(email)` is found at a source whose own lower() is not pg_c_utf8's. `lower(email) = 'kim'` goes there as
 * `lower(email) IN ('kim', 'ki̇m')`, which lets through what is asked for, and more: the list holds the *spellings* of 'kim', all
 * that the source's lower() makes of texts of which pg_c_utf8's makes 'kim'. That one maps each character to one, so they are
 * a product over the characters of 'kim'. Beside it stands `lower(email COLLATE pg_c_utf8) = 'kim'` where the source has that
 * collation as PostgreSQL 18 has it; elsewhere the condition is repeated at home.
 */
import type { ParamScalar } from '../../algebra/scalar.ts';
import type { PgArray, Datum } from '../../core/datum.ts';
import { pgCUtf8Casing } from './pg-c-utf8-casing.ts';
import type { CaseFunction } from './pg-c-utf8-casing.ts';

/** Where it is not this character alone: what the source's function makes of those of which pg_c_utf8's makes it, itself first. */
export type Spellings = ReadonlyMap<string, readonly string[]>;
/** A function without: what it makes of a character depends on its neighbours in ways that are not known here. */
export type CaseSpellings = Readonly<Partial<Record<CaseFunction, Spellings>>>;

/** Beyond, a list costs more than it may spare: ten times the letter i under ICU, which also spells it 'i̇'. */
const SPELLINGS_MAX = 1_000;

/** A parameter that travels as the array of the spellings of its value, or of its values. */
export interface SpelledParameter extends ParamScalar {
  readonly spellings: Spellings;
}
export const isSpelled = (param: ParamScalar): param is SpelledParameter => 'spellings' in param;

/** Undefined: there are too many. */
export function spellingsOf(value: string, known: Spellings): readonly string[] | undefined {
  let spellings = [''];
  for (const character of value) {
    const endings = known.get(character) ?? [character];
    if (spellings.length * endings.length > SPELLINGS_MAX) return undefined;
    spellings = spellings.flatMap((start) => endings.map((end) => start + end));
  }
  return spellings;
}

const NO_TEXTS: PgArray = { dims: [], lowerBounds: [], elements: [] };

/** Of a text or an array of texts. A NULL stays, so that the comparison is NULL where the exact one is. Undefined: too many. */
export function spelledArray(value: Datum, known: Spellings): PgArray | null | undefined {
  if (value === null) return null;
  const values = typeof value === 'string' ? [value] : (value as PgArray).elements;
  const elements: Datum[] = [];
  for (const one of values) {
    const spellings = one === null ? [null] : spellingsOf(one as string, known);
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

export interface CasingRow {
  readonly function: CaseFunction;
  readonly character: string;
  readonly mapped: string;
}

/** From the rows of CASING_PROBE; `icuLocale` of a database whose characters are ICU's. */
export function readSpellings(rows: readonly CasingRow[], icuLocale: string | undefined): CaseSpellings {
  const of = (name: CaseFunction): CaseSpellings =>
    icuLocale !== undefined && LOOKS_AT_NEIGHBOURS[name].test(icuLocale)
      ? {}
      : {
          [name]: differences(
            pgCUtf8Casing(name),
            rows.filter((row) => row.function === name),
          ),
        };
  return { ...of('lower'), ...of('upper') };
}

function differences(ours: ReadonlyMap<string, string>, theirs: readonly CasingRow[]): Spellings {
  const known = new Map<string, readonly string[]>();
  const add = (character: string, mapped: string): void => {
    const result = ours.get(character) ?? character;
    const spellings = known.get(result) ?? [result];
    if (!spellings.includes(mapped)) known.set(result, [...spellings, mapped]);
  };
  for (const { character, mapped } of theirs) add(character, mapped);
  const mapped = new Set(theirs.map(({ character }) => character));
  for (const character of ours.keys()) if (!mapped.has(character)) add(character, character);
  return known;
}
