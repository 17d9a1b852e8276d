/**
 * The implicit casts among the types that travel (pg_cast with castcontext 'i' in PostgreSQL 18; a test compares). Needed
 * where PostgreSQL leaves a cast to its planner: the inputs of a set operation keep their own types in the analysed tree.
 */

/** castsource, casttarget, castfunc; castfunc 0: same bytes. */
const IMPLICIT_CASTS: readonly (readonly [number, number, number])[] = [
  [1042, 1043, 401], // bpchar → varchar
  [1042, 19, 409], // bpchar → name
  [1042, 25, 401], // bpchar → text
  [1043, 1042, 0], // varchar → bpchar
  [1043, 19, 1400], // varchar → name
  [1043, 25, 0], // varchar → text
  [1082, 1114, 2024], // date → timestamp
  [1082, 1184, 1174], // date → timestamptz
  [1083, 1186, 1370], // time → interval
  [1114, 1184, 2028], // timestamp → timestamptz
  [1700, 700, 1745], // numeric → float4
  [1700, 701, 1746], // numeric → float8
  [19, 25, 406], // name → text
  [20, 1700, 1781], // int8 → numeric
  [20, 700, 652], // int8 → float4
  [20, 701, 482], // int8 → float8
  [21, 1700, 1782], // int2 → numeric
  [21, 20, 754], // int2 → int8
  [21, 23, 313], // int2 → int4
  [21, 700, 236], // int2 → float4
  [21, 701, 235], // int2 → float8
  [23, 1700, 1740], // int4 → numeric
  [23, 20, 481], // int4 → int8
  [23, 700, 318], // int4 → float4
  [23, 701, 316], // int4 → float8
  [25, 1042, 0], // text → bpchar
  [25, 1043, 0], // text → varchar
  [25, 19, 407], // text → name
  [700, 701, 311], // float4 → float8
];

const functionOf = new Map(IMPLICIT_CASTS.map(([source, target, fn]) => [`${source}>${target}`, fn]));

export const implicitCastFunctions: readonly number[] = [...new Set(IMPLICIT_CASTS.map(([, , fn]) => fn))].filter((fn) => fn > 0);

/** The function that casts; 0: a relabelling; undefined: no implicit cast known here. */
export const implicitCast = (source: number, target: number): number | undefined => functionOf.get(`${source}>${target}`);
