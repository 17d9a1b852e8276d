/**
 * What conditions over constants come to, and whether several of one column can hold together. Only for kinds whose values
 * compare as numbers or by their code points; "undefined" and "no" when unsure.
 */
import type { CallScalar, ColumnId, ConstScalar, Scalar } from '../../algebra/scalar.ts';
import type { Datum } from '../../core/datum.ts';
import type { TypeKind } from '../../core/sql-type.ts';
import { isDeterministic } from '../place/equality-classes.ts';

const WHOLE: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8', 'date']);
const TEXT: ReadonlySet<TypeKind> = new Set(['text', 'varchar']);

type Relation = '=' | '<>' | '<' | '<=' | '>' | '>=';
const FLIPPED: Readonly<Record<Relation, Relation>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const isRelation = (name: string): name is Relation => Object.hasOwn(FLIPPED, name);

/** The comparison that a call is, if its sides are of one kind that is known here. */
function relationOf(call: CallScalar): Relation | undefined {
  const { operator, args } = call;
  const [left, right] = args;
  if (operator?.schema !== 'pg_catalog' || !isRelation(operator.name) || !left || !right) return undefined;
  const isWhole = WHOLE.has(left.type.kind) && left.type.kind === right.type.kind;
  const isText = TEXT.has(left.type.kind) && TEXT.has(right.type.kind) && isDeterministic(call);
  // The order of texts is their collation's to say.
  return isWhole || (isText && (operator.name === '=' || operator.name === '<>')) ? operator.name : undefined;
}

/** A comparison of two constants; undefined: not one, or not known here. */
export function decided(expr: Scalar): boolean | undefined {
  if (expr.kind !== 'call') return undefined;
  const [left, right] = expr.args;
  const relation = relationOf(expr);
  if (relation === undefined || left?.kind !== 'const' || right?.kind !== 'const') return undefined;
  return left.value === null || right.value === null ? undefined : holds(relation, compare(left.value, right.value));
}

/** By code points where not by number, which is good for telling equal from unequal. */
function compare(a: Datum, b: Datum): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [BigInt(a as number | bigint), BigInt(b as number | bigint)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function holds(relation: Relation, order: number): boolean {
  switch (relation) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

interface Bound {
  readonly relation: Relation;
  readonly value: ConstScalar['value'];
}

/** Whether no value of some column fulfils all: x = 1 AND x = 2, x > 5 AND x < 3. */
export function contradict(conjuncts: readonly Scalar[]): boolean {
  const bounds = new Map<ColumnId, Bound[]>();
  for (const conjunct of conjuncts) {
    if (conjunct.kind !== 'call') continue;
    const written = relationOf(conjunct);
    const [left, right] = conjunct.args;
    const column = left?.kind === 'column' ? left : right?.kind === 'column' ? right : undefined;
    const constant = left?.kind === 'const' ? left : right?.kind === 'const' ? right : undefined;
    if (written === undefined || column === undefined || constant === undefined || constant.value === null) continue;
    const bound = { relation: column === left ? written : FLIPPED[written], value: constant.value };
    bounds.set(column.column, [...(bounds.get(column.column) ?? []), bound]);
  }
  return [...bounds.values()].some((own) => own.some((a, i) => own.slice(i + 1).some((b) => exclude(a, b))));
}

function exclude(a: Bound, b: Bound): boolean {
  const order = compare(a.value, b.value);
  if (a.relation === '=') return !holds(b.relation, order);
  if (b.relation === '=') return !holds(a.relation, -order);
  const isLower = ({ relation }: Bound): boolean => relation === '>' || relation === '>=';
  const isUpper = ({ relation }: Bound): boolean => relation === '<' || relation === '<=';
  const isOpen = a.relation === '<' || a.relation === '>' || b.relation === '<' || b.relation === '>';
  if (isLower(a) && isUpper(b)) return order > 0 || (order === 0 && isOpen);
  if (isUpper(a) && isLower(b)) return order < 0 || (order === 0 && isOpen);
  return false;
}
