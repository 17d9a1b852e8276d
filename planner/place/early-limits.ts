/**
 * Rule early-limits: no source sends more rows than a LIMIT above lets through.
 *
 *   Limit 10                              Limit 10
 *   └─ Sort x                             └─ Sort x
 *      └─ Union All                →         └─ Union All
 *         ├─ shop                               ├─ Limit 10 ─ Sort x ─ shop
 *         └─ lake                               └─ Limit 10 ─ Sort x ─ lake
 *
 * The same for the row-preserving side of an outer join whose columns are sorted by: each of its rows gives one row or more,
 * so the first ten of the join come of the first ten of that side. Rows that the OFFSET skips are let through below. Rows that
 * the order leaves equal may be any of them, above as below.
 *
 * What may raise for a row that is now left out is not left out:  … LEFT JOIN b ON b.k = 1 / a.k ORDER BY a.x LIMIT 10
 * Not below the other side, nor for columns of it:  SELECT … FROM a LEFT JOIN b … ORDER BY b.y LIMIT 10
 */
import { outputColumns, type Limit, type ProjectItem, type Rel, type SortKey } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { isVolatile, sitesOf, substituteColumns } from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { columnRef } from './builtin-calls.ts';
import { branchesOf, unionAll } from './union-branches.ts';

type NextColumn = () => ColumnId;
/** Whether fewer of a source's rows are worth it. */
type MayPay = (input: Rel, limited: Rel) => boolean;

/** Undefined where the rule does not apply, or nothing is worth it. */
export function earlyLimits(rel: Limit, nextColumn: NextColumn, mayPay: MayPay): Rel | undefined {
  const count = rowsLetThrough(rel);
  if (count === undefined) return undefined;
  const sort = rel.input.kind === 'sort' ? rel.input : undefined;
  const below = sort?.input ?? rel.input;
  let isWorth = false;
  const limited = (input: Rel, keys: readonly SortKey[]): Rel => {
    const first: Rel = { kind: 'limit', input: keys.length === 0 ? input : { kind: 'sort', input, keys }, limit: count, offset: null }; // prettier-ignore
    if (!mayPay(input, first)) return input;
    isWorth = true;
    return first;
  };
  const keys = sort?.keys ?? [];
  const changed = belowUnion(below, keys, limited, nextColumn) ?? belowJoin(below, keys, limited);
  if (!isWorth || changed === undefined) return undefined;
  return { ...rel, input: sort ? { ...sort, input: changed } : changed };
}

/** LIMIT and OFFSET together, where both are constants. */
function rowsLetThrough({ limit, offset }: Limit): Scalar | undefined {
  const numberOf = (expr: Scalar | null): number | undefined => {
    if (expr === null) return 0;
    if (expr.kind !== 'const') return undefined;
    return Number(expr.value ?? 0);
  };
  if (limit === null || (limit.kind === 'const' && limit.value === null)) return undefined;
  const [first, skipped] = [numberOf(limit), numberOf(offset)];
  // Negative ones raise, and where they stand.
  if (first === undefined || skipped === undefined || first < 0 || skipped < 0) return undefined;
  const count = first + skipped;
  return Number.isSafeInteger(count) ? { kind: 'const', value: count, type: sqlType('int8') } : undefined;
}

type Limited = (input: Rel, keys: readonly SortKey[]) => Rel;

function belowUnion(rel: Rel, keys: readonly SortKey[], limited: Limited, nextColumn: NextColumn): Rel | undefined {
  const project = rel.kind === 'project' ? rel : undefined;
  const union = project?.input ?? rel;
  const branches = branchesOf(union);
  if (branches === undefined) return undefined;
  const items: readonly ProjectItem[] =
    project?.items ?? outputColumns(union).map((column) => ({ column, expr: columnRef(column) }));
  if (items.some(({ expr }) => isVolatile(expr))) return undefined;
  const isSorted = keys.length > 0;
  if (isSorted && ![project, ...branches.map((branch) => branch.rel)].every((list) => list === undefined || isSafeList(list)))
    return undefined;
  const parts = branches.map((branch) => {
    const own = items.map(({ column, expr }) => {
      const here = substituteColumns(expr, branch.columns);
      return { column: { id: nextColumn(), name: column.name, type: here.type }, expr: here };
    });
    const ids = new Map(items.map(({ column }, i) => [column.id, own[i]!.column]));
    const ownKeys = keys.map((key) => ({ ...key, column: ids.get(key.column)!.id, type: ids.get(key.column)!.type }));
    return {
      rel: limited({ kind: 'project', input: branch.rel, items: own }, ownKeys),
      columns: own.map(({ column }) => column),
    };
  });
  return unionAll(parts, items.map(({ column }) => column), nextColumn); // prettier-ignore
}

/** Whether the select lists at its top raise for no row: where there is an order, PostgreSQL computes them before it sorts. */
const isSafeList = (rel: Rel): boolean =>
  rel.kind !== 'project' || (rel.items.every(({ expr }) => cannotRaise(expr)) && isSafeList(rel.input));

/** Down the row-preserving sides to what one source holds. */
function belowJoin(rel: Rel, keys: readonly SortKey[], limited: Limited): Rel | undefined {
  if (sitesOf(rel).size === 1) return limited(rel, keys);
  if (rel.kind === 'project') {
    if (!rel.items.every(({ expr }) => cannotRaise(expr))) return undefined;
    const own = keys.map((key) => {
      const expr = rel.items.find(({ column }) => column.id === key.column)?.expr;
      return expr?.kind === 'column' ? { ...key, column: expr.column } : undefined;
    });
    const passed = own.filter((key) => key !== undefined);
    const input = passed.length === own.length ? belowJoin(rel.input, passed, limited) : undefined;
    return input && { ...rel, input };
  }
  if (rel.kind !== 'join' || (rel.type !== 'left' && rel.type !== 'right') || !rel.on.every(cannotRaise)) return undefined;
  const kept = rel.type === 'left' ? rel.left : rel.right;
  const columns = new Set(outputColumns(kept).map(({ id }) => id));
  if (!keys.every((key) => columns.has(key.column))) return undefined;
  const changed = belowJoin(kept, keys, limited);
  return changed && (rel.type === 'left' ? { ...rel, left: changed } : { ...rel, right: changed });
}
