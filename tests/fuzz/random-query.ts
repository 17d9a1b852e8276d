/**
 * Random queries over random tables: joins of every type, subqueries correlated and not, grouping, set operations, WITH,
 * DISTINCT, and LIMIT under an order that leaves no choice. Their rows are one multiset, whatever the plan.
 */
import { AGGREGATES, baseType, ORDERED_TYPES, type SqlTypeName, type Want } from './productions.ts';
import type { Random } from './random.ts';
import { fillTemplate, randomExpression, readsColumn, type Scope, type ScopeColumn } from './random-expression.ts';
import type { FuzzTable } from './schema.ts';
import { list, node, optional, type SqlList, type SqlNode, type SqlTree } from './sql-tree.ts';

interface SelectOptions {
  /** Types of the result; any when not given. */
  readonly types?: readonly SqlTypeName[];
  /** Columns of the queries around. */
  readonly outer?: readonly ScopeColumn[];
  readonly depth: number;
  readonly risky?: boolean;
}

interface MadeSelect {
  readonly tree: SqlNode;
  readonly types: readonly SqlTypeName[];
}

/** Category of a statement that may raise 22xxx. */
export const RISKY = 'risky statement';
const ORDINALS = '/*ordinals*/';
const DIRECTIONS = ['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'];

export class QueryGenerator {
  readonly #random: Random;
  readonly #tables: readonly FuzzTable[];
  #aliases = 0;
  /** WITH queries in scope. */
  #ctes: { name: string; types: readonly SqlTypeName[] }[] = [];

  constructor(random: Random, tables: readonly FuzzTable[]) {
    this.#random = random;
    this.#tables = tables;
  }

