/**
 * DuckDB's answers to the planner. `scalar` and `aggregate` judge by the capability table alone; `operator` has the whole
 * input in view and adds what depends on it: the proof that every numeric expression of the node keeps PostgreSQL's scale
 * and fits a DECIMAL (numeric-shape.ts). Whoever pushes a node must ask both. Long since every kind of node has its verdict.
 */
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { mixesCollations, SEVERAL_COLLATIONS } from '../../algebra/collations.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Join, Rel } from '../../algebra/rel.ts';
import type { AggregateCall, CallScalar, CastScalar, ColumnId, Scalar, WindowCall } from '../../algebra/scalar.ts';
import { aggregateScalars, columnsIn, relInputs, relScalars, scalarParts, someScalar } from '../../algebra/transform.ts';
import { TIMESTAMP_INFINITY, UNIX_TO_PG_MICROS, type Datum, type Int64, type Interval, type PgArray } from '../../core/datum.ts';
import { isCodePointOrder } from '../../core/sql-type.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { capabilityOf } from './capability-table.ts';
import type { Capability, ConstantRule } from './capability-table.ts';
import { relationKey } from './describe.ts';
import type { KnownRelations } from './describe.ts';
import { DIGITS_MAX, fits, integerDigits, ShapeFinder } from './numeric-shape.ts';
import type { NumericShape, NumericShapes } from './numeric-shape.ts';
import { anyMayRaise, protectsByOrder } from './evaluation-order.ts';
import { repeatsWhatMayRaise } from './repeated-conditions.ts';
import { notShipped } from './shipped-tables.ts';
import { windowVerdict } from './window-verdict.ts';

const exact: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

const REPEATED_REASON = 'DuckDB merges conditions on one expression, and with them the errors it raises';
const WIDTH_REASON = 'DuckDB decimals have one scale and 38 digits, which may not do here';

/** Kinds whose constants and parameters DuckDB takes. */
const VALUE_KINDS = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
]);
/** Kinds DuckDB compares, sorts and groups as PostgreSQL does. */
const COMPARABLE_KINDS = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
]);
const TEXT_FROM = new Set(['int2', 'int4', 'int8', 'uuid', 'bool']);

export class DuckDBCapabilities implements Capabilities {
  private readonly known: KnownRelations;
  readonly finder: ShapeFinder;
  readonly eagerSubqueries = true;
  constructor(known: KnownRelations) {
    this.known = known;
    this.finder = new ShapeFinder(known);
  }

  scalar(expr: Scalar): Verdict {
    if (mixesCollations(expr)) return no(SEVERAL_COLLATIONS);
    switch (expr.kind) {
      case 'column':
        return exact;
      case 'const':
        if (expr.type.kind === 'array' && expr.value !== null && !isPlainList(expr.value as PgArray))
          return no('arrays that are not lists');
        if (expr.type.kind === 'interval' && isInfiniteInterval(expr.value)) return no('infinite intervals');
        if (isAfterCalendar(expr.type, expr.value)) return no('a timestamp after the end of DuckDB’s calendar');
        if (isMinusZero(expr.value)) return no('DuckDB takes -0 and 0 for one constant');
        // Whether numeric ones stand where they can be fitted, operator() sees.
        if (expr.type.element?.kind === 'numeric') return exact;
        return valueVerdict(expr.type);
      case 'param':
        // It may be infinite, which DuckDB's are not.
        return expr.type.kind === 'interval' ? no('parameters of type interval') : valueVerdict(expr.type);
      case 'call':
        if (expr.variadic) return no('VARIADIC arguments');
        if (isOperatorByName(expr)) return no(`${expr.fn.signature} called by its name`);
        return callVerdict(expr.fn.signature, expr.fn.schema, expr.args, expr.inputCollation);
      case 'cast':
        return castVerdict(expr.how, expr.arg.type, expr.type);
      case 'and':
      case 'or':
      case 'not':
      case 'nulltest':
      case 'booltest':
      case 'case':
      case 'caseoperand':
      case 'coalesce':
        return exact;
      case 'distinct':
      case 'nullif':
        return callVerdict(expr.equality.signature, expr.equality.schema, [expr.left, expr.right], expr.inputCollation);
      case 'arraycompare': {
        const isList = expr.quantifier === 'any' ? expr.operator.name === '=' : expr.operator.name === '<>';
        if (!isList) return no('only = ANY and <> ALL of an array');
        if (expr.left.type.kind === 'numeric' && expr.array.kind !== 'array' && expr.array.kind !== 'const')
          return no(WIDTH_REASON);
        return callVerdict(expr.fn.signature, expr.fn.schema, [expr.left], expr.inputCollation);
      }
      case 'row':
      case 'field':
      case 'subscript':
      case 'native':
        return no(`${expr.kind === 'native' ? expr.name : `a ${expr.kind} expression`} is evaluated at home`);
      case 'greatest':
      case 'least':
        return comparable(expr.type, expr.inputCollation);
      case 'array':
        return expr.nested ? no('arrays of arrays') : valueVerdict(expr.type);
      case 'subquery': {
        if (readsLimit(expr.rel)) return no(LIMIT_REASON);
        if (expr.mode === 'scalar' || expr.mode === 'exists') return exact;
        const isIn = expr.mode === 'any' && expr.comparisons?.every((c) => c.operator.name === '=') === true;
        if (!isIn) return no('only = ANY and EXISTS of a subquery');
        // (NULL, 1) IN (VALUES (2, 3)) is false, and NULL to DuckDB.
        if (expr.comparisons.length > 1) return no('rows compared with a subquery');
        for (const [i, comparison] of expr.comparisons.entries()) {
          if (expr.left![i]!.type.kind === 'numeric') return no(WIDTH_REASON);
          const verdict = callVerdict(comparison.fn.signature, comparison.fn.schema, [], comparison.inputCollation);
          if (verdict.verdict !== 'exact') return verdict;
        }
        return exact;
      }
    }
  }

