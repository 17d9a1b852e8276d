/** Subqueries inside of expressions, correlated or not: scalars of one row at most, arrays, EXISTS, IN, ANY, ALL, of rows too. */
import { aggregateCall } from './grouping.ts';
import { DIRECTIONS, type Generation, type SelectOptions, type Source } from './generation.ts';
import { randomExpression, type ScopeColumn } from './random-expression.ts';
import { list, node, optional, type SqlTree } from './sql-tree.ts';
import { baseType, type SqlTypeName } from './types.ts';

const CORRELATED_CHANCE = 0.55;

export function scalarSubquery(
  generation: Generation,
  type: SqlTypeName,
  around: readonly ScopeColumn[],
  depth: number,
): SqlTree | undefined {
  const { random } = generation;
  const outer = random.chance(CORRELATED_CHANCE) ? around : [];
  if ((type === 'int4[]' || type === 'text[]') && random.chance(0.5)) return arrayOf(generation, type, outer, depth);
  const options: SelectOptions = { depth, outer, types: [type] };
  const source = generation.from(options);
  const where = correlation(generation, source, outer, depth);
  if (random.chance(0.3)) return firstRow(generation, type, source, outer, where);
  const call = aggregateCall(generation, generation.scope(source.columns, { depth: 0 }), options, type);
  return call && node('subquery', ['(SELECT ', call.tree, ' FROM ', source.tree, where, ')']);
}

/** The smallest or largest value: ties are equal. */
function firstRow(
  generation: Generation,
  type: SqlTypeName,
  source: Source,
  outer: readonly ScopeColumn[],
  where: SqlTree,
): SqlTree {
  const { random } = generation;
  const columns = random.chance(0.3) ? [...source.columns, ...outer] : source.columns;
  const item = randomExpression(random, type, generation.scope(columns, { depth: 0 }), 1);
  const order = ` ORDER BY 1${random.pick(DIRECTIONS)} LIMIT 1`;
  const offset = random.chance(0.3) ? optional([' OFFSET 1']) : '';
  return node('subquery', ['(SELECT ', item, ' FROM ', source.tree, where, order, offset, ')']);
}

function arrayOf(generation: Generation, type: 'int4[]' | 'text[]', outer: readonly ScopeColumn[], depth: number): SqlTree {
  const { random } = generation;
  const source = generation.from({ depth, outer });
  const element: SqlTypeName = type === 'int4[]' ? 'int4' : 'text';
  const item = randomExpression(random, element, generation.scope(source.columns, { depth: 0 }), 1);
  const where = correlation(generation, source, outer, depth);
  return node('subquery', ['ARRAY(SELECT ', item, ' FROM ', source.tree, where, ` ORDER BY 1${random.pick(DIRECTIONS)})`]);
}

export function subqueryPredicate(generation: Generation, around: readonly ScopeColumn[], depth: number): SqlTree {
  const { random } = generation;
  const outer = random.chance(CORRELATED_CHANCE) ? around : [];
  const source = generation.from({ depth, outer });
  const tail = [' FROM ', source.tree, correlation(generation, source, outer, depth), ')'];
  const kind = random.below(5);
  if (kind === 0) return node('bool', [random.pick(['EXISTS', 'NOT EXISTS']), ' (SELECT 1', ...tail]);
  const inner = generation.scope(source.columns, { depth: 0 });
  const pair = (type: SqlTypeName): [SqlTree, SqlTree] => [
    randomExpression(random, type, { columns: around }, 1),
    randomExpression(random, type, inner, 1),
  ];
  const [left, right] = pair(baseType(random.pick(source.columns).want));
  if (kind === 1) {
    const [left2, right2] = pair(random.pick(['int4', 'text', 'numeric'] as const));
    const operator = random.pick([' IN', ' NOT IN', ' = ANY', ' < ANY', ' >= ALL', ' <> ALL']);
    return node('bool', ['((', left, ', ', left2, `)${operator} (SELECT `, right, ', ', right2, ...tail, ')']);
  }
  const operator =
    kind === 4 ? `${random.pick(['=', '<>', '<', '>='])} ${random.pick(['ANY', 'ALL'])}` : random.pick(['IN', 'NOT IN']);
  return node('bool', ['(', left, ` ${operator} (SELECT `, right, ...tail, ')']);
}

/** A WHERE that may read the rows around. */
function correlation(generation: Generation, { columns }: Source, outer: readonly ScopeColumn[], depth: number): SqlTree {
  const { random } = generation;
  const conjuncts: SqlTree[] = [];
  if (outer.length > 0) {
    const mine = random.pick(columns);
    const theirs = outer.filter((column) => baseType(column.want) === baseType(mine.want));
    const operator = random.pick(['=', '=', '=', '<', '<>', '>=', 'IS NOT DISTINCT FROM']);
    if (theirs.length > 0) conjuncts.push(node('bool', [`(${mine.sql} ${operator} ${random.pick(theirs).sql})`]));
    if (theirs.length === 0 || random.chance(0.25))
      conjuncts.push(randomExpression(random, 'bool', generation.scope([...columns, ...outer], { depth }), 1));
  }
  if (random.chance(0.5)) conjuncts.push(randomExpression(random, 'bool', { columns }, 1));
  return conjuncts.length === 0 ? '' : optional([' WHERE ', list(conjuncts, ' AND ')]);
}
