/**
 * Where below an aggregate its input may be aggregated beforehand: the parts of a block of joins that one source holds, such
 * that rows equal in what the rest of the block reads of them have equal fates.
 *
 *   Join inner  a.k = b.k, b.j = c.j               the parts:  a ⋈ c (connected through b's column they share), b
 *   ├─ shop a    ├─ lake b    └─ shop c
 *
 * A part is on the way down through inner joins, either side of outer joins and the left side of semi and anti joins; nothing
 * else is crossed.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, readsOnly, sitesOf } from '../../algebra/transform.ts';
import { equalitiesWithin, equalityClasses, type EqualityClass } from './equality-classes.ts';

export interface AggregablePart {
  readonly rel: Rel;
  /** An outer join above may put NULLs in place of its rows. */
  readonly isNullable: boolean;
  /** The block with something else in place of the part. */
  readonly replaced: (by: Rel) => Rel;
}

/** Of a block that several sources hold. */
export function aggregableParts(block: Rel): readonly AggregablePart[] {
  return partsOf(block, false, (by) => by);
}

function partsOf(rel: Rel, isNullable: boolean, replaced: (by: Rel) => Rel): readonly AggregablePart[] {
  const sites = sitesOf(rel);
  if (sites.size < 2) return sites.size === 0 ? [] : [{ rel, isNullable, replaced }];
  if (rel.kind === 'filter') return partsOf(rel.input, isNullable, (input) => replaced({ ...rel, input }));
  if (rel.kind !== 'join') return [];
  const left = (nullable: boolean): readonly AggregablePart[] =>
    partsOf(rel.left, isNullable || nullable, (by) => replaced({ ...rel, left: by }));
  const right = (nullable: boolean): readonly AggregablePart[] =>
    partsOf(rel.right, isNullable || nullable, (by) => replaced({ ...rel, right: by }));
  switch (rel.type) {
    case 'inner':
      return partsOfPool(rel, isNullable, replaced);
    case 'left':
      return [...left(false), ...right(true)];
    case 'right':
      return [...left(true), ...right(false)];
    case 'full':
      return [...left(true), ...right(true)];
    case 'semi':
    case 'anti':
      return left(false);
  }
}

/** Inner joins that stand on each other: what they join, and all their conditions. */
interface Pool {
  readonly units: Rel[];
  readonly on: Scalar[];
}

function gather(rel: Rel, into: Pool): Pool {
  if (rel.kind !== 'join' || rel.type !== 'inner') into.units.push(rel);
  else {
    gather(rel.left, into);
    gather(rel.right, into);
    into.on.push(...rel.on);
  }
  return into;
}

function partsOfPool(rel: Join, isNullable: boolean, replaced: (by: Rel) => Rel): readonly AggregablePart[] {
  const { units, on } = gather(rel, { units: [], on: [] });
  const { classes, others } = equalityClasses(on);
  const parts: AggregablePart[] = [];
  for (const unit of units) {
    if (sitesOf(unit).size < 2) continue;
    const rest = (by: Rel): Rel => joined(units.map((one) => (one === unit ? by : one)), on); // prettier-ignore
    parts.push(...partsOf(unit, isNullable, (by) => replaced(rest(by))));
  }
  for (const members of components(units, classes, others)) {
    const columns = idsOf(members);
    const inner = [...classes.flatMap((found) => equalitiesWithin(found, columns)), ...others.filter((expr) => isWithin(expr, columns))]; // prettier-ignore
    const outer = on.filter((expr) => !isWithin(expr, columns));
    const rest = units.filter((unit) => !members.includes(unit));
    parts.push({ rel: joined(members, inner), isNullable, replaced: (by) => replaced(joined([by, ...rest], outer)) });
  }
  return parts;
}

const idsOf = (units: readonly Rel[]): ReadonlySet<ColumnId> =>
  new Set(units.flatMap((unit) => outputColumns(unit).map((column) => column.id)));

const isWithin = (expr: Scalar, columns: ReadonlySet<ColumnId>): boolean => columnsIn(expr).size > 0 && readsOnly(expr, columns);

/** Units of one source that conditions connect. */
function components(units: readonly Rel[], classes: readonly EqualityClass[], others: readonly Scalar[]): readonly Rel[][] {
  const siteOf = new Map(units.map((unit) => [unit, [...sitesOf(unit)].join()]));
  let found: Rel[][] = units.filter((unit) => sitesOf(unit).size === 1).map((unit) => [unit]);
  const connect = (columns: ReadonlySet<ColumnId>, whole: boolean): void => {
    const reads = units.filter((unit) => outputColumns(unit).some(({ id }) => columns.has(id)));
    const sites = new Set(reads.map((unit) => siteOf.get(unit)));
    if (whole && sites.size !== 1) return;
    for (const site of sites) {
      const touched = found.filter((members) => members.some((unit) => reads.includes(unit) && siteOf.get(unit) === site));
      if (touched.length > 1) found = [...found.filter((members) => !touched.includes(members)), touched.flat()];
    }
  };
  for (const { columns } of classes) connect(columns, false);
  for (const expr of others) connect(columnsIn(expr), true);
  return found;
}

/** An inner join of all of them, each condition as deep as it may be; of one alone, a filter. */
function joined(units: readonly Rel[], on: readonly Scalar[]): Rel {
  if (units.length === 1) return on.length === 0 ? units[0]! : { kind: 'filter', input: units[0]!, conjuncts: on };
  let rest = on;
  let columns: ReadonlySet<ColumnId> = new Set();
  return units.reduce((left, right, i) => {
    columns = new Set([...columns, ...(i === 1 ? idsOf([left]) : []), ...idsOf([right])]);
    const isLast = i === units.length - 1;
    const here = rest.filter((expr) => isLast || isWithin(expr, columns));
    rest = rest.filter((expr) => !here.includes(expr));
    return { kind: 'join', type: 'inner', left, right, on: here };
  });
}