  aggregate(call: AggregateCall): Verdict {
    if (call.orderBy.length > 0) return no(`ORDER BY within ${call.fn.name}`);
    if (call.fn.aggregateKind !== undefined && call.fn.aggregateKind !== 'normal') return no(`${call.fn.name} over an order`);
    if (call.distinct) {
      for (const arg of call.args) {
        const verdict = comparable(arg.type, arg.type.collation);
        if (verdict.verdict !== 'exact') return verdict;
      }
    }
    return callVerdict(call.fn.signature, call.fn.schema, call.args, call.inputCollation);
  }

  operator(rel: Rel): Verdict {
    const own = this.ownVerdict(rel);
    if (own.verdict !== 'exact') return own;
    if (protectsByOrder(rel)) return no('AND and OR in the order of PostgreSQL');
    const shapes = this.finder.shapes(rel);
    for (const expr of relScalars(rel)) {
      const reason = this.numericReason(expr, shapes);
      if (reason) return no(reason);
    }
    if (rel.kind === 'aggregate') {
      for (const { column, call } of rel.aggregates) {
        for (const expr of aggregateScalars(call)) {
          const reason = this.numericReason(expr, shapes);
          if (reason) return no(reason);
        }
        if (column.type.kind === 'numeric' && !shapes.has(column.id)) return no(WIDTH_REASON);
      }
    }
    // What travels as text has no order and no equality any more.
    if (comparedColumns(rel).some((id) => shapes.get(id)?.textual)) return no(WIDTH_REASON);
    // A numeric that is put out must have a proven scale.
    const unproven = outputColumns(rel).find((column) => column.type.kind === 'numeric' && !shapes.has(column.id));
    return unproven ? no(WIDTH_REASON) : exact;
  }

  private ownVerdict(rel: Rel): Verdict {
    switch (rel.kind) {
      case 'scan': {
        if (rel.sample) return no('DuckDB draws samples by other rules than PostgreSQL');
        const known = this.known.get(relationKey(rel.table.schema, rel.table.name));
        if (known === undefined) return no('the source has not been described yet');
        const absent = rel.columns.find((column) => !known.columns.has(column.sourceName));
        return absent === undefined ? exact : no(`DuckDB has no ${absent.sourceName} of the table`);
      }
      case 'filter':
      case 'project':
        if (rel.kind === 'filter' && repeatsWhatMayRaise(rel)) return no(REPEATED_REASON);
        if (rel.kind === 'filter' && readsLimit(rel) && anyMayRaise(rel.input)) return no(LIMIT_REASON);
        return relScalars(rel).some(hasSubquery) && readsLimit(rel) ? no(LIMIT_REASON) : exact;
      case 'with':
        return rel.definitions.some((definition) => readsLimit(definition.rel)) ? no(LIMIT_REASON) : exact;
      case 'values':
      case 'ctescan':
        return exact;
      case 'join':
        if (repeatsWhatMayRaise(rel)) return no(REPEATED_REASON);
        return readsLimit(rel) ? no(LIMIT_REASON) : joinVerdict(rel);
      case 'window': {
        const keys = [...rel.partition, ...rel.order].map(({ type }) => comparable(type, type.collation));
        const asAggregate = (call: WindowCall): Verdict => this.aggregate({ ...call, distinct: false, orderBy: [] });
        return first([...keys, windowVerdict(rel, valueVerdict, asAggregate)]);
      }
      case 'projectset':
      case 'recursive':
        return no(`${rel.kind} is evaluated at home`);
      case 'input': {
        const reason = rel.columns.map(({ type }) => notShipped(type)).find((one) => one !== undefined);
        return reason === undefined ? exact : no(reason);
      }
      case 'aggregate':
        // Without aggregates DuckDB takes several empty sets for one.
        if (rel.sets && rel.aggregates.length === 0) return no('grouping sets without aggregates');
        return first(rel.groups.map((column) => comparable(column.type, column.type.collation)));
      case 'sort':
        return first(rel.keys.map((key) => comparable(key.type, key.type.collation)));
      case 'distinct':
        return first(outputColumns(rel).map((column) => comparable(column.type, column.type.collation)));
      case 'setop':
        if (rel.op !== 'union' && anyMayRaise(rel.right)) return no(UNREAD_REASON);
        return rel.op === 'union' && rel.all
          ? exact
          : first(rel.columns.map((column) => comparable(column.type, column.type.collation)));
      case 'limit':
        return countVerdict(rel.limit) && countVerdict(rel.offset) ? exact : no('LIMIT and OFFSET that are not constants');
      case 'fence':
        return no('a security barrier is evaluated at home');
    }
  }

