/**
 * From a bound statement over mirrors to an open row source: revalidate the tree, fetch parameters, settings and privileges
 * on the session's backend, then run. The exchange is held with Flush throughout: success or failure is decided by what
 * follows (the client's Sync, or an error made real by session.report).
 */
import { featureNotSupported } from '../../core/sql-error.ts';
import { SqlError } from '../../core/sql-error.ts';
import { privilegeError } from '../../catalog/privileges.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import type { Datum } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { SessionQuery } from '../../planner/analyze/session-expressions.ts';
import type { FederatedQuery } from '../analysed-queries.ts';
import type { PreparedExecution } from '../run-statement.ts';
import { writeDescribeStatement, writeExecute } from '../wire/frontend-messages.ts';
import { analyse, bodiesOf, federatedStatement, queryBackend } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import { bodiesKey } from './function-bodies.ts';
import { filesHaveChanged } from './file-functions.ts';
import { inClientPositions } from './error-messages.ts';
import { contextColumns, contextSql, plannerSettingsSql, readContext, withPlannerSettings } from './execution-context.ts';
import type { FederatedPortal, RowSource } from './federated-portal.ts';
import { sessionPortals } from './local-portals.ts';
import { resolveFormats } from './result-formats.ts';
import type { Session } from './session.ts';
import type { FederatedStatement, Statement } from './session-state.ts';

/** Where the parameters' values come from. */
export type ParameterSource =
  | { readonly kind: 'none' }
  /** A portal of the twin, not executed yet; `revalidate`: the statement's name on the backend. */
  | { readonly kind: 'portal'; readonly name: string; readonly revalidate?: string }
  /** Values already read, as DataRow fields in the formats of federation.parameterFormats. */
  | { readonly kind: 'values'; readonly values: readonly (Buffer | null)[]; readonly revalidate?: string };

/** Opens the portal's rows. Errors are PostgreSQL's, ours, or a source's. */
export async function openFederated(
  session: Session,
  portal: FederatedPortal,
  source: ParameterSource,
  options: { readonly inPortions?: boolean } = {},
): Promise<void> {
  const prepared = await prepareExecution(session, portal.statement, source);
  portal.timeoutMs = prepared.context.statementTimeoutMs;
  portal.inTransaction = prepared.context.isolation !== 'read committed';
  if (portal.inTransaction && portal.hold)
    throw featureNotSupported('WITH HOLD over federated tables in a REPEATABLE READ or SERIALIZABLE transaction');
  const { rowDescription } = prepared.federated;
  const columns = rowDescription ? rowDescription.readUInt16BE(5) : 0;
  const formats = resolveFormats(portal.bind?.resultFormats ?? portal.formats, columns);
  const rows = await session.runPortal(portal, portal.timeoutMs, async () => {
    const opened: RowSource = await session.federation.run(prepared, {
      formats,
      signal: portal.abort.signal,
      transactions: session.siteTransactions,
      local: sessionPortals(session),
      inPortions: options.inPortions ?? false,
    });
    return opened;
  });
  portal.open(rows);
}

export async function prepareExecution(
  session: Session,
  statement: Statement,
  source: ParameterSource,
): Promise<PreparedExecution> {
  const { federation } = session;
  // What was executed before needs one round trip; its context is asked for along with what may change it.
  const known = statement.federated?.query;
  const askWith = known ? contextQuery(known) : undefined;
  const { values, context: asked } = await revalidateAndReadParameters(session, statement, source, askWith);
  if (statement.federated && statement.federated.bodies.size > 0 && source.kind !== 'none' && source.revalidate !== undefined)
    await readBodiesAgain(session, statement, statement.federated);
  let sawFiles = false;
  for (let attempt = 1; ; attempt++) {
    const { federated } = statement;
    if (!federated) throw featureNotSupported('a statement whose tables have moved since it was prepared');
    const query = await analysed(session, federated);
    const isAsked = attempt === 1 && asked !== undefined && query === known;
    const answer = isAsked ? asked : await queryBackend(session, 'tributary:context', contextQuery(query));
    const read = readContext(answer);
    const moved = federation.noteGeneration(read.generation);
    const changed = federated.generation === undefined ? moved : federated.generation !== read.generation;
    federated.generation = read.generation;
    if (changed && attempt < 5) {
      // DDL since: the same text may mean something else now, which Describe alone does not notice.
      await analyseAgain(session, statement, federated);
      continue;
    }
    const [denied, obstacle, plannerSettings] = answer.rows[0]!.slice(contextColumns);
    if (typeof denied === 'string') throw privilegeError(denied);
    if (typeof obstacle === 'string') throw featureNotSupported(obstacle);
    if (!sawFiles) {
      sawFiles = true;
      if (await filesHaveChanged(session, query)) {
        await analyseAgain(session, statement, federated);
        continue;
      }
    }
    const context = withPlannerSettings(read, plannerSettings ?? null);
    const parameters = federation.readParameters(federated.parameterTypes, values);
    return { federated, query, context, parameters, evaluate: (asked) => evaluateOnBackend(session, asked) };
  }
}

