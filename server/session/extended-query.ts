/**
 * The extended protocol. Messages of the catalog server's own statements pass through unread but for names; a statement over
 * mirrors exists there too (it describes and revalidates it), while a twin receives its parameters and stands for its
 * portals: PostgreSQL checks formats and values, and says when a portal is duplicate, missing or dead.
 */
import { assert } from '../../core/assert.ts';
import { featureNotSupported, protocolViolation, sqlError } from '../../core/sql-error.ts';
import { backend, commandComplete, noData, portalSuspended, withResultFormats } from '../wire/backend-messages.ts';
import {
  frontend,
  MessageBuilder,
  readBind,
  readExecute,
  readParse,
  readTarget,
  writeDescribePortal,
  writeParse,
} from '../wire/frontend-messages.ts';
import type { BindMessage, ParseMessage } from '../wire/frontend-messages.ts';
import type { FrontendMessage } from '../wire/message-cutter.ts';
import { analyse, closePortal, closeStatement, federatedStatement } from './backend-analysis.ts';
import { Capture, readParameterTypes, stepKindOf } from './backend-exchange.ts';
import type { Receiver } from './backend-exchange.ts';
import { classify } from './classify.ts';
import type { StatementClass } from './classify.ts';
import { cannotBeRun, clientError } from './error-messages.ts';
import { openFederated } from './federated-execution.ts';
import { prepareTwin, refuseFederated } from './federated-statement.ts';
import { emitTo, FederatedPortal } from './federated-portal.ts';
import type { Session } from './session.ts';
import { Skipped } from './session-errors.ts';
import type { FederatedStatement, Portal, Statement } from './session-state.ts';
import { twinName } from './session-state.ts';
import { sentText } from './statement-edits.ts';
import { parseText, SentText } from './statement-text.ts';
import { afterForwarded, runTaken } from './takeover.ts';
import { resolveFormats } from './result-formats.ts';

export class ExtendedQuery {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async handle(message: FrontendMessage): Promise<void> {
    switch (message.type) {
      case frontend.parse:
        return this.parse(message);
      case frontend.bind:
        return this.bind(message);
      case frontend.describe:
        return this.describe(message);
      case frontend.execute:
        await this.execute(message);
        this.session.inGroup = true;
        return;
      case frontend.close:
        return this.close(message);
      case frontend.flush:
        return this.session.exchange.flush();
      case frontend.functionCall:
        await this.session.exchange.send('call', message.raw, this.session.forward());
        return this.session.afterReady();
      default:
        // Left-overs of a COPY that failed, which PostgreSQL ignores too.
        if (message.type === frontend.copyData || message.type === frontend.copyDone || message.type === frontend.copyFail)
          return;
        throw sqlError('08P01', `invalid frontend message type ${message.type}`);
    }
  }

  /** The catalog server answers for itself. */
  private pass(message: FrontendMessage, text: SentText | null = null): ReturnType<typeof this.session.exchange.send> {
    return this.session.exchange.send(stepKindOf(message.type)!, message.raw, this.session.forward(text));
  }

  private async parse(message: FrontendMessage): Promise<void> {
    const { session } = this;
    const read = readable(() => readParse(message.body));
    if (!read) return void this.pass(message);
    const { statement: name, sql } = read;
    if (name === '') session.statements.delete('');
    const found = parseText(sql);
    if (found.kind === 'unparsable' || found.statements.length !== 1 || session.exchange.transactionStatus === 'E') {
      // The backend refuses it, or has nothing but the end of a transaction to accept.
      const passed = this.pass(message);
      await session.forwarded(passed);
      const only = found.kind === 'statements' ? found.statements[0] : undefined;
      const text = new SentText(sql);
      session.statements.set(name, { name, text, class: only ? classify(sql, only) : { kind: 'forward' }, federated: null });
      if (found.kind === 'unparsable') throw featureNotSupported('this statement');
      return;
    }
    const raw = found.statements[0]!;
    const kind = classify(sql, raw);
    const text = await sentText(session, sql, raw, false);
    const bytes = text.verbatim ? message.raw : writeParse(name, text.sql, read.parameterTypes);
    if (kind.kind === 'analysable') return this.parseAnalysable(read, kind, text, bytes);
    await session.forwarded(session.exchange.send('parse', bytes, session.forward(text)));
    session.statements.set(name, { name, text, class: kind, federated: null });
  }

