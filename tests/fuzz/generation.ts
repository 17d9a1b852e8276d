/** What the parts of the query generator share: a query grows by one part asking another. */
import type { SqlTypeName } from './types.ts';
import type { Random } from './random.ts';
import type { Scope, ScopeColumn } from './random-expression.ts';
import type { FuzzTable } from './schema.ts';
import type { SqlNode, SqlTree } from './sql-tree.ts';

export interface SelectOptions {
  /** Types of the result; any when not given. */
  readonly types?: readonly SqlTypeName[];
  /** Columns of the queries around. */
  readonly outer?: readonly ScopeColumn[];
  readonly depth: number;
  /** Errors may arise in the select list. */
  readonly risky?: boolean;
}

export interface MadeSelect {
  readonly tree: SqlNode;
  readonly types: readonly SqlTypeName[];
}

/** What stands after FROM. */
export interface Source {
  readonly tree: SqlTree;
  readonly columns: readonly ScopeColumn[];
  /** Columns that together tell its rows apart, when there are. */
  readonly keys: readonly string[] | undefined;
}

/** A WITH query in scope. */
export interface WithQuery {
  readonly name: string;
  readonly types: readonly SqlTypeName[];
}

export interface Generation {
  readonly random: Random;
  readonly tables: readonly FuzzTable[];
  readonly withQueries: WithQuery[];
  /** A name never used before, after the letter. */
  readonly name: (letter: string) => string;
  /** A select or a set operation. */
  readonly query: (options: SelectOptions) => MadeSelect;
  readonly select: (options: SelectOptions) => MadeSelect;
  readonly from: (options: SelectOptions) => Source;
  /** What an expression may use in a query that sees the columns. */
  readonly scope: (columns: readonly ScopeColumn[], options: Pick<SelectOptions, 'depth' | 'risky'>) => Scope;
}

export const derivedColumns = (alias: string, types: readonly SqlTypeName[]): readonly ScopeColumn[] =>
  types.map((type, i) => ({ sql: `${alias}.c${i}`, want: type }));

export const columnNames = (types: readonly SqlTypeName[]): string => types.map((_, i) => `c${i}`).join(', ');

export const DIRECTIONS = ['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'];
