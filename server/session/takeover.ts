/**
 * Utility statements that carry a query (EXPLAIN, DECLARE, COPY, PREPARE, …) or refer to one of ours (EXECUTE, FETCH, CLOSE).
 * Each first asks whether federated tables are concerned; when not, the catalog server executes the statement itself.
 * Used by both protocols: `describe` says whether the answer begins with a RowDescription.
 */
import { assert, unreachable } from '../../core/assert.ts';
import { featureNotSupported, sqlError } from '../../core/sql-error.ts';
import { backend, columnNames, columnTypes, commandComplete, message as toMessage } from '../wire/backend-messages.ts';
import { writeBind, writeDescribeStatement, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import type { BindMessage } from '../wire/frontend-messages.ts';
import { analyse, closeStatement, queryBackend } from './backend-analysis.ts';
import type { Analysed } from './backend-analysis.ts';
import { Capture, readParameterTypes } from './backend-exchange.ts';
import { cursorOptions, cursorScansForward } from './classify.ts';
import type { Span, StatementClass } from './classify.ts';
import { copyOut } from './copy-out.ts';
import { namedByUser, noParameter } from './error-messages.ts';
import { explainFederated } from './explain-statement.ts';
import { prepareTwin } from './federated-statement.ts';
import { openFederated } from './federated-execution.ts';
import type { ParameterSource } from './federated-execution.ts';
import { emitTo, FederatedPortal } from './federated-portal.ts';
import type { Session } from './session.ts';
import { BackendError } from './session-errors.ts';
import type { FederatedStatement, Statement } from './session-state.ts';
import { twinName } from './session-state.ts';
import { SentText } from './statement-text.ts';

export interface TakenStatement {
  readonly statement: Statement;
  /** Null in the simple protocol. */
  readonly bind: BindMessage | null;
  readonly formats: readonly number[];
  readonly describe: boolean;
  /** Has the catalog server execute it after all, and passes its answer on. */
  readonly runLocally: () => Promise<void>;
}

type Kind<K extends StatementClass['kind']> = StatementClass & { readonly kind: K };

export async function runTaken(session: Session, taken: TakenStatement): Promise<void> {
  const kind = taken.statement.class;
  switch (kind.kind) {
    case 'explain':
      return explain(session, taken, kind);
    case 'declare':
      return declare(session, taken, kind);
    case 'fetch':
      return fetch(session, taken, kind);
    case 'prepare':
      return prepare(session, taken, kind);
    case 'execute':
      return execute(session, taken, kind);
    case 'copy-out':
      return copy(session, taken, kind);
    case 'create-as': {
      const inner = await analyseInner(session, taken, kind.inner);
      if (inner.federated) throw featureNotSupported('CREATE TABLE AS or CREATE MATERIALIZED VIEW over federated tables');
      return taken.runLocally();
    }
    case 'refresh':
      await session.federation.parts.refresh(kind.source);
      return taken.runLocally();
    case 'close':
    case 'analysable':
    case 'forward':
    case 'transaction':
    case 'deallocate':
    case 'discard':
      return taken.runLocally();
    default:
      return unreachable(kind);
  }
}

/** What the catalog server has executed changes what we keep. */
export async function afterForwarded(session: Session, kind: StatementClass): Promise<void> {
  switch (kind.kind) {
    case 'close': {
      const closed = [...session.portals].filter(([name]) => kind.name === undefined || name === kind.name);
      for (const [name] of closed) session.portals.delete(name);
      return session.closeAll(closed.flatMap(([, portal]) => (portal.kind === 'federated' ? [portal.portal] : [])));
    }
    case 'deallocate':
      if (kind.name === undefined) session.statements.clear();
      else {
        const known = session.statements.get(kind.name);
        session.statements.delete(kind.name);
        if (known?.federated) void session.exchange.send('close', closeStatement(twinName(kind.name)), new Capture());
      }
      return;
    case 'discard':
      if (kind.all) {
        session.statements.clear();
        await afterForwarded(session, { kind: 'close', name: undefined });
      }
      return;
    default:
      return;
  }
}

/** The edits of the whole statement, applied to its inner query alone. */
function innerText(taken: TakenStatement, span: Span): SentText {
  return taken.statement.text.part(span.start, span.end);
}

async function analyseInner(session: Session, taken: TakenStatement, span: Span): Promise<Analysed> {
  const types = taken.bind ? await parameterTypesOf(session, taken.statement.name) : [];
  return analyseText(session, innerText(taken, span), types, taken.bind !== null);
}

async function analyseText(
  session: Session,
  text: SentText,
  types: readonly number[],
  mayHaveParameters: boolean,
): Promise<Analysed> {
  const analysed = await analyse(session, 'tributary:inner', text, types);
  if (!mayHaveParameters && analysed.parameterTypes.length > 0) throw noParameter(1, undefined);
  return analysed;
}

async function parameterTypesOf(session: Session, statement: string): Promise<readonly number[]> {
  const { exchange } = session;
  const capture = new Capture();
  await session.captured(exchange.send('describe', writeDescribeStatement(statement), capture), capture);
  return capture.parameterDescription ? readParameterTypes(capture.parameterDescription) : [];
}

/** A statement of ours without a name on the wire. */
const unnamed = (taken: TakenStatement, federated: FederatedStatement): Statement => ({
  name: 'tributary:inner',
  text: federated.text,
  class: taken.statement.class,
  federated,
});

/** Hands the client's parameters (extended protocol) to a twin, and says where to read them back. */
async function parametersOf(session: Session, taken: TakenStatement, federated: FederatedStatement): Promise<ParameterSource> {
  const { bind } = taken;
  if (!bind || federated.parameterTypes.length === 0) return { kind: 'none' };
  await prepareTwin(session, 'tributary:inner', federated);
  const { exchange } = session;
  const capture = new Capture();
  const formats = session.federation.parameterFormats(federated.parameterTypes);
  const portal = twinName('tributary:inner');
  let executing!: ReturnType<typeof exchange.send>;
  exchange.together(() => {
    void exchange.send('bind', writeBind(portal, portal, bind.parameters, formats, bind.parameterFormats), capture);
    executing = exchange.send('execute', writeExecute(portal), capture);
    void exchange.send('close', closePortalMessage(portal), capture);
    exchange.flush();
  });
  const outcome = await executing;
  await session.captured(Promise.resolve(capture.error ? 'failed' : outcome), capture);
  return { kind: 'values', values: capture.rawRows[0] ?? [] };
}

const closePortalMessage = (name: string): Buffer => toMessage(0x43, Buffer.from(`P${name}\0`, 'utf8'));

// --- EXPLAIN --------------------------------------------------------------------------------------------------------------

async function explain(session: Session, taken: TakenStatement, kind: Kind<'explain'>): Promise<void> {
  const inner = kind.node['query'] as Record<string, unknown>;
  if ('ExecuteStmt' in inner) {
    const name = String((inner['ExecuteStmt'] as { name?: string }).name);
    const known = session.statements.get(name);
    if (!known?.federated) return taken.runLocally();
    const values = await executeParameters(session, known.federated, name, innerText(taken, kind.inner));
    return explainFederated(session, taken, kind.node, known, { kind: 'values', values, revalidate: name });
  }
  if (!(
    'SelectStmt' in inner ||
    'InsertStmt' in inner ||
    'UpdateStmt' in inner ||
    'DeleteStmt' in inner ||
    'MergeStmt' in inner
  )) {
    return taken.runLocally();
  }
  const analysed = await analyseInner(session, taken, kind.inner);
  if (!analysed.federated) return taken.runLocally();
  if (!('SelectStmt' in inner)) throw featureNotSupported('a data-modifying statement over federated tables');
  const statement = unnamed(taken, analysed.federated);
  const parameters = await parametersOf(session, taken, analysed.federated);
  return explainFederated(session, taken, kind.node, statement, parameters);
}

// --- Cursors --------------------------------------------------------------------------------------------------------------

async function declare(session: Session, taken: TakenStatement, kind: Kind<'declare'>): Promise<void> {
  const analysed = await analyseInner(session, taken, kind.inner);
  if (!analysed.federated) return taken.runLocally();
  const has = (option: number): boolean => (kind.options & option) !== 0;
  // The backend cannot tell: what we asked it meanwhile has started an implicit transaction block there.
  if (!has(cursorOptions.hold) && session.exchange.transactionStatus === 'I' && !session.inGroup) {
    throw sqlError('25P01', 'DECLARE CURSOR can only be used in transaction blocks');
  }
  if (has(cursorOptions.scroll)) throw featureNotSupported('a SCROLL cursor over federated tables');
  const parameters = await parametersOf(session, taken, analysed.federated);
  const statement = unnamed(taken, analysed.federated);
  const formats = has(cursorOptions.binary) ? [1] : [];
  const portal = new FederatedPortal(statement, null, { hold: has(cursorOptions.hold), formats });
  await openFederated(session, portal, parameters);
  try {
    await executeOnBackend(session, await twinCursorSql(session, kind, analysed.federated), session.forward());
  } catch (error) {
    await session.closeAll([portal]);
    throw error;
  }
  const replaced = session.portals.get(kind.name);
  if (replaced?.kind === 'federated') await session.closeAll([replaced.portal]);
  session.portals.set(kind.name, { kind: 'federated', portal });
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An empty cursor with the columns of ours: PostgreSQL's word on names, transactions and savepoints. */
async function twinCursorSql(session: Session, kind: Kind<'declare'>, federated: FederatedStatement): Promise<string> {
  const { rowDescription } = federated;
  const names = columnNames(rowDescription);
  const types = columnTypes(rowDescription).map(({ oid, typmod }) => `pg_catalog.format_type(${oid}, ${typmod})`);
  const answer = names.length === 0 ? undefined : await queryBackend(session, 'tributary:types', `SELECT ${types.join(', ')}`);
  const hold = (kind.options & cursorOptions.hold) !== 0 ? 'WITH HOLD ' : '';
  const list = names.map((name, i) => `NULL::${answer!.rows[0]![i]!} AS ${quoted(name)}`).join(', ');
  return `DECLARE ${quoted(kind.name)} NO SCROLL CURSOR ${hold}FOR SELECT ${list} WHERE false`;
}

/** One statement on the backend in the middle of an exchange; its answer, but for the protocol's own messages, to `receiver`. */
async function executeOnBackend(session: Session, sql: string, receiver: ReturnType<Session['forward']>): Promise<void> {
  const { exchange } = session;
  const capture = new Capture();
  const name = 'tributary:utility';
  let executing!: ReturnType<typeof exchange.send>;
  exchange.together(() => {
    void exchange.send('close', closeStatement(name), capture);
    void exchange.send('parse', writeParse(name, sql), capture);
    void exchange.send('bind', writeBind(name, name), capture);
    executing = exchange.send('execute', writeExecute(name), receiver);
    void exchange.send('close', closePortalMessage(name), capture);
    void exchange.send('close', closeStatement(name), capture);
    exchange.flush();
  });
  const outcome = await executing;
  if (capture.error) await session.captured(Promise.resolve('failed'), capture);
  await session.forwarded(Promise.resolve(outcome));
}

async function fetch(session: Session, taken: TakenStatement, kind: Kind<'fetch'>): Promise<void> {
  const known = session.portals.get(kind.name);
  if (known?.kind !== 'federated') return taken.runLocally();
  const { portal } = known;
  // The twin says whether the cursor is still there, in PostgreSQL's words.
  await executeOnBackend(session, `MOVE FORWARD 0 IN ${quoted(kind.name)}`, capturedErrors(session));
  const count = forwardCount(kind, portal.position);
  const rowDescription = portal.statement.federated?.rowDescription;
  if (taken.describe && !kind.move && rowDescription) session.write(withCursorFormats(rowDescription, portal));
  let rows = 0;
  if (count !== 0) {
    const emit = kind.move ? () => undefined : emitTo(session.client);
    const limit = count === 'all' ? 0 : count;
    rows = await session.runPortal(portal, portal.timeoutMs, () => portal.fetch(limit, emit));
  }
  session.write(commandComplete(`${kind.move ? 'MOVE' : 'FETCH'} ${rows}`));
}

function capturedErrors(session: Session): ReturnType<Session['forward']> {
  const forward = session.forward();
  return { message: (type, message) => (type === backend.errorResponse ? forward.message(type, message) : undefined) };
}

function withCursorFormats(rowDescription: Buffer, portal: FederatedPortal): Buffer {
  if (portal.formats.length === 0 && !portal.bind) return rowDescription;
  const copy = Buffer.from(rowDescription);
  let at = 7;
  const formats = portal.bind?.resultFormats ?? portal.formats;
  for (let i = 0; i < copy.readUInt16BE(5); i++) {
    at = copy.indexOf(0, at) + 1 + 16;
    copy.writeInt16BE(formats.length === 1 ? formats[0]! : (formats[i] ?? 0), at);
    at += 2;
  }
  return copy;
}

/** How far forward a FETCH goes; 0 = nowhere. Throws 55000 for anything that would go back. */
function forwardCount(kind: Kind<'fetch'>, position: number): number | 'all' {
  // FETCH ALL arrives as the largest count.
  const isAll = kind.count >= 2147483647;
  switch (kind.direction) {
    case 'FETCH_FORWARD':
      if (kind.count < 0) throw cursorScansForward();
      return isAll ? 'all' : kind.count;
    case 'FETCH_RELATIVE':
      if (kind.count === 1) return 1;
      throw kind.count > 0 ? featureNotSupported('FETCH RELATIVE over federated tables') : cursorScansForward();
    case 'FETCH_ABSOLUTE':
      if (kind.count === position + 1) return 1;
      throw kind.count > position ? featureNotSupported('FETCH ABSOLUTE over federated tables') : cursorScansForward();
    default:
      throw cursorScansForward();
  }
}

// --- PREPARE, EXECUTE -----------------------------------------------------------------------------------------------------

async function prepare(session: Session, taken: TakenStatement, kind: Kind<'prepare'>): Promise<void> {
  await taken.runLocally();
  const types = await parameterTypesOf(session, kind.name);
  const text = innerText(taken, kind.inner);
  // The statement stands: what it reads is all that is left to learn.
  const inner = taken.statement.class.kind === 'prepare' ? await analyseText(session, text, types, true) : null;
  assert(inner, 'PREPARE without a query');
  const innerClass: StatementClass = { kind: 'analysable', modifies: false, locks: false };
  const statement: Statement = { name: kind.name, text, class: innerClass, federated: inner.federated };
  if (inner.federated) await prepareTwin(session, kind.name, inner.federated);
  session.statements.set(kind.name, statement);
}

/** The values EXECUTE gives, read back from the twin: PostgreSQL coerces and checks them. */
async function executeParameters(
  session: Session,
  federated: FederatedStatement,
  name: string,
  text: SentText,
): Promise<readonly (Buffer | null)[]> {
  const call = /^\s*execute\s+("(?:[^"]|"")*"|[^\s(;]+)/i.exec(text.sql);
  const sql = `EXECUTE ${quoted(twinName(name))}${text.sql.slice(call?.[0].length ?? text.sql.length).replace(/;\s*$/, '')}`;
  const { exchange } = session;
  const capture = new Capture();
  const own = 'tributary:arguments';
  const formats = session.federation.parameterFormats(federated.parameterTypes);
  let executing!: ReturnType<typeof exchange.send>;
  exchange.together(() => {
    void exchange.send('close', closeStatement(own), capture);
    void exchange.send('parse', writeParse(own, sql), capture);
    void exchange.send('bind', writeBind(own, own, [], formats), capture);
    executing = exchange.send('execute', writeExecute(own), capture);
    void exchange.send('close', closePortalMessage(own), capture);
    void exchange.send('close', closeStatement(own), capture);
    exchange.flush();
  });
  const outcome = await executing;
  if (capture.error) throw new BackendError(namedByUser(capture.error));
  await session.captured(Promise.resolve(outcome), capture);
  return capture.rawRows[0] ?? [];
}

async function execute(session: Session, taken: TakenStatement, kind: Kind<'execute'>): Promise<void> {
  const known = session.statements.get(kind.name);
  if (!known?.federated) return taken.runLocally();
  const values = await executeParameters(session, known.federated, kind.name, taken.statement.text);
  const portal = new FederatedPortal(known, null, { formats: taken.formats });
  await openFederated(session, portal, { kind: 'values', values, revalidate: kind.name });
  await sendAll(session, portal, taken);
}

/** All rows of a portal that lives for this statement only. */
export async function sendAll(session: Session, portal: FederatedPortal, taken: Pick<TakenStatement, 'describe'>): Promise<void> {
  const rowDescription = portal.statement.federated?.rowDescription;
  if (taken.describe && rowDescription) session.write(withCursorFormats(rowDescription, portal));
  const rows = await session.runPortal(portal, portal.timeoutMs, () => portal.fetch(0, emitTo(session.client)));
  session.write(commandComplete(`SELECT ${rows}`));
}

// --- COPY TO STDOUT -------------------------------------------------------------------------------------------------------

async function copy(session: Session, taken: TakenStatement, kind: Kind<'copy-out'>): Promise<void> {
  const text = kind.query ? innerText(taken, kind.query) : copiedTable(taken, kind);
  const analysed = await analyseCopied(session, taken, kind, text);
  if (!analysed?.federated) return taken.runLocally();
  const portalOf = (formats: readonly number[]): FederatedPortal =>
    new FederatedPortal(unnamed(taken, analysed.federated!), null, { formats });
  await copyOut(session, kind.node, portalOf);
}

/** `COPY t (a, b) TO` is `SELECT a, b FROM t` when t is a mirror. */
function copiedTable(taken: TakenStatement, kind: Kind<'copy-out'>): SentText {
  assert(kind.relation, 'COPY without table or query');
  const columns = (kind.node['attlist'] as { String?: { sval?: string } }[] | undefined)?.map((item) =>
    quoted(item.String?.sval ?? ''),
  );
  const relation = taken.statement.text.part(kind.relation.start, kind.relation.end).sql.replace(/\([^)]*\)\s*$/, '');
  return new SentText(`SELECT ${columns?.join(', ') ?? '*'} FROM ${relation}`);
}

/** A table that SELECT cannot read is COPY's business: the catalog server words the error. */
async function analyseCopied(
  session: Session,
  taken: TakenStatement,
  kind: Kind<'copy-out'>,
  text: SentText,
): Promise<Analysed | null> {
  if (kind.query && !/^\s*(select|with|values|table|\()/i.test(text.sql)) return null;
  return analyseText(session, text, [], taken.bind !== null);
}
