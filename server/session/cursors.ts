/**
 * DECLARE, FETCH and MOVE over sources. The backend holds an empty twin of each cursor, with its columns: PostgreSQL itself
 * answers for names, savepoints, the transaction's end, and pg_cursors.
 */
import { sqlError } from '../../core/sql-error.ts';
import { backend, columnNames, columnTypes, commandComplete } from '../wire/backend-messages.ts';
import { writeBind, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import { closePortal, closeStatement, queryBackend } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import { cannotBeRun } from './error-messages.ts';
import { cursorOptions, cursorScansForward } from './classify.ts';
import { openFederated } from './federated-execution.ts';
import { goesForward, movementOf, onwards, passageOf, rowsNeeded } from './cursor-movement.ts';
import { emitTo, FederatedPortal } from './federated-portal.ts';
import { KeptRows } from './kept-rows.ts';
import type { Session } from './session.ts';
import type { FederatedStatement } from './session-state.ts';
import { analyseInner, describedRows, parametersOf, quotedName, unnamed } from './taken-statement.ts';
import type { Kind, TakenStatement } from './taken-statement.ts';

export async function declare(session: Session, taken: TakenStatement, kind: Kind<'declare'>): Promise<void> {
  const analysed = await analyseInner(session, taken, kind.inner);
  if (!analysed.federated) return taken.runLocally();
  const has = (option: number): boolean => (kind.options & option) !== 0;
  // The backend cannot tell: what we asked it meanwhile has started an implicit transaction block there.
  if (!has(cursorOptions.hold) && session.exchange.transactionStatus === 'I' && !session.inGroup) {
    throw sqlError('25P01', 'DECLARE CURSOR can only be used in transaction blocks');
  }
  const parameters = await parametersOf(session, taken, analysed.federated);
  const statement = unnamed(taken, analysed.federated);
  const formats = has(cursorOptions.binary) ? [1] : [];
  const kept = has(cursorOptions.noScroll) ? null : new KeptRows(has(cursorOptions.scroll));
  const portal = new FederatedPortal(statement, null, { hold: has(cursorOptions.hold), formats, kept });
  await openFederated(session, portal, parameters, { inPortions: true });
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

/** An empty cursor with the columns of ours: PostgreSQL's word on names, transactions and savepoints. */
async function twinCursorSql(session: Session, kind: Kind<'declare'>, federated: FederatedStatement): Promise<string> {
  const { rowDescription } = federated;
  const names = columnNames(rowDescription);
  const types = columnTypes(rowDescription).map(({ oid, typmod }) => `pg_catalog.format_type(${oid}, ${typmod})`);
  const answer = names.length === 0 ? undefined : await queryBackend(session, 'tributary:types', `SELECT ${types.join(', ')}`);
  const list = names.map((name, i) => `NULL::${answer!.rows[0]![i]!} AS ${quotedName(name)}`).join(', ');
  const declare = `DECLARE ${quotedName(kind.name)} NO SCROLL CURSOR`;
  // COMMIT runs a holdable cursor to its end. Any other must never be read: there is no large object 0, so that fails.
  if ((kind.options & cursorOptions.hold) !== 0) return `${declare} WITH HOLD FOR SELECT ${list} WHERE false`;
  return `${declare} FOR SELECT ${list} WHERE pg_catalog.lo_get(0) IS NOT NULL`;
}

export async function fetchOrMove(session: Session, taken: TakenStatement, kind: Kind<'fetch'>): Promise<void> {
  const known = session.portals.get(kind.name);
  if (known?.kind !== 'federated') return taken.runLocally();
  const { portal } = known;
  // The twin says whether the cursor is still there, in PostgreSQL's words.
  await executeOnBackend(session, `MOVE FORWARD 0 IN ${quotedName(kind.name)}`, capturedErrors(session));
  if (portal.failed) throw cannotBeRun(kind.name);
  const rows = await pass(session, taken, kind, portal);
  session.write(commandComplete(`${kind.move ? 'MOVE' : 'FETCH'} ${rows}`));
}

/** How many rows were passed. */
async function pass(session: Session, taken: TakenStatement, kind: Kind<'fetch'>, portal: FederatedPortal): Promise<number> {
  const movement = movementOf(kind.direction, kind.count);
  const { kept, position: at } = portal;
  if (at === portal.passed && goesForward(movement, at, at > 0 && !portal.isAtEnd)) {
    const { skip, read } = onwards(movement, at);
    if (skip > 0) await readOn(session, portal, skip);
    if (read > 0) return fetchRows(session, taken, kind, portal, limitOf(read));
    describeRows(session, taken, kind, portal);
    return 0;
  }
  // What is to be known of the rest is read and kept first: only then can be said where the cursor goes.
  const known = kept?.known ?? null;
  const missing = known === null ? 0 : rowsNeeded(movement, at) - known;
  if (missing > 0) await readOn(session, portal, missing);
  if (kept === null || kept.known === null) throw cursorScansForward();
  const passage = passageOf(movement, at, kept.known);
  describeRows(session, taken, kind, portal);
  const step = passage.last < passage.first ? -1 : 1;
  for (let i = 0; i < passage.rows && !kind.move; i++) session.client.write(kept.row(passage.first + i * step));
  portal.position = passage.landing;
  return passage.rows;
}

const readOn = (session: Session, portal: FederatedPortal, rows: number): Promise<number> =>
  session.runPortal(portal, portal.timeoutMs, () => portal.fetch(limitOf(rows), () => undefined));

/** 0: no limit. */
const limitOf = (count: number): number => (count === Infinity ? 0 : count);

/** PostgreSQL sends nothing of a FETCH that fails; so far as memory allows, nor do we. */
const HELD_BYTES_MAX = 1 << 20;

async function fetchRows(
  session: Session,
  taken: TakenStatement,
  kind: Kind<'fetch'>,
  portal: FederatedPortal,
  limit: number,
): Promise<number> {
  const emit = emitTo(session.client);
  let held: Uint8Array[] | null = kind.move ? null : [];
  let heldBytes = 0;
  const release = (): void => {
    describeRows(session, taken, kind, portal);
    for (const bytes of held ?? []) session.client.write(bytes);
    held = null;
  };
  const take = (bytes: Uint8Array): Promise<void> | void => {
    if (kind.move) return;
    if (!held) return emit(bytes);
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes > HELD_BYTES_MAX) release();
  };
  const rows = await session.runPortal(portal, portal.timeoutMs, () => portal.fetch(limit, take));
  if (held) release();
  return rows;
}

function describeRows(session: Session, taken: TakenStatement, kind: Kind<'fetch'>, portal: FederatedPortal): void {
  const rowDescription = portal.statement.federated?.rowDescription;
  if (taken.describe && !kind.move && rowDescription) session.write(describedRows(rowDescription, portal));
}

function capturedErrors(session: Session): ReturnType<Session['forward']> {
  const forward = session.forward();
  return { message: (type, message) => (type === backend.errorResponse ? forward.message(type, message) : undefined) };
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
    void exchange.send('close', closePortal(name), capture);
    void exchange.send('close', closeStatement(name), capture);
    exchange.flush();
  });
  const outcome = await executing;
  if (capture.error) await session.captured(Promise.resolve('failed'), capture);
  await session.forwarded(Promise.resolve(outcome));
}
