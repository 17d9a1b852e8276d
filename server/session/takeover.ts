/**
 * Utility statements that carry a query (EXPLAIN, DECLARE, COPY, PREPARE, …) or refer to one of ours (EXECUTE, FETCH, CLOSE).
 * Each first asks whether federated tables are concerned; when not, the catalog server executes the statement itself.
 * Used by both protocols: `describe` says whether the answer begins with a RowDescription.
 */
import { assert, unreachable } from '../../core/assert.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import { OWNER_ROLE } from '../../catalog/reserved-names.ts';
import { commandComplete } from '../wire/backend-messages.ts';
import { closeStatement, queryBackend } from './backend-analysis.ts';
import type { Analysed } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { StatementClass } from './classify.ts';
import { copyOut } from './copy-out.ts';
import { createTableAs } from './create-table-as.ts';
import { declare, fetchOrMove } from './cursors.ts';
import { explainFederated } from './explain-statement.ts';
import { FederatedPortal } from './federated-portal.ts';
import { execute, executeParameters, prepare } from './prepared-in-sql.ts';
import type { Session } from './session.ts';
import { twinName } from './session-state.ts';
import { SentText } from './statement-text.ts';
import { analyseInner, analyseText, innerText, parametersOf, quotedName, unnamed } from './taken-statement.ts';
import type { Kind, TakenStatement } from './taken-statement.ts';

export async function runTaken(session: Session, taken: TakenStatement): Promise<void> {
  const kind = taken.statement.class;
  switch (kind.kind) {
    case 'explain':
      return explain(session, taken, kind);
    case 'declare':
      return declare(session, taken, kind);
    case 'fetch':
      return fetchOrMove(session, taken, kind);
    case 'prepare':
      return prepare(session, taken, kind);
    case 'execute':
      return execute(session, taken, kind);
    case 'copy-out':
      return copy(session, taken, kind);
    case 'create-as':
      return createTableAs(session, taken, kind);
    case 'refresh':
      await session.federation.parts.refresh(kind.source);
      return taken.runLocally();
    case 'analyze':
      return analyze(session, taken, kind);
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

const MAY_ANALYZE = `SELECT pg_catalog.pg_has_role(current_user, '${OWNER_ROLE}', 'MEMBER')`;

/**
 * The owners of mirrors have their statistics collected. Then it is the catalog server's turn: for its own tables, and for
 * its warnings about what a user may not analyse. Only a source's name, which is no table there, is not passed on.
 */
async function analyze(session: Session, taken: TakenStatement, { targets }: Kind<'analyze'>): Promise<void> {
  const answer = await queryBackend(session, 'tributary:analyze', MAY_ANALYZE);
  if (answer.rows[0]?.[0] !== 't') return taken.runLocally();
  let isSource = false;
  for (const target of targets.length === 0 ? [undefined] : targets) {
    isSource = (await session.federation.analyze(target)) === 'source' || isSource;
  }
  if (!isSource) return taken.runLocally();
  session.write(commandComplete('ANALYZE'));
}

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
    quotedName(item.String?.sval ?? ''),
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
