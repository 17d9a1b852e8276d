/**
 * What DuckDB evaluates exactly as PostgreSQL 18 does, function by function and for these argument types only. What is not
 * listed as pushed is not pushed. Every entry here that pushes is run on edge values against PostgreSQL by
 * tests/connectors/duckdb/capabilities.test.ts, which walks this table. `sql` is DuckDB's text, $1… its arguments; where a
 * plain translation would differ on some input, it carries the guard that makes it exact, and `guard` says which.
 */
import { GUARD_MARK } from './errors.ts';

export type Support = 'pushed' | 'pushed with a guard' | 'no';

export interface Capability {
  /** As in FunctionRef.signature. */
  readonly signature: string;
  readonly support: Support;
  /** What is written; undefined: the operator between its arguments, or the function by its own name. */
  readonly sql?: string;
  readonly guard?: string;
  /** Written instead beside an ordinary constant under one of these operators: there DuckDB finds the right range of the argument. */
  readonly bare?: { readonly sql: string; readonly beside: readonly string[] };
  /** For 'no': why, in words for users. */
  readonly reason?: string;
  /** An integer that may be out of range: wrapped where DuckDB would compare its argument instead. */
  readonly overflows?: boolean;
  /** Arguments (1-based) that must be constants, and what they may be. */
  readonly constants?: Readonly<Record<number, ConstantRule>>;
  /** Works on numeric: pushed only when DuckDB's DECIMAL is provably wide enough and of one scale. */
  readonly numeric?: boolean;
}
export type ConstantRule =
  | 'a positive integer'
  | 'a non-negative integer'
  | 'a non-empty text'
  | 'a pattern that does not end in a backslash'
  | 'a typmod'
  | { readonly oneOf: readonly string[] };

const raise = (code: string, message: string): string => `error('${GUARD_MARK}${code}:${message}')`;

const pushed = (...signatures: readonly string[]): Capability[] =>
  signatures.map((signature) => ({ signature, support: 'pushed' }));
const written = (signature: string, sql: string, more: Partial<Capability> = {}): Capability => ({
  signature,
  support: 'pushed',
  sql,
  ...more,
});
const guarded = (signature: string, sql: string, guard: string, more: Partial<Capability> = {}): Capability => ({
  signature,
  support: 'pushed with a guard',
  sql,
  guard,
  ...more,
});
const refused = (reason: string, ...signatures: readonly string[]): Capability[] =>
  signatures.map((signature) => ({ signature, support: 'no', reason }));

const RANGES = ['<', '<=', '>', '>='];
/** DuckDB 1.5 makes a range of the argument from a comparison with a constant, and thereby loses NULL, and errs at infinity. */
const COMPARED = 'wrapped, so that DuckDB makes no range of its comparison with just any constant';

const overflowing = (...signatures: readonly string[]): Capability[] =>
  signatures.map((signature) => ({
    signature,
    support: 'pushed with a guard',
    guard: 'wrapped where it is compared with a constant: DuckDB makes `x < 4` of `x + 1 < 5`, which raises nothing',
    overflows: true,
  }));

const COMPARISONS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
const compare = (prefix: string, types: string): string[] => COMPARISONS.map((name) => `${prefix}${name}(${types})`);

/** int2, int4, int8 and their mixtures as pg_proc names them. */
const INTEGER_PAIRS: readonly (readonly [string, string, string])[] = [
  ['int2', 'int2,int2', 'SMALLINT'],
  ['int4', 'int4,int4', 'INTEGER'],
  ['int8', 'int8,int8', 'BIGINT'],
  ['int24', 'int2,int4', 'INTEGER'],
  ['int42', 'int4,int2', 'INTEGER'],
  ['int28', 'int2,int8', 'BIGINT'],
  ['int82', 'int8,int2', 'BIGINT'],
  ['int48', 'int4,int8', 'BIGINT'],
  ['int84', 'int8,int4', 'BIGINT'],
];

