/**
 * Calls of pg_catalog that raise for no input, and calls that raise for none once an argument is a constant: a divisor that
 * is not zero, a unit that the type has. The arguments are the caller's to judge. Unlisted means "may raise".
 *
 * Left out although they look harmless: whatever adds or subtracts (overflow; infinite dates), conversions of timestamptz
 * (a time zone may lead out of the range at its ends).
 */
import type { CallScalar, Scalar } from '../../algebra/scalar.ts';
import type { Datum, Numeric } from '../../core/datum.ts';

/** numeric overflows only beyond 131,072 digits, text beyond 1 GB; stored values are far from it. */
const NEVER_RAISE = new Set([
  'numeric_add(numeric,numeric)',
  'numeric_sub(numeric,numeric)',
  'numeric_mul(numeric,numeric)',
  'numeric_uminus(numeric)',
  'numeric_abs(numeric)',
  'abs(numeric)',
  'sign(numeric)',
  'ceil(numeric)',
  'floor(numeric)',
  'round(numeric,int4)',
  'trunc(numeric,int4)',
  'int4(int2)',
  'int8(int2)',
  'int8(int4)',
  'float8(int2)',
  'float8(int4)',
  'float8(int8)',
  'float8(float4)',
  'float4(int2)',
  'float4(int4)',
  'float4(int8)',
  'numeric(int2)',
  'numeric(int4)',
  'numeric(int8)',
  'int4(bool)',
  ...['int2', 'int4', 'int8'].flatMap((type) => ['and', 'or', 'xor'].map((operation) => `${type}${operation}(${type},${type})`)),
  ...['float4', 'float8'].flatMap((type) => [`${type}um(${type})`, `abs(${type})`, `${type}abs(${type})`]),
  'floor(float8)',
  'ceil(float8)',
  'round(float8)',
  'trunc(float8)',
  'sign(float8)',
  'text(bpchar)',
  'text(bool)',
  'upper(text)',
  'lower(text)',
  'initcap(text)',
  'length(text)',
  'octet_length(text)',
  'ascii(text)',
  'btrim(text)',
  'ltrim(text)',
  'rtrim(text)',
  'btrim(text,text)',
  'ltrim(text,text)',
  'rtrim(text,text)',
  'replace(text,text,text)',
  'translate(text,text,text)',
  'textcat(text,text)',
  'strpos(text,text)',
  'reverse(text)',
  'left(text,int4)',
  'right(text,int4)',
  'substring(text,int4)',
  'substr(text,int4)',
  'starts_with(text,text)',
  'md5(text)',
  'md5(bytea)',
  'sha256(bytea)',
  'length(bytea)',
  'octet_length(bytea)',
  'isfinite(date)',
  'isfinite(timestamp)',
  'isfinite(timestamptz)',
  'isfinite(interval)',
  'date(timestamp)',
  'time(timestamp)',
  'cardinality(anyarray)',
  'array_length(anyarray,int4)',
  'jsonb_typeof(jsonb)',
  'jsonb_object_field(jsonb,text)',
  'jsonb_object_field_text(jsonb,text)',
  'jsonb_array_element(jsonb,int4)',
  'jsonb_array_element_text(jsonb,int4)',
  'jsonb_contains(jsonb,jsonb)',
  'jsonb_contained(jsonb,jsonb)',
  'jsonb_exists(jsonb,text)',
]);

/** Tells of the constants at its places whether a call with them cannot raise; a NULL makes any of these calls NULL. */
type Guard = (args: readonly Scalar[]) => boolean;

const constantAt =
  (place: number, accepts: (value: Exclude<Datum, null>) => boolean): Guard =>
  (args) => {
    const arg = args[place];
    return arg?.kind === 'const' && (arg.value === null || accepts(arg.value));
  };

const isInteger = (value: Datum): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const isNumeric = (value: Datum): value is Numeric => typeof value === 'object' && value !== null && 'kind' in value;

