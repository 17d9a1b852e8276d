/** Which join conditions a hash table can answer. */
import type { ColumnId, Scalar } from './scalar.ts';
import { isCodePointOrder } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';
import { columnsIn, readsOnly } from './transform.ts';

type Columns = ReadonlySet<ColumnId>;

const INTEGER = new Set(['int2', 'int4', 'int8']);
const FLOAT = new Set(['float4', 'float8']);
const TEXT = new Set(['text', 'varchar', 'name']);

/** `left = right` with one side of the join on each side, of types that hash alike. */
export function hashKeys(conjunct: Scalar, left: Columns, right: Columns): { left: Scalar; right: Scalar } | undefined {
  if (conjunct.kind !== 'call' || conjunct.operator?.name !== '=' || !conjunct.operator.canHash || conjunct.args.length !== 2)
    return undefined;
  return sides(conjunct.args[0]!, conjunct.args[1]!, left, right);
}

/** The same of `left IS NOT DISTINCT FROM right`. */
export function nullSafeKeys(conjunct: Scalar, left: Columns, right: Columns): { left: Scalar; right: Scalar } | undefined {
  if (conjunct.kind !== 'not' || conjunct.arg.kind !== 'distinct') return undefined;
  const { operator, left: a, right: b } = conjunct.arg;
  return operator.name === '=' && operator.canHash ? sides(a, b, left, right) : undefined;
}

/** Either of the two. */
export const joinKeys = (conjunct: Scalar, left: Columns, right: Columns): { left: Scalar; right: Scalar } | undefined =>
  hashKeys(conjunct, left, right) ?? nullSafeKeys(conjunct, left, right);

/** Whether equal values have equal bytes, or a form that has: those of json and foreign types may differ in all that travels. */
function hashes(type: SqlType): boolean {
  const { collation, fields } = type;
  // A row's binary form does not tell what is in rows and arrays within it.
  if (fields)
    return fields.every((field) => field.type.kind !== 'composite' && field.type.kind !== 'array' && hashes(field.type));
  if (type.kind === 'array') return type.element !== undefined && hashes(type.element);
  if (type.kind === 'json' || type.kind === 'opaque') return false;
  return isCodePointOrder(collation) || typeof collation !== 'object' || collation.deterministic;
}

function sides(a: Scalar, b: Scalar, left: Columns, right: Columns): { left: Scalar; right: Scalar } | undefined {
  const alike =
    a.type.kind === b.type.kind || [INTEGER, FLOAT, TEXT].some((family) => family.has(a.type.kind) && family.has(b.type.kind));
  if (!alike || !hashes(a.type) || !hashes(b.type)) return undefined;
  if ((a.type.kind === 'enum' || a.type.kind === 'array') && a.type.oid !== b.type.oid) return undefined;
  const reads = (expr: Scalar, side: Columns): boolean => columnsIn(expr).size > 0 && readsOnly(expr, side);
  if (reads(a, left) && reads(b, right)) return { left: a, right: b };
  if (reads(b, left) && reads(a, right)) return { left: b, right: a };
  return undefined;
}