const integers: readonly Capability[] = INTEGER_PAIRS.flatMap(([prefix, types, result]) => [
  ...pushed(...compare(prefix, types)),
  ...overflowing(`${prefix}pl(${types})`, `${prefix}mi(${types})`, `${prefix}mul(${types})`),
  guarded(
    `${prefix}div(${types})`,
    `CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN ${raise('22012', 'division by zero')} ELSE CAST($1 AS ${result}) // $2 END`,
    "integer division is DuckDB's `//`; x / 0 raises instead of answering NULL",
  ),
  ...(types.split(',')[0] === types.split(',')[1]
    ? [
        guarded(
          `${prefix}mod(${types})`,
          `CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN ${raise('22012', 'division by zero')} WHEN $2 = -1 AND $1 IS NOT NULL THEN CAST(0 AS ${result}) ELSE $1 % $2 END`,
          'x % 0 raises instead of answering NULL; x % -1 is 0 for the smallest x, too',
        ),
        guarded(
          `${prefix}um(${types.split(',')[0]!})`,
          `(CAST(0 AS ${result}) - $1)`,
          'the smallest integer raises 22003 with its type',
          { overflows: true },
        ),
        guarded(
          `${prefix}abs(${types.split(',')[0]!})`,
          `CASE WHEN $1 < 0 THEN CAST(0 AS ${result}) - $1 ELSE $1 END`,
          'the smallest integer raises 22003 with its type',
        ),
        guarded(
          `abs(${types.split(',')[0]!})`,
          `CASE WHEN $1 < 0 THEN CAST(0 AS ${result}) - $1 ELSE $1 END`,
          'the smallest integer raises 22003 with its type',
        ),
      ]
    : []),
]);

const FLOAT_PAIRS = [
  ['float4', 'float4,float4'],
  ['float8', 'float8,float8'],
  ['float48', 'float4,float8'],
  ['float84', 'float8,float4'],
] as const;

const floats: readonly Capability[] = FLOAT_PAIRS.flatMap(([prefix, types]) => [
  ...pushed(...compare(prefix, types)),
  ...(['pl', 'mi'] as const).map((name) =>
    guarded(
      `${prefix}${name}(${types})`,
      floatGuard(name === 'pl' ? '+' : '-', ''),
      'an overflow raises 22003 instead of answering infinity',
    ),
  ),
  guarded(
    `${prefix}mul(${types})`,
    floatGuard('*', ` WHEN $1 * $2 = 0 AND $1 <> 0 AND $2 <> 0 THEN ${raise('22003', 'value out of range: underflow')}`),
    'overflow and underflow raise 22003 instead of answering infinity or 0',
  ),
  guarded(
    `${prefix}div(${types})`,
    `CASE WHEN $2 = 0 AND NOT isnan($1) THEN ${raise('22012', 'division by zero')}` +
      ` WHEN isinf($1 / $2) AND NOT isinf($1) THEN ${raise('22003', 'value out of range: overflow')}` +
      ` WHEN $1 / $2 = 0 AND $1 <> 0 AND NOT isinf($2) THEN ${raise('22003', 'value out of range: underflow')} ELSE $1 / $2 END`,
    'division by zero raises 22012, overflow and underflow 22003',
  ),
]);

function floatGuard(operator: string, more: string): string {
  const value = `$1 ${operator} $2`;
  return `CASE WHEN isinf(${value}) AND NOT isinf($1) AND NOT isinf($2) THEN ${raise('22003', 'value out of range: overflow')}${more} ELSE ${value} END`;
}

const floatFunctions: readonly Capability[] = ['float4', 'float8'].flatMap((type) => [
  written(`${type}um(${type})`, '(-$1)'),
  written(`${type}abs(${type})`, 'abs($1)'),
  written(`abs(${type})`, 'abs($1)'),
]);

const numerics: readonly Capability[] = [
  ...compare('numeric_', 'numeric,numeric').map((signature): Capability => ({ signature, support: 'pushed', numeric: true })),
  ...['numeric_add', 'numeric_sub', 'numeric_mul'].map((name): Capability => ({
    signature: `${name}(numeric,numeric)`,
    support: 'pushed with a guard',
    guard: 'DECIMALs wide enough for every value; not pushed when 38 digits may not do',
    numeric: true,
  })),
  written('numeric_uminus(numeric)', '(-$1)', { numeric: true }),
  ...['numeric_abs(numeric)', 'abs(numeric)'].map((signature) => written(signature, 'abs($1)', { numeric: true })),
  { signature: 'round(numeric,int4)', support: 'pushed', numeric: true, constants: { 2: 'a non-negative integer' } },
  ...refused('DuckDB divides decimals as floating point', 'numeric_div(numeric,numeric)', 'numeric_div_trunc(numeric,numeric)'),
  ...refused(
    "DuckDB's remainder of decimals goes through floating point",
    'numeric_mod(numeric,numeric)',
    'mod(numeric,numeric)',
  ),
];

