/**
 * CREATE TABLE … AS over sources: PostgreSQL makes the table, empty, from the statement itself (WITH NO DATA executes no
 * query), and the rows follow by COPY in its binary format, in the session's transaction.
 *
 * Invariant: no fragment is open on the backend while it takes COPY data; rows of the session's own tables are read before.
 */
import { featureNotSupported } from '../../core/sql-error.ts';
import { quoteText } from '../../catalog/quote.ts';
import { backend, commandComplete, message } from '../wire/backend-messages.ts';
import { flushMessage, frontend, writeBind, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import { closePortal, closeStatement, queryBackend } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { Outcome, Receiver } from './backend-exchange.ts';
import { BINARY_HEADER, BINARY_TRAILER, dataRows } from './copy-out.ts';
import { openFederated } from './federated-execution.ts';
import { FederatedPortal } from './federated-portal.ts';
import type { Session } from './session.ts';
import { analyseInner, parametersOf, quotedName, unnamed } from './taken-statement.ts';
import type { Kind, TakenStatement } from './taken-statement.ts';

/** Bytes of one COPY. */
const COPY_BYTES = 4 << 20;

interface Into {
  readonly rel: { readonly schemaname?: string; readonly relname: string; readonly relpersistence?: string };
  readonly skipData?: boolean;
}

export async function createTableAs(session: Session, taken: TakenStatement, kind: Kind<'create-as'>): Promise<void> {
  const analysed = await analyseInner(session, taken, kind.inner);
  if (!analysed.federated) return taken.runLocally();
  if (kind.node['objtype'] === 'OBJECT_MATVIEW') throw featureNotSupported('CREATE MATERIALIZED VIEW over federated tables');
  const into = kind.node['into'] as Into;
  const target = await targetName(session, into);
  if (into.skipData === true || (kind.node['if_not_exists'] === true && (await exists(session, target))))
    return taken.runLocally();
  const parameters = await parametersOf(session, taken, analysed.federated);
  await createEmpty(session, taken, kind, analysed.federated.parameterTypes);
  const portal = new FederatedPortal(unnamed(taken, analysed.federated), null, { formats: [1] });
  await openFederated(session, portal, parameters, { inPortions: true });
  let waiting: Buffer[] = [];
  let size = 0;
  const copyWaiting = async (): Promise<void> => {
    const data = waiting;
    [waiting, size] = [[], 0];
    await copyIn(session, target, data);
  };
  const rows = await session.runPortal(portal, portal.timeoutMs, async () => {
    const count = await portal.fetch(0, async (bytes) => {
      // A DataRow after its header is a tuple of COPY; the chunk's memory is the source's to use again.
      for (const row of dataRows(bytes)) waiting.push(Buffer.from(row.subarray(5)));
      size += bytes.length;
      if (size >= COPY_BYTES) await copyWaiting();
    });
    if (waiting.length > 0) await copyWaiting();
    return count;
  });
  session.write(commandComplete(`SELECT ${rows}`));
}

/** The table's name with its schema, as PostgreSQL chooses that. */
async function targetName(session: Session, { rel }: Into): Promise<string> {
  const schema = rel.schemaname ?? (rel.relpersistence === 't' ? 'pg_temp' : await currentSchema(session));
  return `${quotedName(schema)}.${quotedName(rel.relname)}`;
}

async function currentSchema(session: Session): Promise<string> {
  const answer = await queryBackend(session, 'tributary:schema', 'SELECT pg_catalog.current_schema()');
  return answer.rows[0]![0] ?? '';
}

async function exists(session: Session, target: string): Promise<boolean> {
  const sql = `SELECT pg_catalog.to_regclass(${quoteText(target)}) IS NOT NULL`;
  return (await queryBackend(session, 'tributary:exists', sql)).rows[0]![0] === 't';
}

async function createEmpty(
  session: Session,
  taken: TakenStatement,
  kind: Kind<'create-as'>,
  parameterTypes: readonly number[],
): Promise<void> {
  const text = taken.statement.text.part(kind.start, kind.inner.end);
  const { exchange } = session;
  const { bind } = taken;
  const name = 'tributary:create';
  const capture = new Capture();
  let executing!: Promise<Outcome>;
  exchange.together(() => {
    void exchange.send('close', closeStatement(name), capture);
    void exchange.send('parse', writeParse(name, `${text.sql} WITH NO DATA`, parameterTypes), capture);
    void exchange.send('bind', writeBind(name, name, bind?.parameters ?? [], [], bind?.parameterFormats ?? []), capture);
    executing = exchange.send('execute', writeExecute(name), capture);
    void exchange.send('close', closePortal(name), capture);
    void exchange.send('close', closeStatement(name), capture);
    exchange.flush();
  });
  const outcome = await executing;
  await session.captured(Promise.resolve(capture.error ? 'failed' : outcome), capture, text);
}

/** One COPY of these tuples. */
async function copyIn(session: Session, target: string, tuples: readonly Buffer[]): Promise<void> {
  const { exchange } = session;
  const name = 'tributary:copy';
  const capture = new Capture();
  let executing!: Promise<Outcome>;
  let started!: () => void;
  const ready = new Promise<void>((resolve) => (started = resolve));
  const receiver: Receiver = {
    message: (type, answer) => {
      if (type === backend.copyInResponse) started();
      else capture.message(type, answer);
    },
  };
  exchange.together(() => {
    void exchange.send('close', closeStatement(name), capture);
    void exchange.send('parse', writeParse(name, `COPY ${target} FROM STDIN (FORMAT binary)`), capture);
    void exchange.send('bind', writeBind(name, name), capture);
    executing = exchange.send('execute', writeExecute(name), receiver);
    exchange.flush();
  });
  const begun = await Promise.race([ready.then(() => true), executing.then(() => false)]);
  if (begun) {
    const sent = exchange.sendData(message(frontend.copyData, Buffer.concat([BINARY_HEADER, ...tuples, BINARY_TRAILER])));
    if (!sent) await exchange.drained();
    exchange.sendData(message(frontend.copyDone, Buffer.alloc(0)));
    // Driven by the extended protocol, the server would keep its answer to itself.
    exchange.sendData(flushMessage);
  }
  const outcome = await executing;
  await session.captured(Promise.resolve(capture.error ? 'failed' : outcome), capture);
  // While it took data, the server would have refused these.
  void exchange.send('close', closePortal(name), capture);
  await session.captured(exchange.send('close', closeStatement(name), capture), capture);
}
