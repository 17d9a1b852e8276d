/**
 * Rule foreign-key-joins: a join with a table that rows refer to by a foreign key, and of which nothing but that key is read,
 * says no more than that they do refer to one.
 *
 *   Join inner o.customer = c.id AND c.id < n.x        Join inner o.customer < n.x
 *   ├─ Join …                                     →    ├─ Filter o.customer IS NOT NULL
 *   │  ├─ orders o                                     │  └─ orders o
 *   │  └─ Filter c.id > 5                              └─ Filter …
 *   │     └─ customers c
 *   └─ n
 *
 * EXISTS and IN become IS NOT NULL, NOT EXISTS becomes IS NULL; NOT IN asks about an empty table, too, and stays. Only by keys
 * that are certain (ForeignKey.certain: connectors/postgres/describe-foreign-keys.ts tells which), over values that are the
 * same where they are equal, and where the whole table is read: no sample, no ONLY, no security barrier.
 *   SELECT o.total FROM orders o JOIN customers c ON c.id = o.customer WHERE c.vip     (not every order's customer is one)
 * The privileges of a statement were checked before it was planned: whom a table is denied is refused all the same.
 */
import { outputColumns, type ForeignKey, type Join, type Rel, type Scan } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, isVolatile, mapRelInputs, substituteColumns, visitRel } from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import { originOf } from '../estimate/column-origin.ts';
import { equalityClasses, isDeterministic, referenceTo } from '../place/equality-classes.ts';
import { blockOf, distinctConditions, filtered, inOrder, joinOf, mapLeaves, type Block } from './inner-blocks.ts';
import { isNeverNull } from './never-null.ts';
import { rejectsNulls } from './null-rejection.ts';
import { pruneColumns } from './prune-columns.ts';
import { isLeakproof } from './push-filters.ts';
import { isToldApart } from './unique-rows.ts';

export function foreignKeyJoins(rel: Rel): Rel {
  if (!mayFire(rel)) return rel;
  const pruned = pruneColumns(rel);
  const next = withoutJoins(pruned);
  // Without one table, another's columns may be read no more.
  return next === pruned ? rel : foreignKeyJoins(next);
}

/** Some table read here refers to another that is. */
function mayFire(rel: Rel): boolean {
  const read = new Set<string>();
  const referred = new Set<string>();
  visitRel(rel, (node) => {
    if (node.kind !== 'scan') return;
    const { site, schema, name, foreignKeys = [] } = node.table;
    read.add(JSON.stringify([site, schema, name]));
    for (const key of foreignKeys) if (key.certain) referred.add(JSON.stringify([site, key.schema, key.name]));
  });
  return [...referred].some((table) => read.has(table));
}

function withoutJoins(rel: Rel): Rel {
  if (rel.kind !== 'join') return mapRelInputs(rel, withoutJoins);
  if (rel.type === 'inner') return withoutLeaves(rel);
  return (isHalfJoin(rel) ? asNullTests(rel) : undefined) ?? mapRelInputs(rel, withoutJoins);
}

const isHalfJoin = (rel: Join): boolean => rel.type === 'semi' || (rel.type === 'anti' && rel.nullAware !== true);

function withoutLeaves(rel: Join): Rel {
  const block = blockOf(rel);
  const [left, replaced] = block.conjuncts.some(isVolatile) ? [block, new Map<ColumnId, Scalar>()] : reduced(block, new Map());
  if (left === block) return mapLeaves(rel, withoutJoins);
  const output = inOrder(joinOf({ ...left, leaves: left.leaves.map(withoutJoins) }), rel);
  if (output.kind !== 'project') return output;
  return { ...output, items: output.items.map((item) => ({ ...item, expr: replaced.get(item.column.id) ?? item.expr })) };
}

type Replaced = ReadonlyMap<ColumnId, Scalar>;

/** Without each leaf that another one refers to; and what stands for the columns of those. */
function reduced(block: Block, replaced: Replaced): readonly [Block, Replaced] {
  for (const leaf of block.leaves) {
    const read = tableRead(leaf);
    const others = block.leaves.filter((other) => other !== leaf);
    const found = read && partnersKey(read.scan, others, block.conjuncts);
    if (!found) continue;
    const conjuncts = standingIn(found, [...block.conjuncts, ...read.conjuncts], others);
    if (conjuncts === undefined) continue;
    const earlier = [...replaced].map(([id, expr]) => [id, substituteColumns(expr, found)] as const);
    return reduced({ leaves: others, conjuncts }, new Map([...earlier, ...found]));
  }
  return [block, replaced];
}

function asNullTests(rel: Join): Rel | undefined {
  const read = tableRead(rel.right);
  const found = read && partnersKey(read.scan, [rel.left], rel.on);
  const conjuncts = found && standingIn(found, [...rel.on, ...read.conjuncts], [rel.left]);
  if (!conjuncts || !conjuncts.every(isLeakproof)) return undefined;
  if (rel.type === 'semi') return filtered(withoutJoins(rel.left), conjuncts);
  const absent = conjuncts.map(opposite).filter((test) => test !== undefined);
  // More was asked than the key.
  if (absent.length < conjuncts.length || absent.length === 0) return undefined;
  return filtered(withoutJoins(rel.left), absent.length === 1 ? absent : [{ kind: 'or', args: absent, type: sqlType('bool') }]);
}