  /** Why a numeric part of an expression cannot be left to DuckDB; undefined when all can. */
  private numericReason(expr: Scalar, shapes: NumericShapes): string | undefined {
    if (expr.kind === 'subquery' && expr.mode !== 'scalar') return undefined;
    const pair = comparedNumerics(expr);
    if (pair) {
      // It would come out with the other side's scale.
      if (expr.kind === 'nullif' && isFitted(expr.left)) return WIDTH_REASON;
      for (const part of pair)
        for (const inner of scalarParts(part)) {
          const reason = this.numericReason(inner, shapes);
          if (reason) return reason;
        }
      return this.comparisonReason(pair, shapes);
    }
    if (expr.kind === 'const' && expr.type.element?.kind === 'numeric') return WIDTH_REASON;
    if (expr.type.kind === 'numeric') {
      const shape = this.finder.scalar(expr, shapes);
      // A bare column may be anything, as long as it is only handed on; who computes with it asks for its shape.
      if (!shape && expr.kind !== 'column') return WIDTH_REASON;
    } else if (expr.kind === 'call' && capabilityOf(expr.fn.signature)?.numeric === true) {
      for (const arg of expr.args) {
        const shape = arg.type.kind === 'numeric' ? this.finder.scalar(arg, shapes) : undefined;
        if (arg.type.kind === 'numeric' && (!shape || !fits(shape) || shape.infinities)) return WIDTH_REASON;
      }
    }
    for (const part of scalarParts(expr)) {
      const reason = this.numericReason(part, shapes);
      if (reason) return reason;
    }
    return undefined;
  }

  /** Both sides must fit one DECIMAL; a constant or parameter is fitted to the other side. */
  private comparisonReason(pair: readonly Scalar[], shapes: NumericShapes): string | undefined {
    const found = pair.map((side) => {
      if (isGiven(side)) return 'fixed';
      return this.finder.scalar(side, shapes) ?? (isFitted(side) ? 'fixed' : undefined);
    });
    const open = found.filter((shape): shape is NumericShape => typeof shape === 'object');
    if (found.includes(undefined) || open.some((shape) => !fits(shape))) return WIDTH_REASON;
    if (open.length === 0) {
      // Two constants: each by itself.
      return pair.every((side) => this.finder.scalar(side, shapes)) ? undefined : WIDTH_REASON;
    }
    if (open.length > 1 && open.some((shape) => shape.infinities)) return WIDTH_REASON;
    const scale = Math.max(...open.map((shape) => shape.scale)) + (open.length < pair.length ? 1 : 0);
    return scale + Math.max(...open.map(integerDigits)) > DIGITS_MAX ? WIDTH_REASON : undefined;
  }
}

const isGiven = ({ kind }: Scalar): boolean => kind === 'const' || kind === 'param';
/** Has no scale that binds; a subquery that is not exact here reaches us as a parameter. */
const isFitted = (expr: Scalar): boolean => isGiven(expr) || expr.kind === 'subquery';

/** The elements of an array that is written out or constant. */
function listElements(array: Scalar): readonly Scalar[] {
  if (array.kind === 'array') return array.elements;
  if (array.kind !== 'const' || array.value === null) return [];
  return (array.value as PgArray).elements.map((value): Scalar => ({ kind: 'const', value, type: array.type.element! }));
}