const booleans: readonly Capability[] = pushed(...compare('bool', 'bool,bool'));

const LIKE_RULE = { 2: 'a pattern that does not end in a backslash' } as const;

const texts: readonly Capability[] = [
  ...pushed(
    'texteq(text,text)',
    'textne(text,text)',
    'text_lt(text,text)',
    'text_le(text,text)',
    'text_gt(text,text)',
    'text_ge(text,text)',
  ),
  written('textcat(text,text)', '($1 || $2)'),
  written('length(text)', 'CAST(length($1) AS INTEGER)'),
  written('char_length(text)', 'CAST(length($1) AS INTEGER)'),
  written('character_length(text)', 'CAST(length($1) AS INTEGER)'),
  written('octet_length(text)', 'CAST(strlen($1) AS INTEGER)'),
  guarded('textlike(text,text)', "($1 LIKE $2 ESCAPE '\\')", 'the default escape character is written out', {
    constants: LIKE_RULE,
  }),
  guarded('textnlike(text,text)', "($1 NOT LIKE $2 ESCAPE '\\')", 'the default escape character is written out', {
    constants: LIKE_RULE,
  }),
  written('starts_with(text,text)', 'starts_with($1, $2)'),
  ...['substring', 'substr'].flatMap((name) => [
    written(`${name}(text,int4,int4)`, 'substring($1, $2, $3)', {
      constants: { 2: 'a positive integer', 3: 'a non-negative integer' },
    }),
    written(`${name}(text,int4)`, 'substring($1, $2)', { constants: { 2: 'a positive integer' } }),
  ]),
  written('strpos(text,text)', 'CAST(strpos($1, $2) AS INTEGER)', { constants: { 2: 'a non-empty text' } }),
  written('position(text,text)', 'CAST(strpos($1, $2) AS INTEGER)', { constants: { 2: 'a non-empty text' } }),
  written('replace(text,text,text)', 'replace($1, $2, $3)'),
  guarded('btrim(text)', "trim($1, ' ')", 'only blanks are trimmed'),
  guarded('ltrim(text)', "ltrim($1, ' ')", 'only blanks are trimmed'),
  guarded('rtrim(text)', "rtrim($1, ' ')", 'only blanks are trimmed'),
  written('left(text,int4)', 'left($1, $2)', { constants: { 2: 'a non-negative integer' } }),
  written('right(text,int4)', 'right($1, $2)', { constants: { 2: 'a non-negative integer' } }),
  written('md5(text)', 'md5($1)'),
  ...refused(
    'letters outside ASCII differ on DuckDB',
    'lower(text)',
    'upper(text)',
    'initcap(text)',
    'texticlike(text,text)',
    'texticnlike(text,text)',
  ),
  ...refused(
    "DuckDB's regular expressions are RE2, not PostgreSQL's",
    'textregexeq(text,text)',
    'textregexne(text,text)',
    'texticregexeq(text,text)',
    'texticregexne(text,text)',
    'regexp_replace(text,text,text)',
    'regexp_replace(text,text,text,text)',
  ),
  ...refused('DuckDB reverses graphemes, not characters', 'reverse(text)'),
];

const part = (name: string): string => `CAST(date_part('${name}', $2) AS DECIMAL(18,0))`;

/** EXTRACT's fields of a date: the text of each, over $2. */
const DATE_FIELDS: Readonly<Record<string, string>> = {
  // DuckDB counts a year 0; the year of infinity is infinity, which travels as a mark (numeric-shape.ts).
  year:
    'CASE WHEN isfinite($2) THEN CAST(CASE WHEN year($2) <= 0 THEN year($2) - 1 ELSE year($2) END AS DECIMAL(18,0))' +
    " WHEN $2 > TIMESTAMP '2000-01-01' THEN 999999999999999999::DECIMAL(18,0)" +
    ' WHEN $2 IS NOT NULL THEN -999999999999999999::DECIMAL(18,0) END',
  quarter: part('quarter'),
  month: part('month'),
  day: part('day'),
  dow: part('dow'),
  isodow: part('isodow'),
  doy: part('doy'),
};
export const EXTRACT_FIELDS: Readonly<Record<string, string>> = { ...DATE_FIELDS, hour: part('hour'), minute: part('minute') };