  /** One statement; some may raise 22xxx in their select list, and nowhere else. */
  statement(): SqlNode {
    const random = this.#random;
    if (random.chance(0.12)) return node(RISKY, [this.#select({ depth: 1, risky: true }).tree]);
    if (random.chance(0.12)) {
      const definition = this.#select({ depth: 1 });
      const name = `w${++this.#aliases}`;
      this.#ctes = [{ name, types: definition.types }];
      const kind = random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED']);
      const names = definition.types.map((_, i) => `c${i}`).join(', ');
      return node('statement', [`WITH ${name}(${names}) AS${kind} (`, definition.tree, ') ', this.#query(2, true).tree]);
    }
    return this.#query(2, true).tree;
  }

  /** A select or a set operation, perhaps ordered whole. */
  #query(depth: number, atTop: boolean): MadeSelect {
    const random = this.#random;
    if (depth === 0 || !random.chance(0.18)) return this.#select({ depth });
    const left = this.#select({ depth: depth - 1 });
    const right = this.#select({ depth: depth - 1, types: left.types });
    const operator = random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL']);
    const body = node('query', ['(', left.tree, `) ${operator} (`, right.tree, ')']);
    const order = atTop && random.chance(0.4) ? this.#orderBy(left.types.length) : '';
    return { tree: node('query', [body, order]), types: left.types };
  }

  /** By every column, so that only equal rows tie. */
  #orderBy(columns: number): SqlTree {
    const keys = this.#random.sample(
      Array.from({ length: columns }, (_, i) => `${i + 1}${this.#random.pick(DIRECTIONS)}`),
      columns,
    );
    return optional([` ORDER BY ${keys.join(', ')}`, this.#limit()]);
  }

  #limit(): SqlTree {
    const random = this.#random;
    if (!random.chance(0.5)) return '';
    return optional([` LIMIT ${random.below(12)}`, random.chance(0.4) ? optional([` OFFSET ${random.below(6)}`]) : '']);
  }

  #select(options: SelectOptions): MadeSelect {
    const random = this.#random;
    const { tree: from, columns } = this.#from(options);
    const scope = this.#scope([...columns, ...(options.outer ?? [])], options);
    const where = random.chance(0.65) ? optional([' WHERE ', this.#conjuncts({ ...scope, risky: false }, options.depth)]) : '';
    if (!options.risky && random.chance(0.3)) return this.#grouped(options, from, where, scope);
    const types = options.types ?? Array.from({ length: 1 + random.below(4) }, () => random.pick(ORDERED_TYPES));
    const items = list(types.map((type) => this.#item(type, scope, options.depth + 1)));
    const distinct = !options.risky && random.chance(0.15) ? optional(['DISTINCT ']) : '';
    return { tree: this.#assemble(distinct, items, [' FROM ', from], where, '', options), types };
  }

  #grouped(options: SelectOptions, from: SqlTree, where: SqlTree, scope: Scope): MadeSelect {
    const random = this.#random;
    const keyCount = random.below(3);
    // A key holds no subquery: it is written twice and must be the same text.
    const bare: Scope = { columns: scope.columns };
    const keys = Array.from({ length: keyCount }, () => {
      const type = random.pick(ORDERED_TYPES);
      return { type, tree: randomExpression(random, type, bare, 1) };
    }).filter(({ tree }) => readsColumn(tree));
    const used = [...keys];
    const wanted = options.types;
    const item = (type: SqlTypeName | undefined): { type: SqlTypeName; tree: SqlTree } => {
      const key = used.find((k) => type === undefined || k.type === type);
      if (key && random.chance(0.6)) return { type: key.type, tree: node(`item ${key.type}`, [key.tree]) };
      const call = this.#aggregate(scope, options, type);
      if (call) return { type: call.type, tree: node(`item ${call.type}`, [call.tree]) };
      return { type: type!, tree: `NULL::${type!}` };
    };
    const made = wanted ? wanted.map(item) : Array.from({ length: 1 + random.below(4) }, () => item(undefined));
    const groupBy = keys.length === 0 ? '' : node('clause', [' GROUP BY ', list(keys.map((key) => key.tree))]);
    const having = random.chance(0.25) ? optional([' HAVING ', this.#having(scope, options)]) : '';
    const rest = [groupBy, having];
    return {
      tree: this.#assemble(
        random.chance(0.15) ? optional(['DISTINCT ']) : '',
        list(made.map((m) => m.tree)),
        [' FROM ', from],
        where,
        node('clause', rest),
        options,
      ),
      types: made.map((m) => m.type),
    };
  }

  #having(scope: Scope, options: SelectOptions): SqlTree {
    const call = this.#aggregate(scope, options, 'int8');
    return node('bool', ['(', call!.tree, ` ${this.#random.pick(['>', '<', '=', '<>'])} ${this.#random.below(4)})`]);
  }

  #aggregate(
    scope: Scope,
    options: SelectOptions,
    type: SqlTypeName | undefined,
  ): { type: SqlTypeName; tree: SqlTree } | undefined {
    const random = this.#random;
    // Inside a subquery or a set operation a float sum could be compared: only at the top.
    const mayBeInexact = type === undefined && options.depth >= 2 && !options.outer;
    const fitting = AGGREGATES.filter((a) => (type === undefined || a.type === type) && (mayBeInexact || !a.inexact));
    if (fitting.length === 0) return undefined;
    const chosen = random.pick(fitting);
    // Columns of this level only: with outer ones alone the aggregate would belong to the query around.
    const outer = new Set((options.outer ?? []).map((column) => column.sql));
    const own: Scope = { columns: scope.columns.filter((column) => !outer.has(column.sql)) };
    const parts = fillTemplate(chosen.sql, (want) => this.#withColumn(want, own));
    const filter = random.chance(0.2) ? optional([' FILTER (WHERE ', randomExpression(random, 'bool', own, 1), ')']) : '';
    return { type: chosen.type, tree: node(`aggregate ${chosen.type}`, [...parts, filter]) };
  }

  /** An expression that reads a column of its own query. */
  #withColumn(want: Want, scope: Scope): SqlNode {
    for (let attempt = 0; attempt < 8; attempt++) {
      const made = randomExpression(this.#random, want, scope, 1);
      if (readsColumn(made)) return made;
    }
    return node(want, [
      `CASE WHEN ${this.#random.pick(scope.columns).sql} IS NOT NULL THEN `,
      randomExpression(this.#random, want, scope, 0),
      ' END',
    ]);
  }

  #assemble(
    distinct: SqlTree,
    items: SqlList,
    from: readonly SqlTree[],
    where: SqlTree,
    grouping: SqlTree,
    options: SelectOptions,
  ): SqlNode {
    const random = this.#random;
    const isOrdered = !options.outer && !options.risky && random.chance(0.35);
    const directions = items.items.map(() => random.pick(DIRECTIONS));
    const order = isOrdered ? optional([` ORDER BY ${ORDINALS}`, this.#limit()]) : '';
    return node('select', ['SELECT ', distinct, items, ...from, where, grouping, order], {
      finish: (text, parts) => {
        const left = (parts.find((part) => typeof part !== 'string' && part.kind === 'list') as SqlList).items.length;
        const keys = directions.slice(0, left).map((direction, i) => `${i + 1}${direction}`);
        return text.replace(ORDINALS, keys.join(', '));
      },
    });
  }

  #item(type: SqlTypeName, scope: Scope, depth: number): SqlNode {
    return node(`item ${type}`, [randomExpression(this.#random, type, scope, Math.min(depth, 3))]);
  }

  #conjuncts(scope: Scope, depth: number): SqlTree {
    const count = 1 + this.#random.below(3);
    return list(
      Array.from({ length: count }, () => randomExpression(this.#random, 'bool', scope, Math.min(depth, 2))),
      ' AND ',
    );
  }

  #scope(columns: readonly ScopeColumn[], options: SelectOptions): Scope {
    if (options.depth === 0 || options.risky) return { columns, risky: options.risky === true };
    const outer = columns;
    const depth = options.depth - 1;
    return {
      columns,
      subquery: (type) => this.#scalarSubquery(type, outer, depth),
      subqueryPredicate: () => this.#subqueryPredicate(columns, depth),
    };
  }

  /** One row at most: an aggregate without groups, correlated or not. */
  #scalarSubquery(type: SqlTypeName, outer: readonly ScopeColumn[], depth: number): SqlTree | undefined {
    const correlated = this.#random.chance(0.5) ? outer : [];
    const options: SelectOptions = { depth, outer: correlated, types: [type] };
    const { tree: from, columns } = this.#from(options);
    const scope = this.#scope(columns, { depth: 0 });
    const call = this.#aggregate(scope, options, type);
    if (!call) return undefined;
    return node('subquery', ['(SELECT ', call.tree, ' FROM ', from, this.#correlation(columns, correlated), ')']);
  }

  #correlation(columns: readonly ScopeColumn[], outer: readonly ScopeColumn[]): SqlTree {
    const random = this.#random;
    const conjuncts: SqlTree[] = [];
    if (outer.length > 0) {
      const mine = random.pick(columns);
      const theirs = outer.filter((column) => baseType(column.want) === baseType(mine.want));
      if (theirs.length > 0) conjuncts.push(node('bool', [`(${mine.sql} = ${random.pick(theirs).sql})`]));
      else if (random.chance(0.5)) conjuncts.push(randomExpression(random, 'bool', { columns: [...columns, ...outer] }, 1));
    }
    if (random.chance(0.5)) conjuncts.push(randomExpression(random, 'bool', { columns }, 1));
    return conjuncts.length === 0 ? '' : optional([' WHERE ', list(conjuncts, ' AND ')]);
  }

  #subqueryPredicate(outer: readonly ScopeColumn[], depth: number): SqlTree {
    const random = this.#random;
    const correlated = random.chance(0.55) ? outer : [];
    const { tree: from, columns } = this.#from({ depth });
    const tail = [' FROM ', from, this.#correlation(columns, correlated), ')'];
    const kind = random.below(4);
    if (kind === 0) return node('bool', [random.pick(['EXISTS', 'NOT EXISTS']), ' (SELECT 1', ...tail]);
    const type = baseType(random.pick(columns).want);
    const left = randomExpression(random, type, { columns: outer }, 1);
    const right = randomExpression(random, type, { columns }, 1);
    const operator =
      kind === 3 ? `${random.pick(['=', '<>', '<', '>='])} ${random.pick(['ANY', 'ALL'])}` : random.pick(['IN', 'NOT IN']);
    return node('bool', ['(', left, ` ${operator} (SELECT `, right, ...tail, ')']);
  }

  #from(options: { readonly depth: number; readonly risky?: boolean }): { tree: SqlTree; columns: readonly ScopeColumn[] } {
    const random = this.#random;
    let { tree, columns } = this.#fromItem(options.depth);
    const joins = options.risky ? random.below(2) : random.pick([0, 0, 0, 1, 1, 1, 2]);
    for (let i = 0; i < joins; i++) {
      const right = this.#fromItem(options.depth);
      const both = [...columns, ...right.columns];
      const kind = random.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN']);
      if (kind === 'CROSS JOIN') tree = node('from', [tree, ' CROSS JOIN ', right.tree]);
      else {
        const on: SqlTree[] = [this.#joinCondition(columns, right.columns)];
        // FULL JOIN takes only what can be merged or hashed.
        if (!options.risky && kind !== 'FULL JOIN' && random.chance(0.35))
          on.push(randomExpression(random, 'bool', { columns: both }, 1));
        tree = node('from', [tree, ` ${kind} `, right.tree, ' ON ', list(on, ' AND ')]);
      }
      columns = both;
    }
    return { tree, columns };
  }

  #joinCondition(left: readonly ScopeColumn[], right: readonly ScopeColumn[]): SqlTree {
    const random = this.#random;
    const pairs = left.flatMap((a) => right.filter((b) => baseType(a.want) === baseType(b.want)).map((b) => ({ a, b })));
    const { a, b } = random.pick(pairs.length > 0 ? pairs : [{ a: left[0]!, b: left[0]! }]);
    return node('bool', [`${a.sql} = ${b.sql}`]);
  }

  #fromItem(depth: number): { tree: SqlTree; columns: readonly ScopeColumn[] } {
    const random = this.#random;
    const alias = `q${++this.#aliases}`;
    const cte = this.#ctes[0];
    if (cte && random.chance(0.4))
      return { tree: node('from', [`${cte.name} ${alias}`]), columns: derivedColumns(alias, cte.types) };
    if (depth > 0 && random.chance(0.15)) {
      const made = this.#query(depth - 1, false);
      const names = made.types.map((_, i) => `c${i}`).join(', ');
      return { tree: node('from', ['(', made.tree, `) ${alias}(${names})`]), columns: derivedColumns(alias, made.types) };
    }
    if (random.chance(0.05)) {
      const tree = `(VALUES (1, 'a', 1.5), (2, NULL, -2.25), (NULL, 'Ada', 100.0)) ${alias}(k, t, n)`;
      const columns: readonly ScopeColumn[] = [
        { sql: `${alias}.k`, want: 'int4~' },
        { sql: `${alias}.t`, want: 'text' },
        { sql: `${alias}.n`, want: 'numeric~' },
      ];
      return { tree: node('from', [tree]), columns };
    }
    const table = random.pick(this.#tables);
    const columns = table.columns.map((column): ScopeColumn => ({ sql: `${alias}.${column.name}`, want: column.want }));
    return { tree: node('from', [`${table.name} ${alias}`]), columns };
  }
}

const derivedColumns = (alias: string, types: readonly SqlTypeName[]): readonly ScopeColumn[] =>
  types.map((type, i) => ({ sql: `${alias}.c${i}`, want: type }));
