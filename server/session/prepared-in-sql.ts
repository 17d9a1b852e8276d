/** PREPARE and EXECUTE of statements over sources. Their arguments are coerced and checked by PostgreSQL, on the twin. */
import { writeBind, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import { closePortal, closeStatement } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { StatementClass } from './classify.ts';
import { namedByUser } from './error-messages.ts';
import { openFederated } from './federated-execution.ts';
import { FederatedPortal } from './federated-portal.ts';
import { prepareTwin } from './federated-statement.ts';
import type { Session } from './session.ts';
import { BackendError } from './session-errors.ts';
import type { FederatedStatement, Statement } from './session-state.ts';
import { twinName } from './session-state.ts';
import type { SentText } from './statement-text.ts';
import { analyseText, innerText, parameterTypesOf, quotedName, sendAll } from './taken-statement.ts';
import type { Kind, TakenStatement } from './taken-statement.ts';

export async function prepare(session: Session, taken: TakenStatement, kind: Kind<'prepare'>): Promise<void> {
  await taken.runLocally();
  const types = await parameterTypesOf(session, kind.name);
  const text = innerText(taken, kind.inner);
  // The statement stands: what it reads is all that is left to learn.
  const inner = await analyseText(session, text, types, true);
  const innerClass: StatementClass = { kind: 'analysable', modifies: false, locks: false };
  const statement: Statement = { name: kind.name, text, class: innerClass, federated: inner.federated };
  if (inner.federated) await prepareTwin(session, kind.name, inner.federated);
  session.statements.set(kind.name, statement);
}

/** The values EXECUTE gives, read back from the twin: PostgreSQL coerces and checks them. */
export async function executeParameters(
  session: Session,
  federated: FederatedStatement,
  name: string,
  text: SentText,
): Promise<readonly (Buffer | null)[]> {
  const call = /^\s*execute\s+("(?:[^"]|"")*"|[^\s(;]+)/i.exec(text.sql);
  const sql = `EXECUTE ${quotedName(twinName(name))}${text.sql.slice(call?.[0].length ?? text.sql.length).replace(/;\s*$/, '')}`;
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
    void exchange.send('close', closePortal(own), capture);
    void exchange.send('close', closeStatement(own), capture);
    exchange.flush();
  });
  const outcome = await executing;
  if (capture.error) throw new BackendError(namedByUser(capture.error));
  await session.captured(Promise.resolve(outcome), capture);
  return capture.rawRows[0] ?? [];
}

export async function execute(session: Session, taken: TakenStatement, kind: Kind<'execute'>): Promise<void> {
  const known = session.statements.get(kind.name);
  if (!known?.federated) return taken.runLocally();
  const values = await executeParameters(session, known.federated, kind.name, taken.statement.text);
  const portal = new FederatedPortal(known, null, { formats: taken.formats });
  await openFederated(session, portal, { kind: 'values', values, revalidate: kind.name });
  await sendAll(session, portal, taken);
}
