/**
 * Random queries over random tables: joins of every type, subqueries correlated and not, grouping, windows, set operations,
 * WITH, DISTINCT [ON], and LIMIT under an order that leaves no choice. Their rows are one multiset, whatever the plan.
 */
import { fromClause } from './from-items.ts';
import { grouped } from './grouping.ts';
import { DIRECTIONS, type Generation, type MadeSelect, type SelectOptions, type Source, type WithQuery } from './generation.ts';
import type { Random } from './random.ts';
import { fillTemplate, randomExpression, type Scope, type ScopeColumn } from './random-expression.ts';
import type { FuzzTable } from './schema.ts';
import { SET_FUNCTIONS } from './set-productions.ts';
import { list, node, optional, type SqlList, type SqlNode, type SqlTree } from './sql-tree.ts';
import { scalarSubquery, subqueryPredicate } from './subqueries.ts';
import { ORDERED_TYPES, type SqlTypeName } from './types.ts';
import { NamedWindows, windowCall } from './windows.ts';
import { withClause } from './with-queries.ts';

/** Category of a statement that may raise 22xxx. */
export const RISKY = 'risky statement';
const ORDINALS = '/*ordinals*/';
const SET_OPERATORS = ['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL'];

interface Typed {
  readonly type: SqlTypeName;
  readonly tree: SqlTree;
}

export class QueryGenerator implements Generation {
  readonly random: Random;
  readonly tables: readonly FuzzTable[];
  readonly withQueries: WithQuery[] = [];
  #names = 0;

  constructor(random: Random, tables: readonly FuzzTable[]) {
    this.random = random;
    this.tables = tables;
  }

  /** One statement; some may raise 22xxx in their select list, and nowhere else. */
  statement(): SqlNode {
    const { random } = this;
    if (random.chance(0.12)) return node(RISKY, [this.select({ depth: 1, risky: true }).tree]);
    const clause = random.chance(0.2) ? withClause(this) : '';
    const body = this.query({ depth: 2 }, true).tree;
    return clause === '' ? body : node('statement', [clause, body]);
  }

  name(letter: string): string {
    return `${letter}${++this.#names}`;
  }

  query(options: SelectOptions, atTop = false): MadeSelect {
    const { random } = this;
    const { depth } = options;
    if (depth === 0 || !random.chance(0.18)) return this.select(options);
    const left = this.query({ ...options, depth: depth - 1 });
    const right = this.query({ depth: depth - 1, types: left.types });
    const body = node('query', ['(', left.tree, `) ${random.pick(SET_OPERATORS)} (`, right.tree, ')']);
    const order = atTop && random.chance(0.4) ? this.#orderBy(left.types.length) : '';
    return { tree: node('query', [body, order]), types: left.types };
  }

  /** By every column, so that only equal rows tie. */
  #orderBy(columns: number): SqlTree {
    const keys = this.random.sample(
      Array.from({ length: columns }, (_, i) => `${i + 1}${this.random.pick(DIRECTIONS)}`),
      columns,
    );
    return optional([` ORDER BY ${keys.join(', ')}`, this.#limit()]);
  }

  #limit(): SqlTree {
    const { random } = this;
    if (!random.chance(0.5)) return '';
    if (random.chance(0.15)) return optional([` FETCH FIRST ${1 + random.below(8)} ROWS WITH TIES`]);
    return optional([` LIMIT ${random.below(12)}`, random.chance(0.4) ? optional([` OFFSET ${random.below(6)}`]) : '']);
  }

