/**
 * Has the catalog server analyse a statement: Parse and Describe on the session's own backend, the query tree printed on the
 * way. Whether the tree names a mirror decides who runs the statement.
 *
 * Invariant: an analysable statement without exactly one tree is never taken for one that reads no mirror.
 */
import { quoteText } from '../../catalog/quote.ts';
import { assert } from '../../core/assert.ts';
import { internalError, programLimitExceeded, sqlError } from '../../core/sql-error.ts';
import { writeBind, writeDescribeStatement, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import { MessageBuilder, frontend } from '../wire/frontend-messages.ts';
import { Capture, readParameterTypes } from './backend-exchange.ts';
import { functionBodies } from './function-bodies.ts';
import type { Session } from './session.ts';
import type { FederatedStatement } from './session-state.ts';
import type { SentText } from './statement-text.ts';
import { reapplyOurSettings } from './virtual-settings.ts';

const ambiguousRelation = (name: string, sources: readonly string[], position: number): Error =>
  sqlError('42P09', `relation "${name}" is ambiguous`, {
    position,
    hint: `Write ${sources.map((source) => `${source}.${name}`).join(' or ')}, or set search_path.`,
  });

const TREE_BYTES_MAX = 64 << 20;

export interface Analysed {
  readonly parameterTypes: readonly number[];
  readonly rowDescription: Buffer | null;
  /** Set when it reads mirrors. */
  readonly federated: FederatedStatement | null;
}

export const closeStatement = (name: string): Buffer =>
  new MessageBuilder(frontend.close).bytes(Buffer.from('S')).string(name).build();

export const closePortal = (name: string): Buffer =>
  new MessageBuilder(frontend.close).bytes(Buffer.from('P')).string(name).build();

/** Parses `text` under `name` (replacing what had it) and describes it. Errors are the backend's own. */
export async function analyse(
  session: Session,
  name: string,
  text: SentText,
  parameterTypes: readonly number[] = [],
): Promise<Analysed> {
  for (let attempt = 1; ; attempt++) {
    const { exchange } = session;
    const parsed = new Capture();
    const described = new Capture();
    let parsing!: ReturnType<typeof exchange.send>;
    let describing!: typeof parsing;
    exchange.together(() => {
      if (name !== '') void exchange.send('close', closeStatement(name), new Capture());
      parsing = exchange.send('parse', writeParse(name, text.sql, parameterTypes), parsed);
      describing = exchange.send('describe', writeDescribeStatement(name), described);
      exchange.flush();
    });
    await session.captured(parsing, parsed, text);
    await session.captured(describing, described, text);
    // An earlier statement of the same text may have been invalidated: the later tree is the valid one.
    const trees = described.trees.length > 0 ? described.trees : parsed.trees;
    if (trees.length === 1) {
      const types = readParameterTypes(described.parameterDescription!);
      const { rowDescription } = described;
      const federated = await federatedStatement(session, text, trees[0]!, types, rowDescription);
      return { parameterTypes: types, rowDescription, federated };
    }
    if (attempt === 2) throw internalError(`the catalog server printed ${trees.length} trees for one statement`);
    await reapplySettings(session);
  }
}

/** Null when the tree names nothing of a source. */
export async function federatedStatement(
  session: Session,
  text: SentText,
  tree: Buffer,
  parameterTypes: readonly number[],
  rowDescription: Buffer | null,
): Promise<FederatedStatement | null> {
  const { mirrors, callsFunction, ownFunctions } = await session.federation.sourcesIn(tree);
  const bodies = await bodiesOf(session, ownFunctions);
  if (mirrors.length === 0 && !callsFunction && bodies.size === 0) return null;
  for (const { name, sources, position } of text.ambiguous) {
    if (!mirrors.some(({ table }) => table.name === name && sources.includes(table.site))) continue;
    // As along PostgreSQL's search path, what the user may not enter is not there.
    const open = await usableSources(session, sources);
    if (open.length > 1) throw ambiguousRelation(name, open, position);
  }
  if (tree.length > TREE_BYTES_MAX) throw programLimitExceeded('the statement is too large');
  // The notice is a slice of a network read: what is kept must not keep that alive.
  return {
    tree: Buffer.from(tree),
    text,
    parameterTypes,
    bodies,
    rowDescription: rowDescription && Buffer.from(rowDescription),
    query: null,
  };
}

/** Of functions that a statement calls, those that read mirrors, as the session's backend sees them now. */
export const bodiesOf = (session: Session, functions: readonly number[]): Promise<FederatedStatement['bodies']> =>
  functionBodies(
    {
      ask: (name, sql) => queryBackend(session, name, sql),
      sourcesIn: (tree) => session.federation.sourcesIn(tree),
    },
    functions,
  );

/** Of these, the ones whose default schema the session's user may enter. */
async function usableSources(session: Session, sources: readonly string[]): Promise<string[]> {
  const asked = sources.map((source) => `has_schema_privilege(${quoteText(source)}, 'USAGE')`).join(', ');
  const { rows } = await queryBackend(session, 'tributary:usage', `SELECT ${asked}`);
  return sources.filter((_, i) => rows[0]?.[i] === 't');
}

/** A function or a setting of the user's changed what analysis needs. */
export async function reapplySettings(session: Session): Promise<void> {
  await queryBackend(session, 'tributary:settings', reapplyOurSettings);
}

interface BackendParameters {
  readonly types?: readonly number[];
  readonly values?: readonly (Buffer | null)[];
  readonly formats?: readonly number[];
  readonly resultFormats?: readonly number[];
}

/** One query of ours on the session's backend, text in, text out. */
export async function queryBackend(
  session: Session,
  name: string,
  sql: string,
  parameters: BackendParameters = {},
): Promise<Capture> {
  const { exchange } = session;
  const capture = new Capture();
  const bind = writeBind(name, name, parameters.values, parameters.resultFormats, parameters.formats);
  let executing!: ReturnType<typeof exchange.send>;
  exchange.together(() => {
    void exchange.send('close', closeStatement(name), capture);
    void exchange.send('parse', writeParse(name, sql, parameters.types), capture);
    void exchange.send('bind', bind, capture);
    executing = exchange.send('execute', writeExecute(name), capture);
    void exchange.send('close', closePortal(name), capture);
    void exchange.send('close', closeStatement(name), capture);
    exchange.flush();
  });
  const outcome = await executing;
  // The step that failed may be an earlier one of the four: the error is in the one capture they share.
  if (outcome !== 'done' && capture.error) await session.captured(Promise.resolve('failed'), capture);
  await session.captured(Promise.resolve(outcome), capture);
  assert(capture.error === null, 'an error without failure');
  return capture;
}