/** DuckDB's calendar begins before PostgreSQL's, and its dates end later. */
const CALENDAR = "PostgreSQL's calendar is shorter: 22008 outside";
const dateWithin = (sql: string): string =>
  `CASE WHEN isfinite($1) THEN CASE WHEN ${sql} BETWEEN DATE '4714-11-24 (BC)' AND DATE '5874897-12-31' THEN ${sql}` +
  ` WHEN $2 IS NOT NULL THEN ${raise('22008', 'date out of range')} END WHEN $2 IS NOT NULL THEN $1 END`;
/** `argument`: what may be infinite, and stays so. */
const timestampWithin = (sql: string, argument: string): string =>
  `CASE WHEN ${sql} >= TIMESTAMP '4714-11-24 (BC) 00:00:00' OR NOT isfinite(${argument}) THEN ${sql}` +
  ` WHEN ${sql} IS NOT NULL THEN ${raise('22008', 'timestamp out of range')} END`;
/** `other`: the argument beside the date. */
const fromDate = (sql: string, other = ''): string =>
  `CASE WHEN $1 <= DATE '294276-12-31' OR NOT isfinite($1) THEN ${sql}` +
  ` WHEN $1 IS NOT NULL${other && ` AND ${other} IS NOT NULL`} THEN ${raise('22008', 'date out of range for timestamp')} END`;

const times: readonly Capability[] = [
  ...pushed(
    ...compare('date_', 'date,date'),
    ...compare('time_', 'time,time'),
    ...compare('timestamp_', 'timestamp,timestamp'),
    ...compare('timestamptz_', 'timestamptz,timestamptz'),
  ),
  guarded('date_pli(date,int4)', dateWithin('$1 + $2'), `infinity stays infinity; ${CALENDAR}`),
  guarded('date_mii(date,int4)', dateWithin('$1 - $2'), `infinity stays infinity; ${CALENDAR}`),
  guarded(
    'date_mi(date,date)',
    `CASE WHEN NOT isfinite($1) OR NOT isfinite($2) THEN CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN ${raise('22008', 'cannot subtract infinite dates')} END ELSE CAST($1 - $2 AS INTEGER) END`,
    'infinite dates raise 22008',
  ),
  guarded('date_pl_interval(date,interval)', fromDate(timestampWithin('($1 + $2)', '$1'), '$2'), CALENDAR),
  guarded('date_mi_interval(date,interval)', fromDate(timestampWithin('($1 - $2)', '$1'), '$2'), CALENDAR),
  guarded('timestamp_pl_interval(timestamp,interval)', timestampWithin('($1 + $2)', '$1'), CALENDAR),
  guarded('timestamp_mi_interval(timestamp,interval)', timestampWithin('($1 - $2)', '$1'), CALENDAR),
  guarded('timestamp(date)', fromDate('CAST($1 AS TIMESTAMP)'), CALENDAR),
  guarded('date(timestamp)', 'greatest(CAST($1 AS DATE))', COMPARED, {
    bare: { sql: 'CAST($1 AS DATE)', beside: ['=', ...RANGES] },
  }),
  guarded('extract(text,date)', '', '0 is no year; the year of infinity is infinity', {
    constants: { 1: { oneOf: Object.keys(DATE_FIELDS) } },
    numeric: true,
  }),
  guarded('extract(text,timestamp)', '', '0 is no year; the year of infinity is infinity', {
    constants: { 1: { oneOf: Object.keys(EXTRACT_FIELDS) } },
    numeric: true,
  }),
  guarded('date_trunc(text,timestamp)', timestampWithin('date_trunc($1, $2)', '$2'), `${COMPARED}; ${CALENDAR}`, {
    bare: { sql: 'date_trunc($1, $2)', beside: RANGES },
    constants: { 1: { oneOf: ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] } },
  }),
  ...refused(
    "its result depends on the session's time zone, which DuckDB reckons by other tables",
    'extract(text,timestamptz)',
    'date_trunc(text,timestamptz)',
    'date(timestamptz)',
    'timestamp(timestamptz)',
    'timestamptz(timestamp)',
    'timestamptz(date)',
    'timestamptz_pl_interval(timestamptz,interval)',
    'timestamptz_mi_interval(timestamptz,interval)',
  ),
  ...refused(
    'DuckDB splits the difference into other fields',
    'timestamp_mi(timestamp,timestamp)',
    'timestamptz_mi(timestamptz,timestamptz)',
  ),
  ...refused(
    'dates beyond the year 294276 compare with timestamps only on PostgreSQL',
    ...compare('date_', 'date,timestamp').map((s) => s.replace('(', '_timestamp(')),
    ...compare('timestamp_', 'timestamp,date').map((s) => s.replace('(', '_date(')),
  ),
];