  private async parseAnalysable(read: ParseMessage, kind: StatementClass, text: SentText, bytes: Buffer): Promise<void> {
    const { session } = this;
    const { exchange } = session;
    const trees: Buffer[] = [];
    const receiver: Receiver = { ...session.forward(text), tree: (tree) => trees.push(tree) };
    await session.forwarded(exchange.send('parse', bytes, receiver));
    const name = read.statement;
    let federated: FederatedStatement | null;
    if (trees.length === 1) {
      const { mirrors, callsFunction } = await session.federation.sourcesIn(trees[0]!);
      federated = mirrors.length > 0 || callsFunction ? await this.describeFederated(name, text, trees[0]!) : null;
    } else {
      // Our settings were not in force: analyse() puts them back.
      ({ federated } = await analyse(session, name, text, read.parameterTypes));
    }
    if (federated) {
      refuseFederated(kind);
      await prepareTwin(session, name, federated);
    }
    session.statements.set(name, { name, text, class: kind, federated });
  }

  private async describeFederated(name: string, text: SentText, tree: Buffer): Promise<FederatedStatement | null> {
    const { session } = this;
    const capture = new Capture();
    const describe = new MessageBuilder(frontend.describe).bytes(Buffer.from('S')).string(name).build();
    await session.captured(session.exchange.send('describe', describe, capture), capture, text);
    const types = readParameterTypes(capture.parameterDescription!);
    return federatedStatement(session, text, capture.trees[0] ?? tree, types, capture.rowDescription);
  }

  private async bind(message: FrontendMessage): Promise<void> {
    const { session } = this;
    const read = readable(() => readBind(message.body));
    if (!read) return void this.pass(message);
    const statement = session.statements.get(read.statement);
    this.dropStaleUnnamed(read.statement);
    await this.replacePortal(read.portal);
    if (statement?.federated) {
      const { federated } = statement;
      checkBind(read, federated);
      const before = session.portals.get(read.portal);
      session.portals.set(read.portal, { kind: 'federated', portal: new FederatedPortal(statement, read) });
      const step = session.exchange.send('bind', bindTwin(read, federated, session), session.forward());
      void step.then((outcome) => outcome !== 'done' && this.restore(read.portal, before));
      return;
    }
    const before = session.portals.get(read.portal);
    const step = this.pass(message);
    void step.then((outcome) => outcome !== 'done' && this.restore(read.portal, before));
    const taken = statement && isTaken(statement.class);
    session.portals.set(read.portal, taken ? { kind: 'taken', statement, bind: read } : { kind: 'local', statement });
  }

  /** A simple query drops the unnamed statement; ours leave one of their own behind. */
  private dropStaleUnnamed(name: string): void {
    if (name !== '' || this.session.statements.has('')) return;
    void this.session.exchange.send('close', closeStatement(''), new Capture());
  }

  /** A Bind that failed: what had the name before still has it. */
  private restore(name: string, before: Portal | undefined): void {
    if (before && name !== '') this.session.portals.set(name, before);
    else this.session.portals.delete(name);
  }

  /** Binding the unnamed portal again ends the one before. */
  private async replacePortal(name: string): Promise<void> {
    const known = this.session.portals.get(name);
    if (name !== '' || known?.kind !== 'federated') return;
    this.session.portals.delete(name);
    await this.session.closeAll([known.portal]);
  }

  private describe(message: FrontendMessage): void {
    const { session } = this;
    const read = readable(() => readTarget(message.body, 'DESCRIBE'));
    if (!read) return void this.pass(message);
    if (read.target === 'portal') {
      const portal = session.portals.get(read.name);
      if (portal?.kind !== 'federated') return void this.pass(message);
      const { statement, bind } = portal.portal;
      const { rowDescription } = statement.federated!;
      const own = rowDescription ? withResultFormats(rowDescription, bind?.resultFormats ?? []) : noData;
      const receiver: Receiver = { message: (type, answer) => session.write(type === backend.errorResponse ? answer : own) };
      return void session.exchange.send('describe', message.raw, receiver);
    }
    const statement = session.statements.get(read.name);
    this.dropStaleUnnamed(read.name);
    if (!statement?.federated) return void this.pass(message, statement?.text);
    return void session.exchange.send('describe', message.raw, revalidating(session, statement));
  }

  private async execute(message: FrontendMessage): Promise<void> {
    const { session } = this;
    const read = readable(() => readExecute(message.body));
    if (!read) return void this.pass(message);
    const portal = session.portals.get(read.portal);
    switch (portal?.kind) {
      case 'federated':
        return this.executeFederated(read.portal, portal.portal, read.rowsMax);
      case 'taken':
        return runTaken(session, {
          statement: portal.statement,
          bind: portal.bind,
          formats: portal.bind.resultFormats,
          describe: false,
          runLocally: () => this.executeLocal(message, portal.statement),
        });
      case undefined:
        // What we do not know must not be a twin that lost its portal. (A cursor made in SQL has a name.)
        if (read.portal === '') void session.exchange.send('close', closePortal(''), new Capture());
        return this.executeLocal(message, undefined);
      case 'local':
        return this.executeLocal(message, portal.statement);
    }
  }