/** Of IS NOT NULL, about what is not a row. */
const opposite = (test: Scalar): Scalar | undefined =>
  test.kind === 'nulltest' && test.negated && isToldApart(test.arg.type) ? { ...test, negated: false } : undefined;

interface TableRead {
  readonly scan: Scan;
  readonly conjuncts: readonly Scalar[];
}

/** A table of which all rows are read, but for filters that cannot raise. */
function tableRead(rel: Rel): TableRead | undefined {
  if (rel.kind === 'project') {
    const isPassing = rel.items.every(({ column, expr }) => expr.kind === 'column' && expr.column === column.id);
    return isPassing ? tableRead(rel.input) : undefined;
  }
  if (rel.kind === 'filter') {
    const below = tableRead(rel.input);
    return below && rel.conjuncts.every(isLeakproof)
      ? { ...below, conjuncts: [...below.conjuncts, ...rel.conjuncts] }
      : undefined;
  }
  return rel.kind === 'scan' && !rel.sample && rel.only !== true ? { scan: rel, conjuncts: [] } : undefined;
}

/** The columns of the others that refer to this table, for each that is read of it; undefined: they do not, or not to all. */
function partnersKey(scan: Scan, others: readonly Rel[], conditions: readonly Scalar[]): Replaced | undefined {
  const { classes } = equalityClasses(conditions);
  const own = new Set(scan.columns.map(({ id }) => id));
  const exact = classes.filter(({ written }) => isDeterministic(written[0]!));
  // Each of its columns, with those of other tables that are held equal to it.
  const tied = scan.columns.map((column) => ({
    column,
    partners: exact
      .filter(({ columns }) => columns.has(column.id) && isToldApart(column.type))
      .flatMap((found) =>
        [...found.columns].flatMap((id) => {
          const leaf = own.has(id) ? undefined : others.find((other) => outputColumns(other).some((each) => each.id === id));
          const origin = leaf && originOf(leaf, id);
          return origin ? [{ ...origin, expr: referenceTo(found, id) }] : [];
        }),
      ),
  }));
  const referring = new Set(tied.flatMap(({ partners }) => partners.map((partner) => partner.scan)));
  for (const from of referring) {
    for (const key of from.table.foreignKeys ?? []) {
      if (!isKeyTo(key, from, scan)) continue;
      const found = key.columns.map((name, i) => {
        const one = tied.find(({ column }) => column.sourceName === key.referenced[i]);
        const partner = one?.partners.find((each) => each.scan === from && each.column.sourceName === name);
        return one && partner ? ([one.column.id, partner.expr] as const) : undefined;
      });
      if (!found.every((one) => one !== undefined)) continue;
      const replaced = new Map<ColumnId, Scalar>(found);
      if (scan.columns.every(({ id }) => replaced.has(id))) return replaced;
    }
  }
  return undefined;
}

const isKeyTo = (key: ForeignKey, from: Scan, to: Scan): boolean =>
  key.certain && from.table.site === to.table.site && key.schema === to.table.schema && key.name === to.table.name;

/** The conditions, said of the referring columns: x = x says that there is one. Undefined: one could raise, of more rows now. */
function standingIn(replaced: Replaced, conditions: readonly Scalar[], leaves: readonly Rel[]): readonly Scalar[] | undefined {
  const isOf = (condition: Scalar): boolean => [...columnsIn(condition)].some((id) => replaced.has(id));
  if (conditions.some((condition) => isOf(condition) && (isVolatile(condition) || !isLeakproof(condition)))) return undefined;
  const said = distinctConditions(conditions.map((condition) => substituteColumns(condition, replaced)));
  const referring = new Map([...replaced.values()].map((expr) => [[...columnsIn(expr)][0]!, expr]));
  const others = said.filter((condition) => !isSameTwice(condition, referring));
  const present = [...referring].flatMap(([id, arg]): Scalar[] => {
    const leaf = leaves.find((one) => outputColumns(one).some((column) => column.id === id))!;
    const isSaid = isNeverNull(leaf, id) || others.some((condition) => rejectsNulls(condition, new Set([id])));
    return isSaid ? [] : [{ kind: 'nulltest', arg, negated: true, type: sqlType('bool') }];
  });
  return [...others, ...present];
}

function isSameTwice(condition: Scalar, columns: ReadonlyMap<ColumnId, Scalar>): boolean {
  if (condition.kind !== 'call' || condition.operator?.name !== '=' || condition.operator.schema !== 'pg_catalog') return false;
  const [left, right] = condition.args;
  return left?.kind === 'column' && right?.kind === 'column' && left.column === right.column && columns.has(left.column);
}
