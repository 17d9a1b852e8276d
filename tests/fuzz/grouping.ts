/** GROUP BY with sets of groupings, HAVING, aggregates with FILTER, ORDER BY and WITHIN GROUP, windows over groups. */
import { AGGREGATES } from './aggregate-productions.ts';
import { DIRECTIONS, type Generation, type SelectOptions } from './generation.ts';
import { fillTemplate, randomExpression, readsColumn, type Scope } from './random-expression.ts';
import { list, node, optional, type SqlNode, type SqlTree } from './sql-tree.ts';
import { ORDERED_TYPES, type SqlTypeName, type Want } from './types.ts';

interface Typed {
  readonly type: SqlTypeName;
  readonly tree: SqlTree;
}

export interface Grouped {
  readonly items: readonly Typed[];
  /** GROUP BY and HAVING. */
  readonly clauses: SqlNode;
}

export function grouped(generation: Generation, options: SelectOptions, scope: Scope): Grouped {
  const { random } = generation;
  const kind = random.below(8);
  // Of DISTINCT over an outer column that a grouping set made NULL, PostgreSQL 18 loses that row.
  const outer = new Set(kind <= 2 ? (options.outer ?? []).map((column) => column.sql) : []);
  // A key holds no subquery: it is written twice and must be the same text.
  const bare: Scope = { columns: scope.columns.filter((column) => !outer.has(column.sql)) };
  const keys = Array.from({ length: random.below(4) }, () => {
    const type = random.pick(ORDERED_TYPES);
    return { type, tree: randomExpression(random, type, bare, 1) };
  }).filter(({ tree }) => readsColumn(tree));
  // Of a key that folds to a constant, PostgreSQL 18 makes only the first one in the list NULL.
  const once = new Set<Typed>();
  const item = (type: SqlTypeName | undefined): Typed => {
    const key = keys.find((k) => (type === undefined || k.type === type) && random.chance(0.7));
    if (key && !once.has(key) && random.chance(0.6)) {
      if (kind <= 2) once.add(key);
      return { type: key.type, tree: node(`item ${key.type}`, [key.tree]) };
    }
    if (keys.length > 0 && (type ?? 'int4') === 'int4' && random.chance(0.1)) {
      const some = random.sample(keys, 1 + random.below(2)).map(({ tree }) => tree);
      return { type: 'int4', tree: node('item int4', ['GROUPING(', list(some), ')']) };
    }
    const call = aggregateCall(generation, scope, options, type);
    if (!call) return { type: type!, tree: `NULL::${type!}` };
    const isOver = call.type !== 'float8' && type === undefined && random.chance(0.1);
    if (isOver)
      return { type: 'int8', tree: node('item int8', ['dense_rank() OVER (ORDER BY ', call.tree, random.pick(DIRECTIONS), ')']) };
    return { type: call.type, tree: node(`item ${call.type}`, [call.tree]) };
  };
  const items = options.types ? options.types.map(item) : Array.from({ length: 1 + random.below(4) }, () => item(undefined));
  const having = random.chance(0.25) ? optional([' HAVING ', havingCondition(generation, scope, options)]) : '';
  return { items, clauses: node('clause', [groupBy(generation, keys, kind), having]) };
}

function groupBy({ random }: Generation, keys: readonly Typed[], kind: number): SqlTree {
  if (keys.length === 0) return '';
  const trees = keys.map(({ tree }) => tree);
  if (kind === 0) return node('clause', [' GROUP BY ROLLUP (', list(trees), ')']);
  if (kind === 1) return node('clause', [' GROUP BY CUBE (', list(trees), ')']);
  if (kind === 2) {
    const sets = Array.from({ length: 2 + random.below(2) }, () =>
      node('grouping set', ['(', list(random.sample(trees, random.below(trees.length + 1)), ', ', 0), ')']),
    );
    // Every key stands in some set.
    const whole = node('grouping set', ['(', list(trees), ')']);
    return node('clause', [` GROUP BY ${random.pick(['', 'DISTINCT '])}GROUPING SETS (`, list([whole, ...sets]), ')']);
  }
  return node('clause', [' GROUP BY ', list(trees)]);
}

function havingCondition(generation: Generation, scope: Scope, options: SelectOptions): SqlTree {
  const call = aggregateCall(generation, scope, options, 'int8');
  const { random } = generation;
  return node('bool', ['(', call!.tree, ` ${random.pick(['>', '<', '=', '<>'])} ${random.below(4)})`]);
}

/** None when no aggregate gives the type. */
export function aggregateCall(
  { random }: Generation,
  scope: Scope,
  options: SelectOptions,
  type: SqlTypeName | undefined,
): Typed | undefined {
  // Inside a subquery or a set operation a float sum could be compared: only at the top.
  const mayBeInexact = type === undefined && options.depth >= 2 && !options.outer;
  const fitting = AGGREGATES.filter((a) => (type === undefined || a.type === type) && (mayBeInexact || !a.inexact));
  if (fitting.length === 0) return undefined;
  const chosen = random.pick(fitting);
  // Columns of this level only: with outer ones alone the aggregate would belong to the query around.
  const outer = new Set((options.outer ?? []).map((column) => column.sql));
  const own: Scope = { columns: scope.columns.filter((column) => !outer.has(column.sql)) };
  const argument = (want: Want): SqlNode => {
    for (let attempt = 0; attempt < 8; attempt++) {
      const made = randomExpression(random, want, own, 1);
      if (readsColumn(made)) return made;
    }
    return node(want, [
      `CASE WHEN ${random.pick(own.columns).sql} IS NOT NULL THEN `,
      randomExpression(random, want, own, 0),
      ' END',
    ]);
  };
  const parts = fillTemplate(chosen.sql, argument);
  const filter =
    chosen.sql.endsWith(')') && random.chance(0.2)
      ? optional([' FILTER (WHERE ', randomExpression(random, 'bool', own, 1), ')'])
      : '';
  return { type: chosen.type, tree: node(`aggregate ${chosen.type}`, [...parts, filter]) };
}
