/**
 * The entry of planner/analyze: an analysed and rewritten tree from the catalog server → the logical plan of the statement,
 * with what the server needs beside it: result columns, privileges to check at every execution, and what it reads.
 * The tree must be of this very statement text: positions are mapped from its bytes to its characters.
 */
import type { CatalogLookup } from '../../algebra/catalog-lookup.ts';
import { CATALOG_SITE } from '../../algebra/rel.ts';
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import { featureNotSupported, statementTooComplex } from '../../core/sql-error.ts';
import { Analysis } from './analysis.ts';
import { freeColumns, volatileIn } from './free-columns.ts';
import { opaqueConstants } from './opaque-constants.ts';
import type { ConvertedQuery } from './query-converter.ts';
import { unnestingFunctions, unnestingOperators } from './lateral/bindings.ts';
import { rowLimitFunctions, rowLimitOperators } from './row-limits.ts';
import { JoinUnnester } from './lateral/unnest-joins.ts';
import { requireRowTypes } from './row-types.ts';
import { QueryConverter } from './query-converter.ts';
import type { RelationPermission } from './statement-oids.ts';
import { statementOids } from './statement-oids.ts';
import { subscriptFunctions, subscriptOperators } from './subscripts.ts';
import { readsNullableRows } from './whole-rows.ts';
import { systemColumnsIn } from './system-columns.ts';
import { asNode, flag, integer, nodes } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

export interface AnalyzedQuery {
  readonly rel: Rel;
  /** The result's columns in order: exactly the output of `rel`, under the names the client sees. */
  readonly columns: readonly RelColumn[];
  /** Table and attribute a result column comes from, zeros when it is computed: for RowDescription. */
  readonly origins: readonly { readonly relation: number; readonly attribute: number }[];
  /** Of every query level, views and policies included. Parse checks none of them. */
  readonly permissions: readonly RelationPermission[];
  /** Every function, operator function and aggregate called: EXECUTE is checked on them. */
  readonly functionOids: ReadonlySet<number>;
  readonly mirrors: ReadonlySet<number>;
  readonly hasVolatile: boolean;
}

export interface AnalyzeOptions {
  /** The text given to Parse. */
  readonly statement: string;
  /** From RowDescription: names in trees can be ambiguous. */
  readonly columnNames?: readonly string[];
}

/**
 * `tree`: what readTree() gave. Throws 0A000 naming what is not supported, 54001 for nesting beyond the bound.
 * A statement that reads no mirror is analysed as well, but belongs to the catalog server (relationOids() tells).
 */
export async function analyzeQuery(tree: TreeValue, lookup: CatalogLookup, options: AnalyzeOptions): Promise<AnalyzedQuery> {
  assert(Array.isArray(tree), 'an analysed statement is a list of queries');
  if (tree.length !== 1) throw featureNotSupported('rewrite rule that makes several statements of one');
  const query = asNode(tree[0], 'statement');
  const oids = statementOids(tree);
  const operators = new Set([...oids.operators, ...unnestingOperators, ...rowLimitOperators, ...subscriptOperators]);
  await lookup.ensure({
    ...oids,
    functions: new Set([...oids.functions, ...unnestingFunctions, ...rowLimitFunctions, ...subscriptFunctions]),
    operators,
  });
  await ensureOperators(
    lookup,
    [...oids.rowOperators].flatMap((oid) => Object.values(lookup.operator(oid).ordering ?? {})),
  );
  await ensureFunctionsOf(lookup, [...operators]);
  const constantTexts = await opaqueConstants(tree, lookup);
  const analysis = new Analysis(lookup, options.statement, {
    constantTexts,
    systemColumns: systemColumnsIn(tree),
    nullableRows: readsNullableRows(tree),
  });
  const { rel, columns } = convert(query, analysis);
  const targets = nodes(query, 'targetList').filter((target) => !flag(target, 'resjunk'));
  return {
    rel,
    columns: columns.map((column, index) => ({ ...column, name: options.columnNames?.[index] ?? column.name })),
    origins: targets.map((target) => ({
      relation: integer(target, 'resorigtbl'),
      attribute: integer(target, 'resorigcol'),
    })),
    permissions: oids.permissions,
    functionOids: oids.called,
    mirrors: new Set([...oids.relations].filter((oid) => lookup.mirror(oid)?.table.site !== CATALOG_SITE)),
    hasVolatile: volatileIn(tree, lookup),
  };
}

/** Operators that no statement names, with their functions. */
async function ensureOperators(lookup: CatalogLookup, operators: readonly number[]): Promise<void> {
  if (operators.length === 0) return;
  await lookup.ensure({ relations: [], types: [], functions: [], operators, collations: [] });
  await ensureFunctionsOf(lookup, operators);
}

function ensureFunctionsOf(lookup: CatalogLookup, operators: readonly number[]): Promise<void> {
  const functions = operators.map((oid) => lookup.operator(oid).functionOid);
  return lookup.ensure({ relations: [], types: [], functions, operators: [], collations: [] });
}

function convert(query: TreeNode, analysis: Analysis): ConvertedQuery {
  try {
    const converted = new QueryConverter(analysis).query(query, null);
    requireRowTypes(converted.rel);
    const rel = new JoinUnnester(analysis).apply(converted.rel);
    const unresolved = freeColumns(rel);
    assert(unresolved.size === 0, `columns ${[...unresolved].join(', ')} are introduced nowhere`);
    return { ...converted, rel };
  } catch (error) {
    // The bound on nesting is counted in nodes; a small stack may end before it.
    if (error instanceof RangeError && error.message.includes('call stack')) throw statementTooComplex();
    throw error;
  }
}
