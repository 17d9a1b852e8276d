/**
 * The comparisons of two values of one built-in type whose order is the same everywhere, for rules that write a comparison
 * nobody wrote.
 */
import { builtin, infix } from './builtin.ts';
import type { CallScalar, FunctionRef, OperatorRef, Scalar } from './scalar.ts';
import { sqlType, type TypeKind } from '../core/sql-type.ts';

export type Comparison = 'lt' | 'le' | 'eq' | 'ne' | 'ge' | 'gt';

/** Its operator, the comparison with the sides exchanged, and the one that is true where it is false. */
const MEANINGS: Readonly<Record<Comparison, readonly [string, Comparison, Comparison]>> = {
  lt: ['<', 'gt', 'ge'],
  le: ['<=', 'ge', 'gt'],
  eq: ['=', 'eq', 'ne'],
  ne: ['<>', 'ne', 'eq'],
  ge: ['>=', 'le', 'lt'],
  gt: ['>', 'lt', 'le'],
};

/** How the functions' names begin, and the OIDs of function and operator. */
type Comparisons = { readonly prefix: string } & Readonly<Record<Comparison, readonly [fn: number, operator: number]>>;
// prettier-ignore
const COMPARISONS: Readonly<Partial<Record<TypeKind, Comparisons>>> = {
  int2: { prefix: 'int2', lt: [64, 95], le: [148, 522], eq: [63, 94], ne: [145, 519], ge: [151, 524], gt: [146, 520] },
  int4: { prefix: 'int4', lt: [66, 97], le: [149, 523], eq: [65, 96], ne: [144, 518], ge: [150, 525], gt: [147, 521] },
  int8: { prefix: 'int8', lt: [469, 412], le: [471, 414], eq: [467, 410], ne: [468, 411], ge: [472, 415], gt: [470, 413] },
  date: { prefix: 'date_', lt: [1087, 1095], le: [1088, 1096], eq: [1086, 1093], ne: [1091, 1094], ge: [1090, 1098], gt: [1089, 1097] },
  timestamp: { prefix: 'timestamp_', lt: [2054, 2062], le: [2055, 2063], eq: [2052, 2060], ne: [2053, 2061], ge: [2056, 2065], gt: [2057, 2064] },
  timestamptz: { prefix: 'timestamptz_', lt: [1154, 1322], le: [1155, 1323], eq: [1152, 1320], ne: [1153, 1321], ge: [1156, 1325], gt: [1157, 1324] },
};

export const isOrderedEverywhere = (kind: TypeKind): boolean => COMPARISONS[kind] !== undefined;

/** Undefined: the operator is none of them. */
export const comparisonWritten = (operator: string): Comparison | undefined =>
  (Object.keys(MEANINGS) as Comparison[]).find((comparison) => MEANINGS[comparison][0] === operator);

export const commuted = (comparison: Comparison): Comparison => MEANINGS[comparison][1];

/** Both sides are of one type, one that is ordered everywhere. */
export function compared(comparison: Comparison, left: Scalar, right: Scalar): CallScalar {
  const { fn, operator } = comparisonOf(comparison, left.type.kind);
  return { kind: 'call', fn, operator, args: [left, right], type: sqlType('bool'), inputCollation: 'none', form: 'operator' };
}

export function comparisonOf(
  comparison: Comparison,
  kind: TypeKind,
): { readonly fn: FunctionRef; readonly operator: OperatorRef } {
  const known = COMPARISONS[kind]!;
  const [functionOid, oid] = known[comparison];
  const [name, exchanged, opposite] = MEANINGS[comparison];
  const fnName = `${known.prefix}${comparison}`;
  const more = { negator: known[opposite][1], canHash: comparison === 'eq' };
  return {
    fn: builtin(functionOid, fnName, `${fnName}(${kind},${kind})`, 'function', { strict: true, leakproof: true }),
    operator: infix(oid, name, functionOid, known[exchanged][1], more),
  };
}