  select(options: SelectOptions): MadeSelect {
    const { random } = this;
    const source = this.from(options);
    const scope = this.scope([...source.columns, ...(options.outer ?? [])], options);
    const where = random.chance(0.65) ? optional([' WHERE ', this.#conjuncts({ ...scope, risky: false }, options.depth)]) : '';
    const from = [' FROM ', source.tree, where];
    if (!options.risky && random.chance(0.3)) {
      const { items, clauses } = grouped(this, options, scope);
      return this.#assemble(items, [...from, clauses], options);
    }
    const types = options.types ?? Array.from({ length: 1 + random.below(4) }, () => undefined);
    const hasSets = !options.risky && !options.types && random.chance(0.05);
    const windows = new NamedWindows();
    const items = types.map((type) => this.#item(type, scope, source, hasSets, windows, options));
    return this.#assemble(items, [...from, windows.clause()], options, hasSets ? [] : source.columns);
  }

  #item(
    type: SqlTypeName | undefined,
    scope: Scope,
    source: Source,
    hasSets: boolean,
    windows: NamedWindows,
    options: SelectOptions,
  ): Typed {
    const { random } = this;
    if (hasSets && random.chance(0.5)) {
      const chosen = random.pick(SET_FUNCTIONS);
      const parts = fillTemplate(chosen.sql, (want) => randomExpression(random, want, { columns: scope.columns }, 1));
      return { type: chosen.type, tree: node(`item ${chosen.type}`, parts) };
    }
    if (!options.risky && random.chance(0.08)) {
      const call = windowCall(this, scope, source.keys, type, windows);
      if (call) return { type: call.type, tree: node(`item ${call.type}`, [call.tree]) };
    }
    const drawn = type ?? random.pick(ORDERED_TYPES);
    const depth = Math.min(options.depth + 1, 3);
    return { type: drawn, tree: node(`item ${drawn}`, [randomExpression(random, drawn, scope, depth)]) };
  }

  /**
   * SELECT with DISTINCT and ORDER BY over the items, by their ordinals, all of them: what ties is equal. In front of them it
   * may order by one of `sortable`; items may have the names of these or of each other.
   */
  #assemble(
    made: readonly Typed[],
    rest: readonly SqlTree[],
    options: SelectOptions,
    sortable: readonly ScopeColumn[] = [],
  ): MadeSelect {
    const { random } = this;
    const key = sortable.length > 0 ? random.pick(sortable) : undefined;
    const names = key !== undefined && random.chance(0.3) ? [key, key, key, ...sortable].map(nameOf) : [];
    const items = list(made.map(({ type, tree }) => (names.length > 0 ? this.#renamed(type, tree, names) : tree)));
    const distinctOn = !options.outer && !options.risky && random.chance(0.04);
    const distinct = distinctOn ? 'DISTINCT ON (1) ' : !options.risky && random.chance(0.12) ? optional(['DISTINCT ']) : '';
    const isOrdered = distinctOn || (!options.outer && !options.risky && random.chance(0.35));
    const directions = made.map(() => random.pick(DIRECTIONS));
    const isSortedFirst = key !== undefined && distinct === '' && random.chance(names.length > 0 ? 0.7 : 0.2);
    const first = isSortedFirst ? optional([`${key.sql}${random.pick(DIRECTIONS)}, `]) : '';
    const order = isOrdered ? node('clause', [' ORDER BY ', first, ORDINALS, this.#limit()], { optional: !distinctOn }) : '';
    const tree = node('select', ['SELECT ', distinct, items, ...rest, order], {
      finish: (text, parts) => {
        const left = (parts.find((part) => typeof part !== 'string' && part.kind === 'list') as SqlList).items.length;
        const keys = directions.slice(0, left).map((direction, i) => `${i + 1}${direction}`);
        return text.replace(ORDINALS, keys.join(', '));
      },
    });
    return { tree, types: made.map(({ type }) => type) };
  }

  #renamed(type: SqlTypeName, tree: SqlTree, names: readonly string[]): SqlTree {
    return node(`item ${type}`, [tree, optional([` AS ${this.random.pick(names)}`])]);
  }

  #conjuncts(scope: Scope, depth: number): SqlTree {
    const count = 1 + this.random.below(3);
    return list(
      Array.from({ length: count }, () => randomExpression(this.random, 'bool', scope, Math.min(depth, 2))),
      ' AND ',
    );
  }

  scope(columns: readonly ScopeColumn[], options: Pick<SelectOptions, 'depth' | 'risky'>): Scope {
    if (options.depth === 0 || options.risky) return { columns, risky: options.risky === true };
    const depth = options.depth - 1;
    return {
      columns,
      subquery: (type) => scalarSubquery(this, type, columns, depth),
      subqueryPredicate: () => subqueryPredicate(this, columns, depth),
    };
  }

  from(options: SelectOptions): Source {
    return fromClause(this, options);
  }
}

/** A column's own name. */
const nameOf = ({ sql }: ScopeColumn): string => sql.slice(sql.lastIndexOf('.') + 1);
