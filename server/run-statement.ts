/**
 * The life of a query over sources, on one screen:
 *
 *   tree of the catalog server → analyse → fold session values → plan → begin on each site → execute or relay → rows
 *
 * The session (server/session) comes before: it had the statement analysed and checked privileges; and after: it sends the
 * rows. Invariant: whatever happens, every stream is closed and every transaction begun here is ended, once. Longer than
 * most files: running and explaining share every step.
 */
import { foldSessionExpressions } from '../planner/analyze/session-expressions.ts';
import type { SessionEvaluator } from '../planner/analyze/session-expressions.ts';
import { planQuery } from '../planner/plan-query.ts';
import { explainPlan } from '../planner/explain/explain.ts';
import { PlanRecord } from '../planner/explain/plan-record.ts';
import type { PlanMetrics, QueryPlan } from '../algebra/plan.ts';
import { CATALOG_SITE, SESSION_SITE } from '../algebra/rel.ts';
import { readsInput, volatileCallsOf } from '../algebra/transform.ts';
import type { Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { tableOfRows } from '../algebra/statistics.ts';
import type { BatchStream } from '../core/batch.ts';
import { decodeBinary } from '../core/binary-format.ts';
import type { Datum } from '../core/datum.ts';
import { featureNotSupported, SqlError } from '../core/sql-error.ts';
import type { SqlType } from '../core/sql-type.ts';
import { formatDatum } from '../core/text-format.ts';
import { ShippedTooMuch } from '../executor/collected-rows.ts';
import { executePlan } from '../executor/execute.ts';
import { MemoryBudget } from '../executor/memory/memory-budget.ts';
import { AnalysedQueries, type FederatedQuery } from './analysed-queries.ts';
import { Attempts, type Attempt } from './attempts.ts';
import { encodedRows } from './encoded-rows.ts';
import { learnRows, type ReadRows } from './feedback.ts';
import type { FederationParts } from './federation.ts';
import type { ExecutionContext } from './session/execution-context.ts';
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

interface Planned {
  readonly plan: QueryPlan;
  readonly record: PlanRecord;
}

/** A plan that was run to its end. */
interface Measured extends Planned {
  readonly metrics: PlanMetrics;
  readonly read: ReadRows;
  readonly executionMs: number;
  /** Why it is not the first one. */
  readonly plannedAgain?: string;
}

export class Federation {
  parts: FederationParts;
  private readonly queries = new AnalysedQueries();
  /** How often statistics were collected on demand. */
  private analyzed = 0;

  constructor(parts: FederationParts) {
    this.parts = parts;
  }

  /** New statements run under these; those that run have what they need. */
  reconfigure(changes: Partial<FederationParts>): void {
    this.parts = { ...this.parts, ...changes };
    this.queries.forget();
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

  /** Throws 0A000 for what is not supported, positions in the text that was sent. `describe`: see AnalysedQueries.of. */
  analyse(statement: FederatedStatement, describe: (sql: string) => Promise<string>): Promise<FederatedQuery> {
    return this.queries.of(statement, this.parts, describe);
  }

  /** True when DDL happened since the last call: what is cached about the catalog is forgotten. */
  noteGeneration(generation: string): boolean {
    const moved = this.parts.noteGeneration(generation);
    if (moved) this.queries.forget();
    return moved;
  }

  /** `record`: for EXPLAIN, which wants more than a plan made before can tell; `ships`: relations may go to other sources. */
  async plan(prepared: PreparedExecution, record?: PlanRecord, ships = true): Promise<QueryPlan> {
    const { query } = prepared;
    const { analyzed } = this;
    if (query.plan?.analyzed === analyzed && !record && ships) return query.plan.plan;
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
      disabled: ships ? disabled : new Set([...disabled, 'shipping']),
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
    let source: RowSource;
    let readsSession: boolean;
    try {
      const plan = await this.plan(prepared);
      readsSession = [...remotesOf(plan)].some(isLocal);
      const mayPlanAgain = (error: ShippedTooMuch): boolean => isRepeatable(prepared) && attempts.mayPlanAgain(error);
      const attempts = new Attempts(await this.attempt(plan, prepared, options, mayPlanAgain), async (error, failed) =>
        this.attempt(await this.planAgain(error, failed, prepared), prepared, options),
      );
      source = this.supervised(attempts, prepared, leave, startedMs);
    } catch (error) {
      leave();
      this.failed(error, []);
      throw error;
    }
    return options.inPortions && readsSession ? readWhole(source) : source;
  }

  private async attempt(
    plan: QueryPlan,
    prepared: PreparedExecution,
    options: RunOptions,
    mayPlanAgain?: (error: ShippedTooMuch) => boolean,
  ): Promise<Attempt> {
    const sites = await this.begin(plan, prepared, options);
    try {
      const read: ReadRows = new Map();
      const relayed = await this.relay(plan, prepared, sites, options);
      const rows = relayed ?? this.execute(plan, prepared, sites, { ...options, read, mayPlanAgain });
      return { plan, sites, rows, isRelayed: relayed !== null, read };
    } catch (error) {
      await sites.end();
      throw error;
    }
  }

  /** Without shipping, and knowing what came of it; not where a volatile function would be called again. */
  private async planAgain(
    error: ShippedTooMuch,
    failed: QueryPlan,
    prepared: PreparedExecution,
    record?: PlanRecord,
  ): Promise<QueryPlan> {
    if (!isRepeatable(prepared)) throw error;
    if (this.teaches) learnRows(this.parts, failed, new Map([[error.planId, error.rows]]));
    return this.plan(prepared, record, false);
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
    options: RunOptions & { readonly read: ReadRows; readonly mayPlanAgain: ((error: ShippedTooMuch) => boolean) | undefined },
  ): RowSource {
    const { settings } = prepared.context;
    const batches = this.batches(plan, prepared, sites, options);
    return encodedRows(batches, plan.root.columns.map((column) => column.type), options.formats, settings); // prettier-ignore
  }

  private batches(
    plan: QueryPlan,
    prepared: PreparedExecution,
    sites: StatementSites,
    options: {
      readonly signal: AbortSignal;
      readonly metrics?: PlanMetrics;
      readonly read: ReadRows;
      readonly mayPlanAgain: ((error: ShippedTooMuch) => boolean) | undefined;
    },
  ): BatchStream {
    return executePlan(plan, {
      transactions: (name) => sites.of(name),
      params: prepared.parameters,
      settings: prepared.context.settings,
      signal: options.signal,
      memory: new MemoryBudget(this.parts.queryMemoryBytes),
      ...(this.teaches ? { nodeRead: (id, rows) => void options.read.set(id, rows) } : {}),
      ...(options.metrics ? { metrics: options.metrics } : {}),
      ...(options.mayPlanAgain ? { mayPlanAgain: options.mayPlanAgain } : {}),
    });
  }

  /** Lines of EXPLAIN's output; with `analyze`, the plan is run to its end first. */
  async explain(
    prepared: PreparedExecution,
    request: ExplainRequest,
    options: Omit<RunOptions, 'formats'>,
  ): Promise<readonly string[]> {
    const plannedMs = performance.now();
    const first = new PlanRecord(request.optimizer);
    const planned = await this.plan(prepared, first);
    const planningMs = performance.now() - plannedMs;
    const measured = request.analyze ? await this.measure({ plan: planned, record: first }, prepared, options) : undefined;
    const { plan, record } = measured ?? { plan: planned, record: first };
    const metrics = measured?.metrics ?? new Map();
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
      ...(measured?.plannedAgain === undefined ? {} : { plannedAgain: measured.plannedAgain }),
      ...(request.summary ? { times: { planningMs, ...(measured ? { executionMs: measured.executionMs } : {}) } } : {}),
    });
    if (measured) this.learn(prepared, plan, measured.read);
    return lines;
  }

  /** Runs a plan and drops its rows; the second one where the first is mistaken. */
  private async measure(planned: Planned, prepared: PreparedExecution, options: Omit<RunOptions, 'formats'>): Promise<Measured> {
    try {
      return await this.measureOne(planned, prepared, options, () => isRepeatable(prepared));
    } catch (error) {
      if (!(error instanceof ShippedTooMuch)) throw error;
      const record = new PlanRecord(planned.record.trace.wantsSteps);
      const plan = await this.planAgain(error, planned.plan, prepared, record);
      return { ...(await this.measureOne({ plan, record }, prepared, options)), plannedAgain: error.fields.detail! };
    }
  }

  private async measureOne(
    { plan, record }: Planned,
    prepared: PreparedExecution,
    options: Omit<RunOptions, 'formats'>,
    mayPlanAgain?: (error: ShippedTooMuch) => boolean,
  ): Promise<Measured> {
    const metrics: PlanMetrics = new Map();
    const read: ReadRows = new Map();
    const leave = await this.parts.admission.enter(options.signal);
    const startedMs = performance.now();
    try {
      const sites = await this.begin(plan, prepared, options);
      try {
        const batches = this.batches(plan, prepared, sites, { signal: options.signal, metrics, read, mayPlanAgain });
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
    return { plan, record, metrics, read, executionMs: performance.now() - startedMs };
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

  /** The rows, with everything that must follow their end. */
  private supervised(attempts: Attempts, prepared: PreparedExecution, leave: () => void, startedMs: number): RowSource {
    let rows = 0;
    let closing: Promise<void> | undefined;
    let failure = false;
    const release = async (): Promise<void> => {
      try {
        await attempts.close();
      } finally {
        leave();
        const seconds = (performance.now() - startedMs) / 1000;
        this.parts.metrics.duration.observe(seconds);
        if (!failure) this.parts.metrics.statements.inc({ outcome: 'done' });
        reportSlowQuery(this.parts, attempts.current.plan, seconds * 1000, rows);
      }
    };
    const ended = ({ plan, read, isRelayed }: Attempt): void => {
      if (isRelayed) read.set(plan.root.id, rows);
      this.learn(prepared, plan, read);
    };
    return {
      next: async (rowsMax) => {
        try {
          const part = await attempts.next(rowsMax);
          if (part === null) ended(attempts.current);
          else rows += part.rows;
          return part;
        } catch (error) {
          failure = true;
          this.failed(error, [...attempts.current.sites.names()]);
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

/** No function would be called twice that must not. */
const isRepeatable = ({ query }: PreparedExecution): boolean => volatileCallsOf(query.analysed.rel).length === 0;

function actualFigures(metrics: PlanMetrics, id: number) {
  const found = metrics.get(id);
  if (!found) return undefined;
  const { rows, timeMs, loops, sourceBytes, sentBytes, waitForConnectionMs, memoryPeakBytes, keysSent, buildFlippedAt } = found;
  return {
    rows,
    timeMs,
    loops,
    ...(sourceBytes > 0 ? { bytes: sourceBytes } : {}),
    ...(sentBytes > 0 ? { sentBytes } : {}),
    // Less is no waiting.
    ...(waitForConnectionMs >= 1 ? { waitForConnectionMs } : {}),
    ...(memoryPeakBytes > 0 ? { memoryBytes: memoryPeakBytes } : {}),
    ...(keysSent === undefined ? {} : { keysSent }),
    ...(buildFlippedAt === undefined ? {} : { buildFlippedAt }),
  };
}
