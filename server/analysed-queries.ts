/** What analysis makes of a statement over sources, remembered by its tree; shared by all sessions that run the same. */
import { analyzeQuery } from '../planner/analyze/analyze-query.ts';
import type { AnalyzedQuery } from '../planner/analyze/analyze-query.ts';
import { sessionExpressions } from '../planner/analyze/session-expressions.ts';
import { inlineFunctions } from '../planner/analyze/inlined-functions.ts';
import { keepCatalogViews } from '../planner/analyze/catalog-views.ts';
import { relationOids } from '../planner/analyze/statement-oids.ts';
import { readTree } from '../planner/analyze/tree-reader.ts';
import type { CatalogLookup, MirroredRelation } from '../algebra/catalog-lookup.ts';
import type { QueryPlan } from '../algebra/plan.ts';
import { FILE_FUNCTION_SCHEMA } from '../algebra/file-functions.ts';
import { CATALOG_SITE } from '../algebra/rel.ts';
import type { SourceTable } from '../algebra/rel.ts';
import type { FunctionRef } from '../algebra/scalar.ts';
import { localObstacle, localRelationsSql, readLocalRelations, withLocalRelations } from '../catalog/local-relations.ts';
import { NotCommitted } from '../catalog/lookup.ts';
import { privilegeCheck } from '../catalog/privileges.ts';
import type { FederationParts } from './federation.ts';
import { bodiesKey, readBodies } from './session/function-bodies.ts';
import { fileFunctionDenied } from './session/file-functions.ts';
import type { FederatedStatement } from './session/session-state.ts';
import { columnNames } from './wire/backend-messages.ts';

/** An analysed statement and what hangs on it. */
export interface FederatedQuery {
  readonly analysed: AnalyzedQuery;
  /** SQL of what is denied to the session's user, NULL when nothing. */
  readonly privilegeCheck: string;
  /** SQL of what keeps the session's backend from reading its own tables for this statement; null: it reads none. */
  readonly localObstacle: string | null;
  /** Rows of those tables, by OID. */
  readonly localRows: ReadonlyMap<number, number>;
  /** The plan; null: none yet, or made at every execution, since it holds values of the session. */
  plan: KeptPlan | null;
  readonly dependsOnSession: boolean;
  /** It calls functions of sources, which may depend on what the session has set. */
  readonly callsSources: boolean;
  /** Calls of sources' file functions, as the tables they are. */
  readonly fileTables: readonly SourceTable[];
}

/** A plan, and when it was made: as long as its statistics are the latest, and no execution finds out that they are wrong. */
interface KeptPlan {
  readonly plan: QueryPlan;
  readonly analyzed: number;
  /** LearnedRows.changes. */
  readonly learned: number;
}

/** A function that the session's backend alone may be asked for. */
const isSessions = (fn: FunctionRef): boolean =>
  fn.site === undefined && (fn.schema !== 'pg_catalog' || fn.volatility === 'volatile');

const CACHED_QUERIES_MAX = 500;
const CACHED_TREE_BYTES_MAX = 1 << 20;

type Parts = Pick<FederationParts, 'lookup' | 'sessionLookup' | 'foldConstants' | 'net'>;

export class AnalysedQueries {
  private readonly known = new Map<string, FederatedQuery>();

  forget(): void {
    this.known.clear();
  }

  /**
   * Throws 0A000 for what is not supported, positions in the text that was sent. `describe`: the one value of a query on the
   * session's backend.
   */
  async of(statement: FederatedStatement, parts: Parts, describe: (sql: string) => Promise<string>): Promise<FederatedQuery> {
    const key =
      statement.tree.length > CACHED_TREE_BYTES_MAX
        ? null
        : `${statement.text.sql}\0${statement.tree.toString('latin1')}${bodiesKey(statement.bodies)}`;
    const known = key === null ? undefined : this.known.get(key);
    if (known) return known;
    try {
      return await this.analyse(parts.lookup, parts, statement, describe, key);
    } catch (error) {
      if (!(error instanceof NotCommitted)) throw error;
      return this.analyse(parts.sessionLookup(describe), parts, statement, describe, null);
    }
  }

  /** `key`: under which it is remembered; null when it is not. */
  private async analyse(
    base: CatalogLookup,
    { foldConstants, net }: Parts,
    statement: FederatedStatement,
    describe: (sql: string) => Promise<string>,
    key: string | null,
  ): Promise<FederatedQuery> {
    const names = columnNames(statement.rowDescription);
    const tree = readTree(statement.tree);
    inlineFunctions(tree, readBodies(statement.bodies));
    const local = await this.localRelations(tree, base, describe);
    const lookup = withLocalRelations(base, local);
    const analysed = await analyzeQuery(tree, lookup, {
      statement: statement.text.sql,
      columnNames: names,
    });
    const folded = { ...analysed, rel: await foldConstants(analysed.rel, net) };
    const relations = analysed.permissions.map((permission) => ({
      ...permission,
      selectedCols: permission.selectedColumns,
      insertedCols: [],
      updatedCols: [],
    }));
    const fileTables = [...analysed.mirrors]
      .map((oid) => base.mirror(oid)!.table)
      .filter((table) => table.schema === FILE_FUNCTION_SCHEMA);
    const query: FederatedQuery = {
      analysed: folded,
      privilegeCheck: `coalesce(${privilegeCheck(relations, analysed.functionOids)}, ${fileFunctionDenied(fileTables)})`,
      fileTables,
      localObstacle:
        local.length === 0 && ![...analysed.functionOids].some((oid) => isSessions(lookup.function(oid)))
          ? null
          : localObstacle(relations.filter(({ relation }) => lookup.mirror(relation)?.table.site === CATALOG_SITE)),
      localRows: new Map(
        local.flatMap(({ table, estimatedRows: rows }) => (rows === undefined ? [] : [[table.mirrorOid, rows]])),
      ),
      plan: null,
      callsSources: [...analysed.functionOids].some((oid) => lookup.function(oid).site !== undefined),
      dependsOnSession: sessionExpressions(folded.rel).length > 0,
    };
    // A table of one session's transaction is nobody else's; such a query stays with its statement.
    if (key !== null && local.length === 0) this.remember(key, query);
    return query;
  }

  /** The relations of the catalog server that the statement reads beside mirrors. */
  private async localRelations(
    tree: ReturnType<typeof readTree>,
    lookup: CatalogLookup,
    describe: (sql: string) => Promise<string>,
  ): Promise<readonly MirroredRelation[]> {
    await lookup.ensure({ relations: relationOids(tree), types: [], functions: [], operators: [], collations: [] });
    keepCatalogViews(tree, (relation) => lookup.mirror(relation) !== undefined, await lookup.sourceFunctions());
    const oids = [...relationOids(tree)];
    await lookup.ensure({ relations: oids, types: [], functions: [], operators: [], collations: [] });
    const missing = oids.filter((oid) => lookup.mirror(oid) === undefined);
    return missing.length === 0 ? [] : readLocalRelations(await describe(localRelationsSql(missing)), lookup);
  }

  /** The oldest makes room. */
  private remember(key: string, query: FederatedQuery): void {
    if (this.known.size >= CACHED_QUERIES_MAX) this.known.delete(this.known.keys().next().value!);
    this.known.set(key, query);
  }
}
