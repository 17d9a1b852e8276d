/**
 * What the statements we take over share: their inner query analysed by a Parse of its own, parameters read back from a
 * twin, rows sent under either protocol.
 */
import type { BindMessage } from '../wire/frontend-messages.ts';
import { commandComplete, withResultFormats } from '../wire/backend-messages.ts';
import { writeBind, writeDescribeStatement, writeExecute } from '../wire/frontend-messages.ts';
import { analyse, closePortal } from './backend-analysis.ts';
import type { Analysed } from './backend-analysis.ts';
import { Capture, readParameterTypes } from './backend-exchange.ts';
import type { Span, StatementClass } from './classify.ts';
import { noParameter } from './error-messages.ts';
import type { ParameterSource } from './federated-execution.ts';
import { emitTo } from './federated-portal.ts';
import type { FederatedPortal } from './federated-portal.ts';
import { prepareTwin } from './federated-statement.ts';
import type { Session } from './session.ts';
import type { FederatedStatement, Statement } from './session-state.ts';
import { twinName } from './session-state.ts';
import type { SentText } from './statement-text.ts';

export interface TakenStatement {
  readonly statement: Statement;
  /** Null in the simple protocol. */
  readonly bind: BindMessage | null;
  readonly formats: readonly number[];
  readonly describe: boolean;
  /** Has the catalog server execute it after all, and passes its answer on. */
  readonly runLocally: () => Promise<void>;
}

export type Kind<K extends StatementClass['kind']> = StatementClass & { readonly kind: K };

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The edits of the whole statement, applied to its inner query alone. */
export function innerText(taken: TakenStatement, span: Span): SentText {
  return taken.statement.text.part(span.start, span.end);
}

export async function analyseInner(session: Session, taken: TakenStatement, span: Span): Promise<Analysed> {
  const types = taken.bind ? await parameterTypesOf(session, taken.statement.name) : [];
  return analyseText(session, innerText(taken, span), types, taken.bind !== null);
}

export async function analyseText(
  session: Session,
  text: SentText,
  types: readonly number[],
  mayHaveParameters: boolean,
): Promise<Analysed> {
  const analysed = await analyse(session, 'tributary:inner', text, types);
  if (!mayHaveParameters && analysed.parameterTypes.length > 0) throw noParameter(1, undefined);
  return analysed;
}

export async function parameterTypesOf(session: Session, statement: string): Promise<readonly number[]> {
  const { exchange } = session;
  const capture = new Capture();
  await session.captured(exchange.send('describe', writeDescribeStatement(statement), capture), capture);
  return capture.parameterDescription ? readParameterTypes(capture.parameterDescription) : [];
}

/** A statement of ours without a name on the wire. */
export const unnamed = (taken: TakenStatement, federated: FederatedStatement): Statement => ({
  name: 'tributary:inner',
  text: federated.text,
  class: taken.statement.class,
  federated,
});

/** Hands the client's parameters (extended protocol) to a twin, and says where to read them back. */
export async function parametersOf(
  session: Session,
  taken: TakenStatement,
  federated: FederatedStatement,
): Promise<ParameterSource> {
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
    void exchange.send('close', closePortal(portal), capture);
    exchange.flush();
  });
  const outcome = await executing;
  await session.captured(Promise.resolve(capture.error ? 'failed' : outcome), capture);
  return { kind: 'values', values: capture.rawRows[0] ?? [] };
}

/** All rows of a portal that lives for this statement only. */
export async function sendAll(session: Session, portal: FederatedPortal, taken: Pick<TakenStatement, 'describe'>): Promise<void> {
  const rowDescription = portal.statement.federated?.rowDescription;
  if (taken.describe && rowDescription) session.write(describedRows(rowDescription, portal));
  const rows = await session.runPortal(portal, portal.timeoutMs, () => portal.fetch(0, emitTo(session.client)));
  session.write(commandComplete(`SELECT ${rows}`));
}

/** The columns in the formats the portal was made with. */
export const describedRows = (rowDescription: Buffer, portal: FederatedPortal): Buffer =>
  withResultFormats(rowDescription, portal.bind?.resultFormats ?? portal.formats);
