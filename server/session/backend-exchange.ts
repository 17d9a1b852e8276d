/**
 * The conversation with the session's backend on the catalog server: what was asked, in order, and who hears the answer.
 * Every message sent is a step; its answer ends with a known message type; an error ends it and makes PostgreSQL skip all
 * later steps up to the next Sync. So messages may be pipelined, and forwarded and captured answers may be mixed.
 *
 * Invariant: steps settle in the order they were sent, each exactly once, also when the connection breaks.
 */
import type { BackendConnection } from '../../catalog/backend-connection.ts';
import { readNoticeFields } from '../../catalog/backend-error.ts';
import { backend } from '../wire/backend-messages.ts';
import { flushMessage, frontend, syncMessage } from '../wire/frontend-messages.ts';

type StepKind = 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query' | 'call';

/** failed: an error was delivered for this step. skipped: for one before it. */
export type Outcome = 'done' | 'failed' | 'skipped';

/** Hears the answer of one step, its last message and its error included. */
export interface Receiver {
  message(type: number, message: Buffer): void;
  /** A query tree printed by the server while it worked on this step. */
  tree?(bytes: Buffer): void;
  /** One of a statement inside a function. */
  nestedTree?(bytes: Buffer): void;
  /** Notices raised meanwhile; absent: they go to the client. */
  notice?(message: Buffer): void;
}

interface Step {
  readonly kind: StepKind;
  readonly receiver: Receiver;
  readonly settle: (outcome: Outcome) => void;
}

interface ExchangeHooks {
  /** ParameterStatus, NotificationResponse, and notices that no step claims. */
  readonly onAsynchronous: (type: number, message: Buffer) => void;
  /** ErrorResponse outside any step: the server says why it is about to hang up. */
  readonly onUnexpectedError: (message: Buffer) => void;
}

const endsWith: Readonly<Record<StepKind, ReadonlySet<number>>> = {
  parse: new Set([backend.parseComplete]),
  bind: new Set([backend.bindComplete]),
  describe: new Set([backend.rowDescription, backend.noData]),
  execute: new Set([backend.commandComplete, backend.portalSuspended, backend.emptyQueryResponse]),
  close: new Set([backend.closeComplete]),
  sync: new Set([backend.readyForQuery]),
  query: new Set([backend.readyForQuery]),
  call: new Set([backend.readyForQuery]),
};
/** Steps that PostgreSQL ends with ReadyForQuery whatever happens, and never skips. */
const isFinal = (kind: StepKind): boolean => kind === 'sync' || kind === 'query' || kind === 'call';

export class BackendExchange {
  private readonly connection: BackendConnection;
  private readonly hooks: ExchangeHooks;
  private readonly steps: Step[] = [];
  private unflushed = false;
  private broken = false;
  /** As of the last ReadyForQuery: I, T or E. */
  transactionStatus: 'I' | 'T' | 'E' = 'I';
  /** A step failed, and no Sync was sent since: the server ignores everything but Sync. */
  failed = false;

  constructor(connection: BackendConnection, hooks: ExchangeHooks) {
    this.connection = connection;
    this.hooks = hooks;
    connection.onMessage((type, message) => this.receive(type, message));
    connection.onClose(() => {
      this.broken = true;
      for (const step of this.steps.splice(0)) step.settle('skipped');
    });
  }

  /** The answer goes to `receiver`. Promise of how it ended; needs a flush() or sync() to ever settle. */
  send(kind: StepKind, bytes: Uint8Array, receiver: Receiver): Promise<Outcome> {
    if (this.broken || (this.failed && !isFinal(kind))) return Promise.resolve('skipped');
    if (isFinal(kind)) this.failed = false;
    this.unflushed = !isFinal(kind);
    return new Promise((settle) => {
      this.steps.push({ kind, receiver, settle });
      this.connection.send(bytes);
    });
  }

  sync(receiver: Receiver): Promise<Outcome> {
    return this.send('sync', syncMessage, receiver);
  }

  /** Makes the server answer what it was sent so far. */
  flush(): void {
    if (!this.unflushed || this.broken) return;
    this.unflushed = false;
    this.connection.send(flushMessage);
  }