const others: readonly Capability[] = pushed(
  ...compare('uuid_', 'uuid,uuid'),
  ...COMPARISONS.map((name) => `bytea${name}(bytea,bytea)`),
);

/** Casts that are functions; the target type is written. */
const casts: readonly Capability[] = [
  ...overflowing('int2(int4)', 'int2(int8)', 'int4(int8)'),
  ...pushed(
    'int4(int2)',
    'int8(int2)',
    'int8(int4)',
    'float4(int2)',
    'float4(int4)',
    'float4(int8)',
    'float8(int2)',
    'float8(int4)',
    'float8(int8)',
    'float8(float4)',
  ),
  ...['numeric(int2)', 'numeric(int4)', 'numeric(int8)', 'numeric(numeric,int4)'].map((signature): Capability => ({
    signature,
    support: 'pushed',
    numeric: true,
    ...(signature.endsWith(',int4)') ? { constants: { 2: 'a typmod' as const } } : {}),
  })),
  ...overflowing('int2(numeric)', 'int4(numeric)', 'int8(numeric)').map((cast) => ({ ...cast, numeric: true })),
  written('text(bool)', 'CAST($1 AS VARCHAR)'),
  ...refused('DuckDB rounds decimals to floating point differently', 'float8(numeric)', 'float4(numeric)'),
];

const ORDERED = ['int2', 'int4', 'int8', 'float4', 'float8', 'text', 'date', 'time', 'timestamp', 'timestamptz'];

const aggregates: readonly Capability[] = [
  written('count()', 'count(*)'),
  written('count(any)', 'count($1)'),
  guarded('sum(int2)', 'CAST(sum($1) AS BIGINT)', "DuckDB's 128-bit sum must fit bigint, or 22003 is raised"),
  guarded('sum(int4)', 'CAST(sum($1) AS BIGINT)', "DuckDB's 128-bit sum must fit bigint, or 22003 is raised"),
  { ...guarded('sum(int8)', 'CAST(sum($1) AS DECIMAL(38,0))', 'the 128-bit sum as numeric'), numeric: true },
  { signature: 'sum(numeric)', support: 'pushed', sql: 'sum($1)', numeric: true },
  ...['min', 'max'].flatMap((name) => [
    ...ORDERED.filter((type) => name === 'max' || !type.startsWith('float')).map((type) =>
      written(`${name}(${type})`, `${name}($1)`),
    ),
    written(`${name}(numeric)`, `${name}($1)`, { numeric: true }),
  ]),
  ...['float4', 'float8'].map((type) =>
    guarded(
      `min(${type})`,
      'min($1 * 1)',
      "of the rows: in a column's statistics, where nothing but NaN is, the least is Infinity",
    ),
  ),
  written('bool_and(bool)', 'bool_and($1)'),
  written('bool_or(bool)', 'bool_or($1)'),
  written('every(bool)', 'bool_and($1)'),
  ...refused("DuckDB's averages go through floating point", 'avg(int2)', 'avg(int4)', 'avg(int8)', 'avg(numeric)'),
  ...refused(
    'DuckDB sums floating point in another order and without overflow checks',
    'sum(float4)',
    'sum(float8)',
    'avg(float4)',
    'avg(float8)',
  ),
];

export const duckdbCapabilityTable: readonly Capability[] = [
  ...integers,
  ...floats,
  ...floatFunctions,
  ...numerics,
  ...booleans,
  ...texts,
  ...times,
  ...others,
  ...casts,
  ...aggregates,
];

const bySignature = new Map(duckdbCapabilityTable.map((entry) => [entry.signature, entry]));
export const capabilityOf = (signature: string): Capability | undefined => bySignature.get(signature);
