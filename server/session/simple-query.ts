/**
 * The simple protocol: a string of statements, one implicit transaction unless the string says otherwise. A lone statement
 * of the catalog server's goes there as it came. Everything else is driven statement by statement by the extended protocol
 * and Flush, with one Sync at the end, since each statement is analysed only after those before it have run.
 */
import { featureNotSupported } from '../../core/sql-error.ts';
import { backend } from '../wire/backend-messages.ts';
import {
  tryDecodeUtf8,
  writeBind,
  writeDescribePortal,
  writeExecute,
  writeParse,
  writeQuery,
} from '../wire/frontend-messages.ts';
import type { FrontendMessage } from '../wire/message-cutter.ts';
import { analyse } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { Outcome, Receiver } from './backend-exchange.ts';
import { classify } from './classify.ts';
import type { StatementClass } from './classify.ts';
import { clientError, noParameter } from './error-messages.ts';
import { refuseFederated } from './federated-statement.ts';
import { openFederated } from './federated-execution.ts';
import { FederatedPortal } from './federated-portal.ts';
import { readMessageLevel } from './message-level.ts';
import type { Session } from './session.ts';
import { Skipped } from './session-errors.ts';
import type { Statement } from './session-state.ts';
import { sentText } from './statement-edits.ts';
import { parseText, SentText, visitSyntax } from './statement-text.ts';
import type { RawStatement } from './statement-text.ts';
import { afterForwarded, runTaken } from './takeover.ts';
import { sendAll } from './taken-statement.ts';
import { showColumnName } from './virtual-settings.ts';

export class SimpleQuery {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Ends with ReadyForQuery, whatever happens. */
  async run(message: FrontendMessage): Promise<void> {
    const { session } = this;
    session.statements.delete('');
    // Bytes after the first NUL, or that are no UTF-8: PostgreSQL refuses them in its own words.
    const sql = message.body.indexOf(0) === message.body.length - 1 ? tryDecodeUtf8(message.body.subarray(0, -1)) : null;
    if (sql === null) return void (await this.passWhole(message.raw));
    try {
      const parsed = parseText(sql);
      if (parsed.kind === 'unparsable') {
        await this.syntaxError(sql);
      } else if (parsed.statements.length === 0) {
        return void (await this.passWhole(message.raw));
      } else if (parsed.statements.length === 1) {
        if (await this.alone(message, sql, parsed.statements[0]!)) return;
      } else {
        for (const raw of parsed.statements) await this.oneOfSeveral(sql, raw);
      }
    } catch (error) {
      await session.report(error);
    }
    await session.sync();
  }

  /** The catalog server's answer to the whole string, ReadyForQuery included. */
  private async passWhole(raw: Uint8Array, text: SentText | null = null): Promise<boolean> {
    const { session } = this;
    let started!: () => void;
    const copyIn = new Promise<void>((resolve) => (started = resolve));
    let failed = false;
    const receiver: Receiver = {
      message: (type, message) => {
        if (type === backend.errorResponse) failed = true;
        if (type === backend.copyInResponse) started();
        session.write(adapted(type, message, text));
      },
    };
    const step = session.exchange.send('query', raw, receiver);
    await session.withCopyIn(step, copyIn);
    await session.afterReady();
    return !failed;
  }

  /** PostgreSQL's parser refused it too, presumably; should it not, then it must not run unseen. */
  private async syntaxError(sql: string): Promise<void> {
    const { session } = this;
    const capture = new Capture();
    await session.captured(session.exchange.send('parse', writeParse('', sql), capture), capture);
    throw featureNotSupported('this statement');
  }

  /** True when ReadyForQuery was sent already. */
  private async alone(message: FrontendMessage, sql: string, raw: RawStatement): Promise<boolean> {
    const { session } = this;
    if (session.exchange.transactionStatus === 'E') {
      // Only the end of the transaction is accepted; the catalog server says so.
      await this.passWhole(message.raw);
      return true;
    }
    const kind = classify(sql, raw);
    const text = await sentText(session, sql, raw, false);
    if (isWhole(kind)) {
      const done = await this.passWhole(text.verbatim ? message.raw : writeQuery(text.sql), text);
      if (done) await afterForwarded(session, kind);
      return true;
    }
    if (kind.kind === 'analysable') {
      await this.analysable(sql, raw, kind, text);
      return false;
    }
    let whole = false;
    await runTaken(session, {
      statement: { name: '', text, class: kind, federated: null },
      bind: null,
      formats: [],
      describe: true,
      runLocally: async () => {
        whole = kind.kind !== 'prepare';
        if (!whole) await this.runLocally(text, kind);
        else await this.passWhole(text.verbatim ? message.raw : writeQuery(text.sql), text);
      },
    });
    return whole;
  }

