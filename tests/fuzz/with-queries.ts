/** WITH before a statement: one or two queries, materialised or not, the first perhaps recursive and ended by a counter. */
import { columnNames, derivedColumns, type Generation } from './generation.ts';
import { randomExpression } from './random-expression.ts';
import { node, optional, type SqlNode } from './sql-tree.ts';
import { baseType, ORDERED_TYPES, type SqlTypeName } from './types.ts';

const STEPS = 3;

/** Puts the queries in scope, and gives their text. */
export function withClause(generation: Generation): SqlNode {
  const { random } = generation;
  const isRecursive = random.chance(0.35);
  const queries = [isRecursive ? recursiveQuery(generation) : plainQuery(generation)];
  if (random.chance(0.3)) queries.push(plainQuery(generation));
  const parts = queries.flatMap((query, i) => (i === 0 ? [query] : [', ', query]));
  return node('with', [isRecursive ? 'WITH RECURSIVE ' : 'WITH ', ...parts, ' ']);
}

function plainQuery(generation: Generation): SqlNode {
  const made = generation.query({ depth: 1 });
  const name = generation.name('w');
  generation.withQueries.push({ name, types: made.types });
  const hint = generation.random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED']);
  return node('with query', [`${name}(${columnNames(made.types)}) AS${hint} (`, made.tree, ')']);
}

/** Column c0 counts the steps; the recursive member reads itself alone or joined with a table. */
function recursiveQuery(generation: Generation): SqlNode {
  const { random } = generation;
  const name = generation.name('w');
  const carried: SqlTypeName[] = Array.from({ length: 1 + random.below(2) }, () => random.pick(ORDERED_TYPES));
  const types: SqlTypeName[] = ['int4', ...carried];
  const start = generation.from({ depth: 0 });
  // Without a scale of its own a numeric keeps its type from one member to the other.
  const typed = (type: SqlTypeName, tree: SqlNode): SqlNode =>
    type === 'numeric' ? node(type, ['(', tree, ')::numeric']) : tree;
  const first = carried.map((type) => typed(type, randomExpression(random, type, { columns: start.columns }, 1)));
  const self = generation.name('q');
  const own = derivedColumns(self, types);
  const joinsTable = random.chance(0.4);
  const table = random.pick(generation.tables);
  const other = generation.name('q');
  const columns = joinsTable ? [...own, ...table.columns.map((c) => ({ sql: `${other}.${c.name}`, want: c.want }))] : own;
  const next = carried.map((type, i) =>
    random.chance(0.4) ? `${self}.c${i + 1}` : typed(type, randomExpression(random, type, { columns }, 1)),
  );
  const int4 = own.find((column, i) => i > 0 && baseType(column.want) === 'int4');
  const join = joinsTable ? ` JOIN ${table.name} ${other} ON ${other}.k = ${int4?.sql ?? `${self}.c0`}` : '';
  const where = random.chance(0.4) ? optional([' AND ', randomExpression(random, 'bool', { columns }, 1)]) : '';
  const comma = (trees: readonly (SqlNode | string)[]): readonly (SqlNode | string)[] => trees.flatMap((tree) => [', ', tree]);
  generation.withQueries.push({ name, types });
  return node('with query', [
    `${name}(${columnNames(types)}) AS (SELECT 0`,
    ...comma(first),
    ' FROM ',
    start.tree,
    ` UNION${random.pick(['', ' ALL'])} SELECT ${self}.c0 + 1`,
    ...comma(next),
    ` FROM ${name} ${self}${join} WHERE ${self}.c0 < ${STEPS}`,
    where,
    ')',
  ]);
}