  private async executeLocal(message: FrontendMessage, statement: Statement | undefined): Promise<void> {
    const { session } = this;
    if (!statement || statement.class.kind === 'analysable' || statement.class.kind === 'transaction') {
      return void this.pass(message, statement?.text);
    }
    let started!: () => void;
    const copyIn = new Promise<void>((resolve) => (started = resolve));
    const forward = session.forward(statement.text);
    const receiver: Receiver = {
      message: (type, answer) => {
        if (type === backend.copyInResponse) started();
        forward.message(type, answer);
      },
    };
    const step = session.exchange.send('execute', message.raw, receiver);
    session.exchange.flush();
    if ((await session.withCopyIn(step, copyIn)) !== 'done') throw new Skipped();
    await afterForwarded(session, statement.class);
  }

  private async executeFederated(name: string, portal: FederatedPortal, rowsMax: number): Promise<void> {
    const { session } = this;
    const { federated } = portal.statement;
    assert(federated && portal.bind, 'a portal without its query');
    if (portal.failed) throw cannotBeRun(name);
    if (portal.opened) {
      const alive = new Capture();
      await session.captured(session.exchange.send('describe', writeDescribePortal(name), alive), alive);
    } else {
      const how = { inPortions: rowsMax > 0 };
      await openFederated(session, portal, { kind: 'portal', name, revalidate: portal.statement.name }, how);
    }
    const rows = await session.runPortal(portal, portal.timeoutMs, () => portal.fetch(rowsMax, emitTo(session.client)));
    session.write(rowsMax > 0 && rows === rowsMax ? portalSuspended : commandComplete(`SELECT ${rows}`));
  }

  private async close(message: FrontendMessage): Promise<void> {
    const { session } = this;
    const read = readable(() => readTarget(message.body, 'CLOSE'));
    void this.pass(message);
    if (!read) return;
    if (read.target === 'statement') {
      const known = session.statements.get(read.name);
      session.statements.delete(read.name);
      if (known?.federated) void session.exchange.send('close', closeStatement(twinName(read.name)), new Capture());
      return;
    }
    const portal = session.portals.get(read.name);
    session.portals.delete(read.name);
    if (portal?.kind === 'federated') await session.closeAll([portal.portal]);
  }
}

/** Null when the message is malformed or not UTF-8: the backend then says so itself. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.name === 'SqlError') return null;
    throw error;
  }
}

const isTaken = ({ kind }: StatementClass): boolean =>
  ['explain', 'declare', 'fetch', 'close', 'prepare', 'execute', 'copy-out', 'create-as', 'refresh', 'analyze'].includes(kind);

/** PostgreSQL's checks that would otherwise speak of the twin (exec_bind_message). */
function checkBind(read: BindMessage, federated: FederatedStatement): void {
  const needed = federated.parameterTypes.length;
  if (read.parameters.length !== needed) {
    throw protocolViolation(
      `bind message supplies ${read.parameters.length} parameters, but prepared statement "${read.statement}" requires ${needed}`,
    );
  }
  resolveFormats(read.resultFormats, federated.rowDescription ? federated.rowDescription.readUInt16BE(5) : 0);
}

/** The client's Bind, for the twin, with the result formats in which we want the parameters back. */
function bindTwin(read: BindMessage, federated: FederatedStatement, session: Session): Buffer {
  const builder = new MessageBuilder(frontend.bind).string(read.portal).string(twinName(read.statement));
  builder.int16(read.parameterFormats.length);
  for (const format of read.parameterFormats) builder.int16(format);
  builder.int16(read.parameters.length);
  for (const value of read.parameters) {
    builder.int32(value === null ? -1 : value.length);
    if (value !== null) builder.bytes(value);
  }
  const formats = session.federation.parameterFormats(federated.parameterTypes);
  builder.int16(formats.length);
  for (const format of formats) builder.int16(format);
  return builder.build();
}

/** Describe of a kept statement: the backend prints a new tree when something it depends on has changed. */
function revalidating(session: Session, statement: Statement): Receiver {
  const before = statement.federated!;
  let tree: Buffer | null = null;
  return {
    tree: (bytes) => (tree = Buffer.from(bytes)),
    message: (type, answer) => {
      if (tree && (type === backend.rowDescription || type === backend.noData)) {
        const rowDescription = type === backend.rowDescription ? Buffer.from(answer) : null;
        statement.federated = { ...before, tree, rowDescription, query: null };
      }
      session.write(type === backend.errorResponse ? clientError(answer, statement.text) : answer);
    },
  };
}
