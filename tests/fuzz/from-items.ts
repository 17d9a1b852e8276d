/** FROM: tables, WITH queries, derived tables, VALUES, functions, LATERAL, under joins of every type. */
import { columnNames, derivedColumns, type Generation, type SelectOptions, type Source } from './generation.ts';
import { LITERALS } from './productions.ts';
import { fillTemplate, randomExpression, type ScopeColumn } from './random-expression.ts';
import { SET_FUNCTIONS } from './set-productions.ts';
import { list, node, type SqlTree } from './sql-tree.ts';
import { baseType, ORDERED_TYPES, type Want } from './types.ts';

const JOIN_KINDS = ['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN', 'USING', 'LATERAL'];

export function fromClause(generation: Generation, options: SelectOptions): Source {
  const { random } = generation;
  let made = fromItem(generation, options);
  const joins = options.risky ? random.below(2) : random.pick([0, 0, 0, 1, 1, 1, 2]);
  for (let i = 0; i < joins; i++) made = joined(generation, made, random.pick(JOIN_KINDS), options);
  return made;
}

function joined(generation: Generation, left: Source, kind: string, options: SelectOptions): Source {
  const { random } = generation;
  if (kind === 'LATERAL') {
    const right = lateralItem(generation, left.columns, options);
    const join = random.pick([' CROSS JOIN LATERAL ', ' LEFT JOIN LATERAL ', ' JOIN LATERAL ']);
    const on = join.startsWith(' CROSS') ? '' : ' ON true';
    return combined(left, right, node('from', [left.tree, join, right.tree, on]));
  }
  const right = fromItem(generation, options);
  if (kind === 'CROSS JOIN') return combined(left, right, node('from', [left.tree, ' CROSS JOIN ', right.tree]));
  const name = ['k', 'id'].find((key) => [left, right].every((side) => onlyOne(side.columns, key)));
  if (kind === 'USING' && name !== undefined) {
    const alias = generation.name('q');
    const join = random.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN']);
    const both = combined(left, right, node('from', [left.tree, ` ${join} `, right.tree, ` USING (${name}) AS ${alias}`]));
    return { ...both, columns: [...both.columns, { sql: `${alias}.${name}`, want: 'int4~' }] };
  }
  const on: SqlTree[] = [joinCondition(generation, left.columns, right.columns)];
  const join = kind === 'USING' || (kind === 'FULL JOIN' && pairs(left.columns, right.columns).length === 0) ? 'JOIN' : kind;
  // FULL JOIN takes only what can be merged or hashed.
  if (!options.risky && join !== 'FULL JOIN' && random.chance(0.35)) {
    const scope = generation.scope([...left.columns, ...right.columns], { depth: options.depth > 1 ? 1 : 0 });
    on.push(randomExpression(random, 'bool', scope, 1));
  }
  return combined(left, right, node('from', [left.tree, ` ${join} `, right.tree, ' ON ', list(on, ' AND ')]));
}

const onlyOne = (columns: readonly ScopeColumn[], name: string): boolean =>
  columns.filter((column) => column.sql.endsWith(`.${name}`)).length === 1;

const combined = (left: Source, right: Source, tree: SqlTree): Source => ({
  tree,
  columns: [...left.columns, ...right.columns],
  keys: left.keys && right.keys && [...left.keys, ...right.keys],
});

/** Columns of one type. */
const pairs = (
  left: readonly ScopeColumn[],
  right: readonly ScopeColumn[],
): readonly { readonly a: ScopeColumn; readonly b: ScopeColumn }[] =>
  left.flatMap((a) => right.filter((b) => baseType(a.want) === baseType(b.want)).map((b) => ({ a, b })));

function joinCondition({ random }: Generation, left: readonly ScopeColumn[], right: readonly ScopeColumn[]): SqlTree {
  const found = pairs(left, right);
  const { a, b } = random.pick(found.length > 0 ? found : [{ a: left[0]!, b: left[0]! }]);
  return node('bool', [`${a.sql} = ${b.sql}`]);
}

function fromItem(generation: Generation, options: SelectOptions): Source {
  const { random, withQueries } = generation;
  const { depth } = options;
  if (withQueries.length > 0 && random.chance(0.35)) {
    const alias = generation.name('q');
    const { name, types } = random.pick(withQueries);
    return { tree: node('from', [`${name} ${alias}`]), columns: derivedColumns(alias, types), keys: undefined };
  }
  if (depth > 0 && random.chance(0.15)) return derivedTable(generation, { depth: depth - 1 });
  if (random.chance(0.05)) return valuesList(generation);
  if (random.chance(0.05)) return functionItem(generation, []);
  const alias = generation.name('q');
  const table = random.pick(generation.tables);
  const columns = table.columns.map((column): ScopeColumn => ({ sql: `${alias}.${column.name}`, want: column.want }));
  return { tree: node('from', [`${table.name} ${alias}`]), columns, keys: [`${alias}.id`] };
}

/** Reads the rows to its left. */
function lateralItem(generation: Generation, left: readonly ScopeColumn[], options: SelectOptions): Source {
  if (options.depth === 0 || generation.random.chance(0.5)) return functionItem(generation, left);
  return derivedTable(generation, { depth: options.depth - 1, outer: left });
}

function derivedTable(generation: Generation, options: SelectOptions): Source {
  const made = options.outer ? generation.select(options) : generation.query(options);
  const alias = generation.name('q');
  const tree = node('from', ['(', made.tree, `) ${alias}(${columnNames(made.types)})`]);
  return { tree, columns: derivedColumns(alias, made.types), keys: undefined };
}

function valuesList(generation: Generation): Source {
  const { random } = generation;
  const types = Array.from({ length: 1 + random.below(3) }, () => random.pick(ORDERED_TYPES));
  const rows = Array.from({ length: 1 + random.below(4) }, () => {
    const values = types.map((type) => (random.chance(0.2) ? `NULL::${type}` : random.pick(LITERALS[type].values)));
    return `(${values.join(', ')})`;
  });
  const alias = generation.name('q');
  const tree = node('from', ['(VALUES ', list(rows), `) ${alias}(${columnNames(types)})`]);
  return { tree, columns: derivedColumns(alias, types), keys: undefined };
}

/** One function or several side by side, numbered or not. */
function functionItem(generation: Generation, left: readonly ScopeColumn[]): Source {
  const { random } = generation;
  const functions = random.chance(0.2) ? [random.pick(SET_FUNCTIONS), random.pick(SET_FUNCTIONS)] : [random.pick(SET_FUNCTIONS)];
  const calls = functions.map(({ sql }) =>
    node(
      'set function',
      fillTemplate(sql, (want) => randomExpression(random, want, { columns: left }, 1)),
    ),
  );
  const isNumbered = random.chance(0.3);
  const wants: Want[] = [...functions.map(({ type }) => type), ...(isNumbered ? (['int8'] as const) : [])];
  const alias = generation.name('q');
  const columns = wants.map((want, i): ScopeColumn => ({ sql: `${alias}.c${i}`, want }));
  const body: readonly SqlTree[] = calls.length > 1 ? ['ROWS FROM (', list(calls, ', ', 2), ')'] : calls;
  const names = wants.map((_, i) => `c${i}`).join(', ');
  const tree = node('from', [...body, isNumbered ? ' WITH ORDINALITY' : '', ` ${alias}(${names})`]);
  return { tree, columns, keys: isNumbered ? [`${alias}.c${wants.length - 1}`] : undefined };
}