  /** Bytes that are not a step of their own: CopyData, CopyDone, CopyFail. */
  sendData(bytes: Uint8Array): boolean {
    return this.connection.send(bytes);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.broken) return resolve();
      this.connection.onDrain(resolve);
      this.connection.onClose(() => resolve());
    });
  }

  /** Sends several messages as one write. */
  together(send: () => void): void {
    this.connection.cork();
    try {
      send();
    } finally {
      this.connection.uncork();
    }
  }

  get busy(): boolean {
    return this.steps.length > 0;
  }

  get closed(): boolean {
    return this.broken;
  }

  pause(): void {
    this.connection.pause();
  }
  resume(): void {
    this.connection.resume();
  }

  private receive(type: number, message: Buffer): void {
    if (type === backend.noticeResponse) return this.notice(message);
    if (type === backend.parameterStatus || type === backend.notificationResponse)
      return this.hooks.onAsynchronous(type, message);
    const step = this.steps[0];
    if (!step) {
      if (type === backend.errorResponse) this.hooks.onUnexpectedError(message);
      return;
    }
    if (type === backend.readyForQuery) this.transactionStatus = String.fromCharCode(message[5]!) as 'I' | 'T' | 'E';
    step.receiver.message(type, message);
    if (type === backend.errorResponse && !isFinal(step.kind)) this.fail();
    else if (endsWith[step.kind].has(type)) this.steps.shift()!.settle('done');
  }

  private fail(): void {
    const end = this.steps.findIndex((step) => isFinal(step.kind));
    const [failed, ...skipped] = this.steps.splice(0, end < 0 ? this.steps.length : end);
    // With a Sync already on its way the server recovers by itself.
    if (end < 0) this.failed = true;
    failed!.settle('failed');
    for (const step of skipped) step.settle('skipped');
  }

  /**
   * A tree comes from print.c's elog_node_display and, when it is that of the statement itself, without context; anything
   * else with that origin is a nested statement's tree, for those who ask for it.
   */
  private notice(message: Buffer): void {
    const receiver = this.steps[0]?.receiver;
    if (message.includes('elog_node_display')) {
      const fields = treeFields(message);
      if (fields) {
        if (fields.nested) receiver?.nestedTree?.(fields.tree);
        else receiver?.tree?.(fields.tree);
        return;
      }
    }
    if (receiver?.notice) receiver.notice(message);
    else this.hooks.onAsynchronous(backend.noticeResponse, message);
  }
}

/** The detail of a printed tree as raw bytes; null when the notice is no such print. */
function treeFields(message: Buffer): { readonly tree: Buffer; readonly nested: boolean } | null {
  let tree: Buffer | null = null;
  let nested = false;
  let file = false;
  let routine = false;
  for (let at = 5; at < message.length && message[at] !== 0;) {
    const end = message.indexOf(0, at + 1);
    if (end < 0) return null;
    const letter = message[at];
    if (letter === 0x44 /* D */) tree = message.subarray(at + 1, end);
    else if (letter === 0x57 /* W */) nested = true;
    else if (letter === 0x46 /* F */) file = message.toString('latin1', at + 1, end).endsWith('print.c');
    else if (letter === 0x52 /* R */) routine = message.toString('latin1', at + 1, end) === 'elog_node_display';
    at = end + 1;
  }
  return file && routine && tree ? { tree, nested } : null;
}

/** What a captured step answered. */
export class Capture implements Receiver {
  error: Buffer | null = null;
  readonly trees: Buffer[] = [];
  readonly nestedTrees: Buffer[] = [];
  parameterDescription: Buffer | null = null;
  rowDescription: Buffer | null = null;
  /** Messages; `rows` and `rawRows` read them. */
  private readonly dataRows: Buffer[] = [];
  tag = '';

  message(type: number, message: Buffer): void {
    switch (type) {
      case backend.errorResponse:
        this.error = message;
        break;
      case backend.parameterDescription:
        this.parameterDescription = message;
        break;
      case backend.rowDescription:
        this.rowDescription = message;
        break;
      case backend.dataRow:
        this.dataRows.push(message);
        break;
      case backend.commandComplete:
        this.tag = message.toString('utf8', 5, message.length - 1);
        break;
      default:
        break;
    }
  }

  tree(bytes: Buffer): void {
    this.trees.push(bytes);
  }

  nestedTree(bytes: Buffer): void {
    this.nestedTrees.push(bytes);
  }

  get rawRows(): (Buffer | null)[][] {
    return this.dataRows.map(readDataRow);
  }
  /** In text format. */
  get rows(): (string | null)[][] {
    return this.rawRows.map((row) => row.map((value) => value && value.toString('utf8')));
  }
}

/** The parameter types of a ParameterDescription. */
export const readParameterTypes = (message: Buffer): number[] =>
  Array.from({ length: message.readUInt16BE(5) }, (_, i) => message.readUInt32BE(7 + 4 * i));

/** The fields of a DataRow. */
export function readDataRow(message: Buffer): (Buffer | null)[] {
  let at = 7;
  return Array.from({ length: message.readUInt16BE(5) }, () => {
    const length = message.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return message.subarray(at - length, at);
  });
}

/** The step that a forwarded extended-protocol message is; undefined for those that are none. */
export function stepKindOf(type: number): StepKind | undefined {
  switch (type) {
    case frontend.parse:
      return 'parse';
    case frontend.bind:
      return 'bind';
    case frontend.describe:
      return 'describe';
    case frontend.execute:
      return 'execute';
    case frontend.close:
      return 'close';
    case frontend.query:
      return 'query';
    case frontend.functionCall:
      return 'call';
    default:
      return undefined;
  }
}

export const severityOf = (notice: Buffer): string => readNoticeFields(notice).get('V') ?? 'NOTICE';
