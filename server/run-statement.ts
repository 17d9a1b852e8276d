/**
 * The life of a query over sources, on one screen:
 *
 *   tree of the catalog server → analyse → fold session values → plan → begin on each site → execute or relay → rows
 *
 * The session (server/session) comes before: it had the statement analysed and checked privileges; and after: it sends the
 * rows. Invariant: whatever happens, every stream is closed and every transaction begun here is ended, once. Longer than
 * most files: running and explaining share every step.
 */
import { analyzeQuery } from '../planner/analyze/analyze-query.ts';
import type { AnalyzedQuery } from '../planner/analyze/analyze-query.ts';
import { foldSessionExpressions, sessionExpressions } from '../planner/analyze/session-expressions.ts';
import type { SessionEvaluator } from '../planner/analyze/session-expressions.ts';
import { inlineFunctions } from '../planner/analyze/inlined-functions.ts';
import { keepCatalogViews } from '../planner/analyze/catalog-views.ts';
import { relationOids } from '../planner/analyze/statement-oids.ts';
import { readTree } from '../planner/analyze/tree-reader.ts';
import { planQuery } from '../planner/plan-query.ts';
import { explainPlan } from '../planner/explain/explain.ts';
import { PlanRecord } from '../planner/explain/plan-record.ts';
import type { CatalogLookup, MirroredRelation } from '../algebra/catalog-lookup.ts';
import type { PlanMetrics, QueryPlan } from '../algebra/plan.ts';
import { FILE_FUNCTION_SCHEMA } from '../algebra/file-functions.ts';
import { CATALOG_SITE, SESSION_SITE } from '../algebra/rel.ts';
import type { SourceTable } from '../algebra/rel.ts';
import { readsInput } from '../algebra/transform.ts';
import type { FunctionRef } from '../algebra/scalar.ts';
import type { Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { tableOfRows } from '../algebra/statistics.ts';
import { localObstacle, localRelationsSql, readLocalRelations, withLocalRelations } from '../catalog/local-relations.ts';
import { NotCommitted } from '../catalog/lookup.ts';
import { privilegeCheck } from '../catalog/privileges.ts';
import type { BatchStream } from '../core/batch.ts';
import { decodeBinary } from '../core/binary-format.ts';
import type { Datum } from '../core/datum.ts';
import { featureNotSupported, SqlError } from '../core/sql-error.ts';
import type { SqlType } from '../core/sql-type.ts';
import { formatDatum } from '../core/text-format.ts';
import { executePlan } from '../executor/execute.ts';
import { MemoryBudget } from '../executor/memory/memory-budget.ts';
import { encodedRows } from './encoded-rows.ts';
import { learnRows, type ReadRows } from './feedback.ts';
import type { FederationParts } from './federation.ts';
import type { ExecutionContext } from './session/execution-context.ts';
import { bodiesKey, readBodies } from './session/function-bodies.ts';
import { fileFunctionDenied } from './session/file-functions.ts';
import type { ExplainRequest } from './session/explain-statement.ts';
import type { RowSource } from './session/federated-portal.ts';
import type { FederatedStatement } from './session/session-state.ts';
import type { SiteTransactions } from './session/site-transactions.ts';
import type { PortalHost } from '../connectors/postgres/local-tables.ts';
import { isLocal, remotesOf } from './remote-fragments.ts';
import { readWhole } from './rows-in-memory.ts';
import { reportSlowQuery } from './slow-query.ts';
import type { AnalyzeTarget } from './statistics-collector.ts';
import { StatementSites } from './statement-sites.ts';
import { sourcesNamed } from './tree-scan.ts';
import type { SourcesNamed } from './tree-scan.ts';
import { columnNames } from './wire/backend-messages.ts';

/** An analysed statement and what hangs on it; shared by all sessions that run the same tree. */
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

/** What the session read on its backend for one execution. */
export interface PreparedExecution {
  readonly federated: FederatedStatement;
  readonly query: FederatedQuery;
  readonly context: ExecutionContext;
  readonly parameters: readonly Datum[];
  readonly evaluate: SessionEvaluator;
}

export interface RunOptions {
  /** One per result column. */
  readonly formats: readonly (0 | 1)[];
  readonly signal: AbortSignal;
  /** Those of the session's transaction, for REPEATABLE READ and SERIALIZABLE. */
  readonly transactions: SiteTransactions;
  /** The rows are fetched little by little, and other statements of the session run between. */
  readonly inPortions?: boolean;
  /** The session's backend, for fragments over its own tables. */
  readonly local: PortalHost;
}

/** A function that the session's backend alone may be asked for. */
const isSessions = (fn: FunctionRef): boolean =>
  fn.site === undefined && (fn.schema !== 'pg_catalog' || fn.volatility === 'volatile');

const CACHED_QUERIES_MAX = 500;
const CACHED_TREE_BYTES_MAX = 1 << 20;

export class Federation {
  parts: FederationParts;
  private readonly queries = new Map<string, FederatedQuery>();
  /** How often statistics were collected on demand. */
  private analyzed = 0;

  constructor(parts: FederationParts) {
    this.parts = parts;
  }

  /** New statements run under these; those that run have what they need. */
  reconfigure(changes: Partial<FederationParts>): void {
    this.parts = { ...this.parts, ...changes };
    this.queries.clear();
    this.parts.learned?.forget();
  }

  /** ANALYZE: the statements that follow are planned anew. */
  async analyze(target: AnalyzeTarget | undefined): ReturnType<FederationParts['analyze']> {
    const found = await this.parts.analyze(target);
    this.analyzed++;
    return found;
  }

  /** What an analysed tree names of sources, through policies and views included. */
  sourcesIn(tree: Buffer): Promise<SourcesNamed> {
    return sourcesNamed(tree, this.parts.lookup);
  }

  /**
   * Throws 0A000 for what is not supported, positions in the text that was sent. `describe`: the one value of a query on the
   * session's backend.
   */
  async analyse(statement: FederatedStatement, describe: (sql: string) => Promise<string>): Promise<FederatedQuery> {
    const key =
      statement.tree.length > CACHED_TREE_BYTES_MAX
        ? null
        : `${statement.text.sql}\0${statement.tree.toString('latin1')}${bodiesKey(statement.bodies)}`;
    const known = key === null ? undefined : this.queries.get(key);
    if (known) return known;
    try {
      return await this.analyseWith(this.parts.lookup, statement, describe, key);
    } catch (error) {
      if (!(error instanceof NotCommitted)) throw error;
      return this.analyseWith(this.parts.sessionLookup(describe), statement, describe, null);
    }
  }

  /** `key`: under which it is remembered; null when it is not. */
  private async analyseWith(
    base: CatalogLookup,
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
    const folded = { ...analysed, rel: this.parts.foldConstants(analysed.rel) };
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
    if (this.queries.size >= CACHED_QUERIES_MAX) this.queries.delete(this.queries.keys().next().value!);
    this.queries.set(key, query);
  }

  /** True when DDL happened since the last call: what is cached about the catalog is forgotten. */
  noteGeneration(generation: string): boolean {
    const moved = this.parts.noteGeneration(generation);
    if (moved) this.queries.clear();
    return moved;
  }

  /** `record`: for EXPLAIN, which wants more than a plan made before can tell. */
  async plan(prepared: PreparedExecution, record?: PlanRecord): Promise<QueryPlan> {
    const { query } = prepared;
    const { analyzed } = this;
    if (query.plan?.analyzed === analyzed && !record) return query.plan.plan;
    const { rel } = await foldSessionExpressions(query.analysed, prepared.evaluate, prepared.parameters);
    const { local, net, raiseConstant, disabled, fired, localTables, learned } = this.parts;
    const sites = new Map<string, Pick<Site, 'capabilities' | 'costs' | 'wholeStatements'>>([
      ...this.parts.sites,
      [CATALOG_SITE, localTables],
    ]);
    const statistics = this.statistics(query);
    const own = { local, net: net.capabilities, session: localTables.shipped, raiseConstant };
    const planned = this.parts.planQuery ?? planQuery;
    const plan = planned(rel, {
      sites,
      ...own,
      statistics,
      learned,
      queryMemoryBytes: this.parts.queryMemoryBytes,
      disabled,
      ...(fired ? { fired } : {}),
      ...(record ? { record } : {}),
    });
    if (!query.dependsOnSession && !fired && planned === planQuery)
      query.plan = { plan, analyzed, learned: learned?.changes ?? 0 };
    return plan;
  }

  private statistics({ localRows }: FederatedQuery): Statistics {
    const { statistics } = this.parts;
    return {
      table: (table) => {
        if (table.site !== CATALOG_SITE) return statistics.table(table);
        const rows = localRows.get(table.mirrorOid);
        return rows === undefined ? undefined : tableOfRows(rows);
      },
    };
  }

  /** Rows as finished DataRow messages. The caller closes. */
  async run(prepared: PreparedExecution, options: RunOptions): Promise<RowSource> {
    const leave = await this.parts.admission.enter(options.signal);
    const startedMs = performance.now();
    let sites: StatementSites | undefined;
    try {
      const plan = await this.plan(prepared);
      sites = await this.begin(plan, prepared, options);
      const read: ReadRows = new Map();
      const relayed = await this.relay(plan, prepared, sites, options);
      const rows = relayed ?? this.execute(plan, prepared, sites, { ...options, read });
      const ended = (count: number): void => {
        if (relayed) read.set(plan.root.id, count);
        this.learn(prepared, plan, read);
      };
      const source = this.supervised(rows, plan, sites, leave, startedMs, ended);
      return options.inPortions && [...remotesOf(plan)].some(isLocal) ? await readWhole(source) : source;
    } catch (error) {
      await sites?.end();
      leave();
      this.failed(error, []);
      throw error;
    }
  }

  /** A whole query on one site that speaks our protocol: its rows pass undecoded. */
  private async relay(
    plan: QueryPlan,
    prepared: PreparedExecution,
    sites: StatementSites,
    options: RunOptions,
  ): Promise<RowSource | null> {
    const { root } = plan;
    if (root.kind !== 'remote' || root.inputs || plan.subplans.length > 0) return null;
    if (!this.parts.sites.get(root.site)?.canRelay(root.columns)) return null;
    const transaction = sites.of(root.site);
    if (!transaction.relay) return null;
    this.parts.metrics.relayed.inc();
    return transaction.relay(root.fragment, { params: prepared.parameters, signal: options.signal, formats: options.formats });
  }

  private execute(
    plan: QueryPlan,
    prepared: PreparedExecution,
    sites: StatementSites,
    options: RunOptions & { readonly read: ReadRows },
  ): RowSource {
    const { settings } = prepared.context;
    const batches = this.batches(plan, prepared, sites, options);
    return encodedRows(batches, plan.root.columns.map((column) => column.type), options.formats, settings); // prettier-ignore
  }

  private batches(
    plan: QueryPlan,
    prepared: PreparedExecution,
    sites: StatementSites,
    options: { readonly signal: AbortSignal; readonly metrics?: PlanMetrics; readonly read: ReadRows },
  ): BatchStream {
    return executePlan(plan, {
      transactions: (name) => sites.of(name),
      params: prepared.parameters,
      settings: prepared.context.settings,
      signal: options.signal,
      memory: new MemoryBudget(this.parts.queryMemoryBytes),
      ...(this.teaches ? { nodeRead: (id, rows) => void options.read.set(id, rows) } : {}),
      ...(options.metrics ? { metrics: options.metrics } : {}),
    });
  }

  /** Lines of EXPLAIN's output; with `analyze`, the plan is run to its end first. */
  async explain(
    prepared: PreparedExecution,
    request: ExplainRequest,
    options: Omit<RunOptions, 'formats'>,
  ): Promise<readonly string[]> {
    const plannedMs = performance.now();
    const record = new PlanRecord(request.optimizer);
    const plan = await this.plan(prepared, record);
    const planningMs = performance.now() - plannedMs;
    const metrics: PlanMetrics = new Map();
    const read: ReadRows = new Map();
    const executionMs = request.analyze ? await this.measure(plan, prepared, options, metrics, read) : undefined;
    const actual = (id: number): ReturnType<typeof actualFigures> => actualFigures(metrics, id);
    const lines = explainPlan(plan, {
      format: request.format,
      costs: request.costs,
      verbose: request.verbose,
      optimizer: request.optimizer,
      record,
      sqlOf: (site, fragment) => {
        const local = site === SESSION_SITE || (site === CATALOG_SITE && !readsInput(fragment));
        return (local ? this.parts.localTables : this.site(site)).sql(fragment);
      },
      datum: (type, value) => (value === null ? 'NULL' : formatDatum(type, value, prepared.context.settings)),
      ...(request.analyze ? { actual } : {}),
      ...(request.summary ? { times: { planningMs, ...(executionMs === undefined ? {} : { executionMs }) } } : {}),
    });
    this.learn(prepared, plan, read);
    return lines;
  }

  /** Runs a plan and drops its rows. */
  private async measure(
    plan: QueryPlan,
    prepared: PreparedExecution,
    options: Omit<RunOptions, 'formats'>,
    metrics: PlanMetrics,
    read: ReadRows,
  ): Promise<number> {
    const leave = await this.parts.admission.enter(options.signal);
    const startedMs = performance.now();
    try {
      const sites = await this.begin(plan, prepared, options);
      try {
        const batches = this.batches(plan, prepared, sites, { signal: options.signal, metrics, read });
        try {
          while ((await batches.next()) !== null);
        } finally {
          await batches.close();
        }
      } finally {
        await sites.end();
      }
    } finally {
      leave();
    }
    return performance.now() - startedMs;
  }

  /** All connections the statement wants, site by site at once. */
  private async begin(
    plan: QueryPlan,
    prepared: PreparedExecution,
    options: Omit<RunOptions, 'formats'>,
  ): Promise<StatementSites> {
    const { settings, isolation } = prepared.context;
    const counts = new Map<string, number>();
    let readsLocal = false;
    for (const remote of remotesOf(plan)) {
      if (isLocal(remote)) readsLocal = true;
      else counts.set(remote.site, (counts.get(remote.site) ?? 0) + 1);
    }
    const kept = isolation !== 'read committed';
    const sites = new StatementSites();
    if (readsLocal) sites.addLocal(this.parts.localTables.begin(options.local, { settings, signal: options.signal }));
    const begun = await Promise.allSettled(
      [...counts].map(async ([name, fragments]) => {
        const site = this.site(name);
        const how = { fragments, isolation, settings, signal: options.signal };
        // The net has no snapshot to keep.
        const own = !kept || name === CATALOG_SITE;
        sites.add(name, own ? await site.begin(how) : await options.transactions.of(site, how), own);
      }),
    );
    const failed = begun.find((result) => result.status === 'rejected');
    if (failed) {
      await sites.end();
      throw failed.reason;
    }
    return sites;
  }

  private site(name: string): Pick<Site, 'name' | 'begin' | 'sql'> {
    if (name === CATALOG_SITE) return this.parts.net;
    const site = this.parts.sites.get(name);
    if (!site) throw featureNotSupported(`source "${name}", which is no longer configured,`);
    return site;
  }

  private get teaches(): boolean {
    return this.parts.learned !== undefined && !this.parts.disabled.has('feedback');
  }

  /** All was read. A plan that would be another by what is known now is not used again. */
  private learn({ query }: PreparedExecution, plan: QueryPlan, read: ReadRows): void {
    if (!this.teaches) return;
    const news = learnRows(this.parts, plan, read);
    if (query.plan?.plan === plan && news > query.plan.learned) query.plan = null;
  }

  /** The rows, with everything that must follow their end; `ended` is told how many they were. */
  private supervised(
    source: RowSource,
    plan: QueryPlan,
    sites: StatementSites,
    leave: () => void,
    startedMs: number,
    ended: (rows: number) => void,
  ): RowSource {
    let rows = 0;
    let closing: Promise<void> | undefined;
    let failure = false;
    const release = async (): Promise<void> => {
      try {
        await source.close();
      } finally {
        await sites.end();
        leave();
        const seconds = (performance.now() - startedMs) / 1000;
        this.parts.metrics.duration.observe(seconds);
        if (!failure) this.parts.metrics.statements.inc({ outcome: 'done' });
        reportSlowQuery(this.parts, plan, seconds * 1000, rows);
      }
    };
    return {
      next: async (rowsMax) => {
        try {
          const part = await source.next(rowsMax);
          if (part === null) ended(rows);
          else rows += part.rows;
          return part;
        } catch (error) {
          failure = true;
          this.failed(error, [...sites.names()]);
          throw error;
        }
      },
      close: () => (closing ??= release()),
    };
  }

  /** A source that no longer has what its mirror shows is asked again what it has. */
  private failed(error: unknown, sites: readonly string[]): void {
    this.parts.metrics.statements.inc({ outcome: 'failed' });
    if (error instanceof SqlError && ['42P01', '42703', '42883', '3F000'].includes(error.code)) {
      const asked = sites.length > 0 ? sites.filter((site) => site !== CATALOG_SITE) : this.parts.sites.keys();
      for (const site of asked) this.parts.onMismatch(site);
    }
  }

  get sources(): FederationParts['sources'] {
    return this.parts.sources;
  }

  async loadTypes(oids: readonly number[]): Promise<void> {
    await this.parts.lookup.ensure({ relations: [], types: oids, functions: [], operators: [], collations: [] });
  }

  /** In which format a twin gives parameters back. Types must be loaded. */
  parameterFormats(oids: readonly number[]): (0 | 1)[] {
    return oids.map((oid) => (this.parts.lookup.type(oid).kind === 'opaque' ? 0 : 1));
  }

  readParameters(oids: readonly number[], values: readonly (Buffer | null)[]): Datum[] {
    return oids.map((oid, i) => this.readValue(this.parts.lookup.type(oid), values[i] ?? null));
  }

  readValue(type: SqlType, bytes: Buffer | null): Datum {
    if (bytes === null) return null;
    return type.kind === 'opaque' ? bytes.toString('utf8') : decodeBinary(type, bytes);
  }
}

function actualFigures(metrics: PlanMetrics, id: number) {
  const found = metrics.get(id);
  if (!found) return undefined;
  const { rows, timeMs, loops, sourceBytes, sentBytes, memoryPeakBytes, keysSent, buildFlippedAt } = found;
  return {
    rows,
    timeMs,
    loops,
    ...(sourceBytes > 0 ? { bytes: sourceBytes } : {}),
    ...(sentBytes > 0 ? { sentBytes } : {}),
    ...(memoryPeakBytes > 0 ? { memoryBytes: memoryPeakBytes } : {}),
    ...(keysSent === undefined ? {} : { keysSent }),
    ...(buildFlippedAt === undefined ? {} : { buildFlippedAt }),
  };
}