/** Columns whose order or equality the operator itself needs. */
function comparedColumns(rel: Rel): readonly ColumnId[] {
  switch (rel.kind) {
    case 'aggregate': {
      const distinct = rel.aggregates.filter(({ call }) => call.distinct).flatMap(({ call }) => call.args);
      return [...rel.groups.map((column) => column.id), ...distinct.flatMap((arg) => [...columnsIn(arg)])];
    }
    case 'sort':
      return rel.keys.map((key) => key.column);
    case 'distinct':
      return outputColumns(rel).map((column) => column.id);
    case 'window':
      return [...rel.partition.map((column) => column.id), ...rel.order.map((key) => key.column)];
    default:
      return [];
  }
}

/** The sides of a comparison of numerics, all elements of an IN list with its left side. */
function comparedNumerics(expr: Scalar): readonly Scalar[] | undefined {
  switch (expr.kind) {
    case 'call': {
      const [left, right] = expr.args;
      const isComparison = /^numeric_(?:eq|ne|lt|le|gt|ge)$/.test(expr.fn.name);
      return isComparison && left?.type.kind === 'numeric' && right?.type.kind === 'numeric' ? [left, right] : undefined;
    }
    case 'distinct':
    case 'nullif':
      return expr.left.type.kind === 'numeric' ? [expr.left, expr.right] : undefined;
    case 'arraycompare':
      return expr.left.type.kind === 'numeric' ? [expr.left, ...listElements(expr.array)] : undefined;
    default:
      return undefined;
  }
}

const first = (verdicts: readonly Verdict[]): Verdict => verdicts.find((verdict) => verdict.verdict !== 'exact') ?? exact;

function comparable(type: SqlType, collation: Collation): Verdict {
  if (!isCodePointOrder(collation)) return no('a collation of the source’s own');
  return COMPARABLE_KINDS.has(type.kind) || type.kind === 'varchar' ? exact : no(`${type.name} is compared otherwise on DuckDB`);
}

/** One dimension, counted from 1, or empty: what DuckDB's LIST can hold. */
const isPlainList = (array: PgArray): boolean =>
  array.dims.length === 0 || (array.dims.length === 1 && array.lowerBounds[0] === 1);

function valueVerdict(type: SqlType): Verdict {
  if (VALUE_KINDS.has(type.kind)) return exact;
  if (type.kind === 'varchar' && type.typmod < 0) return exact;
  if (type.kind === 'array' && VALUE_KINDS.has(type.element!.kind) && type.element!.kind !== 'numeric') return exact;
  return no(`values of type ${type.name}`);
}

/** PostgreSQL keeps ± infinity as the extremes of all three fields. */
const isInfiniteInterval = (value: Datum): boolean =>
  value !== null && Math.abs((value as Interval).months) >= INT4_MAX && Math.abs((value as Interval).days) >= INT4_MAX;
const INT4_MAX = 2_147_483_647;

/** Or a list with one. */
const isMinusZero = (value: Datum): boolean =>
  Object.is(value, -0) ||
  (typeof value === 'object' && value !== null && 'elements' in value && value.elements.some(isMinusZero));

/** A finite one that DuckDB, which counts from 1970, has no number for. */
const isAfterCalendar = ({ kind }: SqlType, value: Datum): boolean =>
  (kind === 'timestamp' || kind === 'timestamptz') &&
  (value as Int64) >= TIMESTAMP_INFINITY - BigInt(UNIX_TO_PG_MICROS) &&
  value !== TIMESTAMP_INFINITY;

function castVerdict(how: CastScalar['how'], from: SqlType, to: SqlType): Verdict {
  const isText = (type: SqlType): boolean => type.kind === 'text' || type.kind === 'varchar';
  if (how === 'relabel' && from.kind === to.kind) return exact;
  if (how === 'relabel' && isText(from) && isText(to)) return exact;
  if (how === 'io' && isText(to) && to.typmod < 0 && TEXT_FROM.has(from.kind)) return exact;
  return no(`the cast from ${from.name} to ${to.name} is not proven equal on DuckDB`);
}

function callVerdict(signature: string, schema: string, args: readonly Scalar[], collation: Collation): Verdict {
  const capability = schema === 'pg_catalog' ? capabilityOf(signature) : undefined;
  if (!capability) return no(`${signature} is not proven equal on DuckDB`);
  if (capability.support === 'no') return no(`${signature}: ${capability.reason ?? 'differs on DuckDB'}`);
  if (!isCodePointOrder(collation)) return no('a collation of the source’s own');
  return constantsVerdict(capability, args);
}