const contextQuery = ({ privilegeCheck, localObstacle, callsSources }: FederatedQuery): string =>
  [contextSql, privilegeCheck, localObstacle ?? 'NULL', ...(callsSources ? [plannerSettingsSql] : [])].join(', ');

/** Session values of a statement (now(), current_user, …), in one SELECT on its own backend. */
async function evaluateOnBackend(session: Session, asked: SessionQuery): Promise<Datum[]> {
  const { federation } = session;
  const answer = await queryBackend(session, 'tributary:values', asked.sql, {
    types: asked.parameters.map(({ type }) => type.oid),
    values: asked.parameters.map(({ type, value }) => (value === null ? null : encodeParameter(type, value))),
    formats: asked.parameters.map(({ type }) => (type.kind === 'opaque' ? 0 : 1)),
    resultFormats: asked.types.map((type) => (type.kind === 'opaque' ? 0 : 1)),
  });
  const row = answer.rawRows[0] ?? [];
  return asked.types.map((type, i) => federation.readValue(type, row[i] ?? null));
}

const encodeParameter = (type: SqlType, value: Exclude<Datum, null>): Buffer =>
  type.kind === 'opaque' ? Buffer.from(value as string, 'utf8') : Buffer.from(encodeBinary(type, value));

async function analysed(session: Session, federated: FederatedStatement): Promise<FederatedQuery> {
  try {
    return (federated.query ??= await session.federation.analyse(federated, (sql) => describeLocally(session, sql)));
  } catch (error) {
    throw error instanceof SqlError ? inClientPositions(error, federated.text) : error;
  }
}

async function describeLocally(session: Session, sql: string): Promise<string> {
  return (await queryBackend(session, 'tributary:relations', sql)).rows[0]![0]!;
}

async function analyseAgain(session: Session, statement: Statement, before: FederatedStatement): Promise<void> {
  const again = await analyse(session, 'tributary:again', before.text, before.parameterTypes);
  if (!again.federated) statement.federated = null;
  else if (again.federated.tree.equals(before.tree) && bodiesKey(again.federated.bodies) === bodiesKey(before.bodies))
    before.query = null;
  else
    statement.federated = { ...again.federated, ...(before.generation === undefined ? {} : { generation: before.generation }) };
}

/** What Describe does not notice: the search path may have moved under a function. */
async function readBodiesAgain(session: Session, statement: Statement, before: FederatedStatement): Promise<void> {
  const { ownFunctions } = await session.federation.sourcesIn(before.tree);
  const bodies = await bodiesOf(session, ownFunctions);
  if (bodiesKey(bodies) !== bodiesKey(before.bodies)) statement.federated = { ...before, bodies, query: null };
}

async function revalidateAndReadParameters(
  session: Session,
  statement: Statement,
  source: ParameterSource,
  contextSql: string | undefined,
): Promise<{ readonly values: readonly (Buffer | null)[]; readonly context: Capture | undefined }> {
  const { exchange } = session;
  if (source.kind === 'none') return { values: [], context: undefined };
  const described = new Capture();
  const executed = new Capture();
  let describing: ReturnType<typeof exchange.send> | undefined;
  let executing: ReturnType<typeof exchange.send> | undefined;
  let asking: Promise<Capture> | undefined;
  exchange.together(() => {
    if (source.revalidate !== undefined) {
      describing = exchange.send('describe', writeDescribeStatement(source.revalidate), described);
    }
    if (source.kind === 'portal') executing = exchange.send('execute', writeExecute(source.name), executed);
    if (contextSql !== undefined) asking = queryBackend(session, 'tributary:context', contextSql);
    exchange.flush();
  });
  // Settled together with the others; an error of those is told first.
  const context = asking?.catch((error: unknown) => error as Error);
  if (describing) await session.captured(describing, described, statement.text);
  if (executing) await session.captured(executing, executed);
  const tree = described.trees[0];
  if (tree && statement.federated) {
    const { text, parameterTypes } = statement.federated;
    statement.federated = await federatedStatement(session, text, tree, parameterTypes, described.rowDescription);
  }
  const asked = await context;
  if (asked instanceof Error) throw asked;
  return { values: source.kind === 'values' ? source.values : (executed.rawRows[0] ?? []), context: asked };
}