  private async oneOfSeveral(sql: string, raw: RawStatement): Promise<void> {
    const { session } = this;
    session.inGroup = true;
    const kind = classify(sql, raw);
    const text = await sentText(session, sql, raw, true);
    await this.statement(sql, raw, kind, text);
    if (raw.type === 'VariableSetStmt') await readMessageLevel(session);
  }

  private async statement(sql: string, raw: RawStatement, kind: StatementClass, text: SentText): Promise<void> {
    const { session } = this;
    if (kind.kind === 'analysable') return this.analysable(sql, raw, kind, text);
    if (isWhole(kind)) return this.runLocally(text, kind);
    const statement: Statement = { name: '', text, class: kind, federated: null };
    return runTaken(session, {
      statement,
      bind: null,
      formats: [],
      describe: true,
      runLocally: () => this.runLocally(text, kind),
    });
  }

  private async analysable(sql: string, raw: RawStatement, kind: StatementClass, text: SentText): Promise<void> {
    const { session } = this;
    const { exchange } = session;
    const analysed = await analyse(session, '', text);
    if (analysed.parameterTypes.length > 0) throw firstParameter(sql, raw);
    if (analysed.federated) {
      refuseFederated(kind);
      const statement: Statement = { name: '', text, class: kind, federated: analysed.federated };
      const portal = new FederatedPortal(statement, null);
      await openFederated(session, portal, { kind: 'none' });
      return sendAll(session, portal, { describe: true });
    }
    const { rowDescription } = analysed;
    let executing!: Promise<Outcome>;
    exchange.together(() => {
      const onBind: Receiver = {
        message: (type, message) => {
          if (type === backend.errorResponse) session.write(clientError(message, text));
          // Planning errors come before the RowDescription, as in PostgreSQL.
          else if (rowDescription) session.write(rowDescription);
        },
      };
      void exchange.send('bind', writeBind('', ''), onBind);
      executing = exchange.send('execute', writeExecute(''), session.forward(text));
    });
    return session.forwarded(executing);
  }

  /** Parse, Bind, Describe, Execute, answered as the simple protocol would. */
  private async runLocally(text: SentText, kind: StatementClass): Promise<void> {
    const { session } = this;
    const { exchange } = session;
    let started!: () => void;
    const copyIn = new Promise<void>((resolve) => (started = resolve));
    const receiver: Receiver = {
      message: (type, message) => {
        if (type === backend.parseComplete || type === backend.bindComplete || type === backend.noData) return;
        if (type === backend.copyInResponse) started();
        session.write(adapted(type, message, text));
      },
    };
    let executing!: Promise<Outcome>;
    exchange.together(() => {
      void exchange.send('parse', writeParse('', text.sql), receiver);
      void exchange.send('bind', writeBind('', ''), receiver);
      void exchange.send('describe', writeDescribePortal(''), receiver);
      executing = exchange.send('execute', writeExecute(''), receiver);
      exchange.flush();
    });
    if ((await session.withCopyIn(executing, copyIn)) !== 'done') throw new Skipped();
    await afterForwarded(session, kind);
  }
}

/** Nothing to find out first: the catalog server may have it at once. */
const isWhole = ({ kind }: StatementClass): boolean =>
  kind === 'forward' || kind === 'transaction' || kind === 'deallocate' || kind === 'discard' || kind === 'close';

function adapted(type: number, message: Buffer, text: SentText | null): Buffer {
  if (type === backend.errorResponse) return clientError(message, text);
  return type === backend.rowDescription ? showColumnName(message) : message;
}

/** The simple protocol has no parameters. */
function firstParameter(sql: string, raw: RawStatement): Error {
  let found: { number: number; location: number } | undefined;
  visitSyntax({ [raw.type]: raw.node }, (type, node) => {
    const location = Number(node['location'] ?? 0);
    if (type === 'ParamRef' && (!found || location < found.location)) found = { number: Number(node['number'] ?? 0), location };
  });
  const position = found && Array.from(Buffer.from(sql, 'utf8').toString('utf8', 0, found.location)).length + 1;
  return noParameter(found?.number ?? 1, position);
}