/** The function behind an operator, as in `int2mul(a, b)`: DuckDB has the operator alone. */
const isOperatorByName = ({ operator, form, fn }: CallScalar): boolean => {
  if (operator !== undefined || form !== 'function' || !/(?:eq|ne|lt|le|gt|ge|pl|mi|mul|add|sub)\(/.test(fn.signature))
    return false;
  const capability = capabilityOf(fn.signature);
  return capability !== undefined && capability.sql === undefined;
};

function constantsVerdict(capability: Capability, args: readonly Scalar[]): Verdict {
  for (const [position, rule] of Object.entries(capability.constants ?? {})) {
    const arg = args[Number(position) - 1];
    if (!arg) continue;
    if (arg.kind !== 'const' || arg.value === null || !obeys(arg.value as string | number, rule)) {
      const wanted = typeof rule === 'string' ? rule : `one of ${rule.oneOf.join(', ')}`;
      return no(`${capability.signature} only where argument ${position} is ${wanted}`);
    }
  }
  return exact;
}

function obeys(value: string | number, rule: ConstantRule): boolean {
  if (typeof rule === 'object') return rule.oneOf.includes(String(value));
  switch (rule) {
    case 'a positive integer':
      return (value as number) >= 1;
    case 'a non-negative integer':
      return (value as number) >= 0;
    case 'a non-empty text':
      return value !== '';
    case 'a typmod':
      return true;
    case 'a pattern that does not end in a backslash':
      return /^(?:[^\\]|\\.)*$/s.test(value as string);
  }
}

/** A hash join hands its keys down as a filter, below a LIMIT too, which then lets other rows through (duckdb/duckdb#22924). */
const LIMIT_REASON = 'DuckDB may filter below a LIMIT what is joined or filtered above it';

/** DuckDB takes = ANY of an array that is one value for a subquery. */
export const hasSubquery = (expr: Scalar): boolean =>
  someScalar(
    expr,
    (node) =>
      node.kind === 'subquery' || (node.kind === 'arraycompare' && node.array.kind !== 'array' && node.array.kind !== 'const'),
  );

/** A search asks of every join that it considers, and of what is below again and again. */
const limited = new WeakMap<Rel, boolean>();

function readsLimit(rel: Rel): boolean {
  let found = limited.get(rel);
  if (found === undefined) limited.set(rel, (found = rel.kind === 'limit' || relInputs(rel).some(readsLimit)));
  return found;
}

function joinVerdict(rel: Join): Verdict {
  const isOuter = rel.type === 'left' || rel.type === 'right' || rel.type === 'full';
  if (isOuter && rel.on.some(hasSubquery)) return no('DuckDB has no outer join on a subquery');
  // It makes a subquery of them.
  if (isOuter && rel.on.some(readsArray)) return no('DuckDB has no outer join on the elements of an array');
  if ((rel.type === 'semi' || rel.type === 'anti') && isMistaken(rel.on)) return no(MISTAKEN_REASON);
  if (rel.type !== 'full') return exact;
  const isEquality = (expr: Scalar): boolean => expr.kind === 'call' && expr.operator?.name === '=';
  return rel.on.length > 0 && rel.on.every(isEquality) ? exact : no('a full join on more than equalities');
}

/** PostgreSQL does not read it where the left has no row, and raises nothing of it. */
const UNREAD_REASON = 'DuckDB reads the right side of EXCEPT and INTERSECT before it knows of rows on the left';

/** Whose elements are not known here. */
const readsArray = (expr: Scalar): boolean => someScalar(expr, (part) => part.kind === 'arraycompare' && !isListed(part.array));
const isListed = (array: Scalar): boolean => array.kind === 'array' || (array.kind === 'const' && array.value !== null);

/** An EXISTS that DuckDB 1.5 answers wrongly: an inequality of both sides and a range of both sides, whatever else there is. */
const isMistaken = (on: readonly Scalar[]): boolean => on.some(isInequality) && on.some(isRange);
const MISTAKEN_REASON = 'DuckDB loses rows of EXISTS with both <> and < of outer columns';
const isInequality = (expr: Scalar): boolean =>
  (expr.kind === 'call' && expr.operator?.name === '<>') || expr.kind === 'distinct' || expr.kind === 'not';
const isRange = (expr: Scalar): boolean => expr.kind === 'call' && ['<', '<=', '>', '>='].includes(expr.operator?.name ?? '');

function countVerdict(count: Scalar | null): boolean {
  return count === null || (count.kind === 'const' && (count.value === null || Number(count.value) >= 0));
}