/** -1 overflows with the smallest number. */
const dividesAll = constantAt(1, (value) => isInteger(value) && Number(value) !== 0 && Number(value) !== -1);
/** Times 0 or 1 no integer leaves the range of the wider type. */
const isZeroOrOne = (value: Datum): boolean => isInteger(value) && (Number(value) === 0 || Number(value) === 1);
const growsNothing: Guard = (args) => constantAt(0, isZeroOrOne)(args) || constantAt(1, isZeroOrOne)(args);
const isNotZero = constantAt(1, (value) => isNumeric(value) && !(value.kind === 'finite' && value.unscaled === 0n));
const isNotNegative = (place: number): Guard => constantAt(place, (value) => isInteger(value) && Number(value) >= 0);
/** Only an escape at the end of a pattern raises. */
const isWholePattern = constantAt(1, (value) => typeof value === 'string' && !value.endsWith('\\'));
/** Letters, digits, `.`, anchors, groups and plain brackets, which JavaScript reads as PostgreSQL does. */
const isSimpleExpression = constantAt(1, (value) => {
  if (typeof value !== 'string' || !/^[\w ^$.|()[\]+*-]*$/.test(value) || /\[\^?\]|\[[^\]]*(?:\[|-[^\]]*-)/.test(value))
    return false;
  try {
    return new RegExp(value, 'u').source !== '';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
});
const isSmall = constantAt(0, (value) => isNumeric(value) && value.kind === 'finite' && value.unscaled.toString().length < 30);

const DATE_UNITS = 'year month day quarter week dow isodow doy isoyear decade century millennium epoch'.split(' ');
const TIME_UNITS = 'hour minute second milliseconds microseconds'.split(' ');
const unitIn = (units: readonly string[]): Guard =>
  constantAt(0, (value) => typeof value === 'string' && units.includes(value.toLowerCase()));

const WITH_CONSTANTS: ReadonlyMap<string, Guard> = new Map<string, Guard>([
  ...['int2', 'int4', 'int8'].flatMap((type): [string, Guard][] => [
    [`${type}div(${type},${type})`, dividesAll],
    [`${type}mod(${type},${type})`, dividesAll],
  ]),
  ['int84div(int8,int4)', dividesAll],
  ...['2', '4', '8'].flatMap((left) =>
    ['2', '4', '8'].map((right): [string, Guard] => [
      `int${left === right ? left : left + right}mul(int${left},int${right})`,
      growsNothing,
    ]),
  ),
  ['numeric_div(numeric,numeric)', isNotZero],
  ['numeric_mod(numeric,numeric)', isNotZero],
  ['mod(numeric,numeric)', isNotZero],
  ['float8(numeric)', isSmall],
  ['substring(text,int4,int4)', isNotNegative(2)],
  ['substr(text,int4,int4)', isNotNegative(2)],
  ['split_part(text,text,int4)', constantAt(2, (value) => isInteger(value) && Number(value) !== 0)],
  ...['textlike', 'textnlike', 'texticlike', 'texticnlike'].map((name): [string, Guard] => [
    `${name}(text,text)`,
    isWholePattern,
  ]),
  ...['textregexeq', 'textregexne', 'texticregexeq', 'texticregexne', 'regexp_like', 'regexp_count', 'regexp_substr'].map(
    (name): [string, Guard] => [`${name}(text,text)`, isSimpleExpression],
  ),
  ['regexp_replace(text,text,text)', isSimpleExpression],
  // An explicit cast cuts; an implicit one raises.
  ['varchar(varchar,int4,bool)', constantAt(2, (value) => value === true)],
  ['extract(text,date)', unitIn(DATE_UNITS)],
  ['extract(text,timestamp)', unitIn([...DATE_UNITS, ...TIME_UNITS])],
  ['date_part(text,timestamp)', unitIn([...DATE_UNITS, ...TIME_UNITS])],
  ['extract(text,time)', unitIn([...TIME_UNITS, 'epoch'])],
  ['date_part(text,time)', unitIn([...TIME_UNITS, 'epoch'])],
]);

/** Whether the call itself raises for no values of its arguments. */
export const callCannotRaise = ({ fn, args }: CallScalar): boolean =>
  fn.schema === 'pg_catalog' && (NEVER_RAISE.has(fn.signature) || (WITH_CONSTANTS.get(fn.signature)?.(args) ?? false));
