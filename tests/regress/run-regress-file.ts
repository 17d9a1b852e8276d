/** Runs one regression file: what fills the database on both sides, every query on PostgreSQL and through the gateway. */
import { difference, run, type Outcome } from '../support/differential.ts';
import { ANOTHER_ORDER, QueryComparison, type Verdict } from './compare-query.ts';
import { leavesOpen } from './open-choice.ts';
import { readScript, type ScriptItem } from './psql-script.ts';
import type { Variables } from './psql-variables.ts';
import type { RegressStage } from './regress-world.ts';
import { runData, runDataAtSource } from './run-data-statement.ts';
import { OTHER_PLACEMENTS, spreadTables, type OtherPlacement } from './spread-tables.ts';
import { searchPathOf, statementKind, type StatementKind } from './statement-kind.ts';

type Statement = Extract<ScriptItem, { kind: 'statement' }>;

/** Asking such a statement once more would not be asking the same. */
const CHANGES_SESSION = /\b(?:nextval|setval|currval|lastval|txid_\w+|pg_current_xact_id\w*|set_config|setseed|fetch|lo_\w+)\b/i;
/** Classes of SQLSTATE that depend on rows. */
const RUN_TIME_ERROR = /^2[123]/;

export interface RegressFinding {
  readonly line: number;
  readonly sql: string;
  /** `open`: PostgreSQL itself answers otherwise with other plans. */
  readonly kind: Exclude<Verdict['kind'], 'identical'> | 'open';
  readonly detail: string;
}

export interface Figures {
  identical: number;
  readonly findings: RegressFinding[];
}

export interface RegressReport extends Figures {
  /** Functions, aggregates and operators of the file that the gateway would not make. */
  readonly missingFunctions: Set<string>;
  statements: number;
  /** What was identical, asked again with its tables placed otherwise. */
  readonly others: Readonly<Record<OtherPlacement, Figures>>;
  /** What is not compared, by reason. */
  readonly skipped: Map<string, number>;
  /** Statements that filled the oracle, but not the source, or not a session: later findings may follow from them. */
  readonly unfilled: { readonly line: number; readonly sql: string; readonly detail: string }[];
}

const emptyReport = (): RegressReport => ({
  statements: 0,
  identical: 0,
  missingFunctions: new Set(),
  findings: [],
  others: { 'two sources': { identical: 0, findings: [] }, 'two sources, nothing pushed': { identical: 0, findings: [] } },
  skipped: new Map(),
  unfilled: [],
});

/** Runs only what fills a database. */
export async function fillDatabase(
  text: string,
  variables: Variables,
  client: RegressStage['oracle'],
  folder: string,
): Promise<void> {
  for (const item of readScript(text, variables)) {
    if (item.kind === 'meta') setVariable(item.name, item.words, variables);
    else if (item.sentBy.startsWith('\\gset')) gset(await run(client, item.sql), item.sentBy, variables);
    else if (statementKind(item.sql).kind !== 'skip') await runData(client, item, folder);
  }
  await run(client, 'ROLLBACK');
}

/** What of a file that others build on a session of the gateway can make for itself: types, functions, aggregates. */
export async function fillSession(text: string, variables: Variables, stage: RegressStage): Promise<void> {
  const session = await stage.session();
  for (const item of readScript(text, variables)) {
    if (item.kind === 'meta') setVariable(item.name, item.words, variables);
    else {
      const kind = statementKind(item.sql);
      if (kind.kind === 'data' && kind.local) await run(session, item.sql);
    }
  }
}

export async function runRegressFile(text: string, variables: Variables, stage: RegressStage): Promise<RegressReport> {
  const runner = new RegressRunner(variables, stage);
  for (const item of readScript(text, variables)) {
    if (item.kind === 'meta') await runner.meta(item.name, item.words);
    else await runner.statement(item);
  }
  return runner.report;
}

class RegressRunner {
  readonly report: RegressReport = emptyReport();
  readonly #variables: Variables;
  readonly #stage: RegressStage;
  #comparison = new QueryComparison();
  #inTransaction = false;
  /** Functions that the file made: calling one may write. */
  readonly #functions = new Set<string>();

  constructor(variables: Variables, stage: RegressStage) {
    this.#variables = variables;
    this.#stage = stage;
  }

  async meta(name: string, words: readonly string[]): Promise<void> {
    if (setVariable(name, words, this.#variables)) return;
    if (name === 'c' || name === 'connect') await this.#stage.reconnect();
    else this.#skip(`\\${name}`);
  }

  async statement(statement: Statement): Promise<void> {
    this.report.statements++;
    const kind = statementKind(statement.sql);
    switch (kind.kind) {
      case 'skip':
        this.#skip(kind.reason);
        return;
      case 'transaction':
        await this.#transaction(statement, kind.verb);
        return;
      case 'session':
        await this.#session(statement);
        return;
      case 'data':
        await this.#data(statement, kind);
        return;
      case 'query':
        await this.#query(statement, kind.ordered);
    }
  }

  async #query(statement: Statement, ordered: boolean): Promise<void> {
    const { sql, sentBy, line } = statement;
    const expected = await this.#onPostgres(sql);
    if (!expected) return;
    if (sentBy.startsWith('\\gexec')) {
      for (const text of expected.rows.flat()) {
        if (text !== null) await this.statement({ kind: 'statement', line, sql: text, sentBy: ';', data: undefined });
      }
    }
    if (sentBy.startsWith('\\gset')) gset(expected, sentBy, this.#variables);
    const verdict = await this.#throughGateway(sql, ordered, expected);
    const mayWrite = [...sql.matchAll(/\w+(?=\s*\()/g)].some(([name]) => this.#functions.has(name.toLowerCase()));
    if (mayWrite) {
      if (this.#inTransaction) await this.#stage.save();
      await run(this.#stage.source, sql);
      this.#stage.sourceChanged();
    }
    if (verdict.kind === 'identical') this.report.identical++;
    else if (!mayWrite && (await this.#changesByItself(sql, expected))) this.#skip('answered differently each time');
    else this.#find(this.report, { line, sql, ...verdict }, await this.#isOpen(sql, expected, verdict));
    if (this.#stage.asksPlacements && verdict.kind === 'identical' && !mayWrite)
      await this.#placedOtherwise(statement, ordered, expected);
    await this.#alignTransaction(expected, verdict);
  }

  #find(figures: Figures, finding: RegressFinding, open: boolean): void {
    figures.findings.push(open ? { ...finding, kind: 'open' } : finding);
  }

  async #isOpen(sql: string, expected: Outcome & Awaited<ReturnType<typeof run>>, verdict: Verdict): Promise<boolean> {
    if (verdict.kind !== 'different' || CHANGES_SESSION.test(sql)) return false;
    const ordered = verdict.detail === ANOTHER_ORDER;
    return leavesOpen(this.#stage.oracle, sql, expected, { ordered, inTransaction: this.#inTransaction });
  }

  async #placedOtherwise(statement: Statement, ordered: boolean, expected: Awaited<ReturnType<typeof run>>): Promise<void> {
    const { sql, line } = statement;
    const asksForRows = expected.error === undefined || RUN_TIME_ERROR.test(expected.error.code);
    if (!asksForRows || CHANGES_SESSION.test(sql)) return;
    const again = async <T>(work: () => Promise<T>): Promise<T> => {
      const session = await this.#stage.session();
      if (this.#inTransaction) await run(session, 'ROLLBACK TO SAVEPOINT regress_step');
      return work();
    };
    const spread = await again(async () => spreadTables(sql, await this.#stage.session()));
    if (!spread || spread.tables === 0) return;
    for (const placement of OTHER_PLACEMENTS) {
      const pushed = placement === 'two sources';
      if (pushed && spread.tables < 2) continue;
      const ask = (): Promise<Verdict> => this.#throughGateway(spread.sql, ordered, expected);
      const verdict = await again(() => (pushed ? ask() : this.#stage.withoutPlacement(ask)));
      const figures = this.report.others[placement];
      if (verdict.kind === 'identical') figures.identical++;
      else this.#find(figures, { line, sql, ...verdict }, await this.#isOpen(sql, expected, verdict));
      if (this.#inTransaction) await run(await this.#stage.session(), 'ROLLBACK TO SAVEPOINT regress_step');
    }
  }

  /** undefined when the statement ends PostgreSQL's server itself, as one may that tests a later minor version's mend. */
  async #onPostgres(sql: string): Promise<Awaited<ReturnType<typeof run>> | undefined> {
    try {
      return await run(this.#stage.oracle, sql);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('Connection terminated')) throw error;
      this.#skip('ends the server of PostgreSQL itself');
      await this.#stage.recover();
      this.#inTransaction = false;
      return undefined;
    }
  }

  async #throughGateway(sql: string, ordered: boolean, expected: Awaited<ReturnType<typeof run>>): Promise<Verdict> {
    const session = await this.#stage.session();
    try {
      if (this.#inTransaction) await run(session, 'SAVEPOINT regress_step');
      const actual = await run(session, sql);
      return await this.#comparison.compare(sql, ordered, expected, actual, { oracle: this.#stage.oracle, session });
    } catch (error) {
      await this.#stage.reconnectSession();
      return { kind: 'failed', detail: `the connection broke: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** Of the clock, of chance, of object numbers: PostgreSQL itself answers otherwise when asked again. */
  async #changesByItself(sql: string, first: Awaited<ReturnType<typeof run>>): Promise<boolean> {
    if (first.error || /\b(?:nextval|setval|fetch|lo_\w+)\b/i.test(sql)) return false;
    const second = await run(this.#stage.oracle, sql);
    return difference(first, second, { ordered: false }) !== undefined;
  }

  /** A transaction block fails on both sides or on neither: a finding must not make others. */
  async #alignTransaction(expected: Outcome, verdict: Verdict): Promise<void> {
    if (!this.#inTransaction) return;
    const session = await this.#stage.session();
    if (expected.error) await run(session, 'SELECT 1/0');
    else if (verdict.kind !== 'identical') await run(session, 'ROLLBACK TO SAVEPOINT regress_step');
  }

  async #data(statement: Statement, kind: Extract<StatementKind, { kind: 'data' }>): Promise<void> {
    this.#skip(kind.node);
    if (this.#inTransaction) await this.#stage.save();
    const { oracle, folder } = this.#stage;
    const expected = await runData(oracle, statement, folder);
    if (expected.error) {
      if (this.#inTransaction) await run(await this.#stage.session(), 'SELECT 1/0');
      return;
    }
    const { error } = await runDataAtSource(this.#stage, statement, kind.temporary);
    if (error) this.#unfilled(statement, `at the source: ${error.code} ${error.message}`);
    if (kind.node === 'CreateFunctionStmt') this.#noteFunction(statement.sql);
    if (kind.node === 'DropStmt' || /\bcascade\b/i.test(statement.sql)) await this.#dropLostViews();
    this.#stage.sourceChanged();
    if (!kind.local || (!error && this.#staysAtSource(statement.sql, kind.node))) return;
    const atGateway = await this.#guarded(statement.sql);
    const made = /\b(?:function|procedure|aggregate)\s+(?:\w+\.)?(\w+)/i.exec(statement.sql)?.[1]?.toLowerCase();
    if (atGateway.error && made !== undefined) this.report.missingFunctions.add(made);
    if (atGateway.error) this.#unfilled(statement, `at the gateway: ${atGateway.error.code} ${atGateway.error.message}`);
  }

  /**
   * A function that the source has is mirrored. What PL/pgSQL reads of the source's tables only the source can answer; one made
   * again at the gateway would hide it. (What SQL reads the gateway inlines; what reads nothing its own aggregates may need.)
   */
  #staysAtSource(sql: string, node: string): boolean {
    return (
      node === 'CreateFunctionStmt' && /\blanguage\s+'?plpgsql\b/i.test(sql) && /\b(?:from|execute|insert|update)\b/i.test(sql)
    );
  }

  #noteFunction(sql: string): void {
    const name = /\b(?:function|procedure)\s+(?:\w+\.)?(\w+)/i.exec(sql)?.[1];
    if (name !== undefined) this.#functions.add(name.toLowerCase());
  }

  /** A view of the gateway's own that PostgreSQL dropped with what it reads would keep the mirror from following. */
  async #dropLostViews(): Promise<void> {
    const names = `SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace`;
    const session = this.#stage.staleSession;
    const [local, kept] = [await run(session, names), await run(this.#stage.oracle, names)];
    const existing = new Set(kept.rows.flat());
    for (const name of local.rows.flat()) {
      if (name !== null && !existing.has(name)) await run(session, `DROP VIEW IF EXISTS public."${name}" CASCADE`);
    }
  }

  async #session(statement: Statement): Promise<void> {
    this.#skip('session state');
    const { sql } = statement;
    const expected = await run(this.#stage.oracle, sql);
    const schemas = searchPathOf(sql);
    if (schemas !== undefined) {
      if (!expected.error) await this.#stage.setSearchPath(schemas);
      return;
    }
    if (/^\s*(?:set|reset)\b/i.test(sql) && !/\b(?:role|session\s+authorization|search_path)\b/i.test(sql)) {
      await run(this.#stage.source, sql);
      if (!expected.error) this.#stage.remember(sql);
    }
    const actual = await this.#guarded(sql);
    if (expected.error?.code !== actual.error?.code) {
      const of = ({ error }: Outcome): string => (error ? `${error.code} ${error.message}` : 'no error');
      this.#unfilled(statement, `session: expected ${of(expected)}, got ${of(actual)}`);
    }
  }

  async #transaction(statement: Statement, verb: string): Promise<void> {
    this.#skip('transaction control');
    const { sql } = statement;
    const failed = (await run(this.#stage.oracle, 'SELECT 1')).error?.code === '25P02';
    await run(this.#stage.oracle, sql);
    await run(await this.#stage.session(), sql);
    switch (verb) {
      case 'BEGIN':
      case 'START':
        this.#inTransaction = true;
        return;
      case 'COMMIT':
      case 'ROLLBACK':
      case 'PREPARE':
        this.#inTransaction = false;
        await this.#stage.endTransaction(verb === 'COMMIT' && !failed);
    }
  }

  /** In a transaction, an error of the gateway alone must not end it. */
  async #guarded(sql: string): Promise<Outcome> {
    const session = await this.#stage.session();
    if (this.#inTransaction) await run(session, 'SAVEPOINT regress_step');
    const outcome = await run(session, sql);
    if (this.#inTransaction && outcome.error) await run(session, 'ROLLBACK TO SAVEPOINT regress_step');
    return outcome;
  }

  #skip(reason: string): void {
    this.report.skipped.set(reason, (this.report.skipped.get(reason) ?? 0) + 1);
  }

  #unfilled(statement: Statement, detail: string): void {
    this.report.unfilled.push({ line: statement.line, sql: statement.sql, detail });
  }
}

/** Handles the meta-commands that set variables; false: another one. */
function setVariable(name: string, words: readonly string[], variables: Variables): boolean {
  if (name === 'set' && words[0] !== undefined) variables.set(words[0], words.slice(1).join(''));
  else if (name === 'unset') variables.delete(words[0] ?? '');
  else if (name === 'getenv') {
    const value = variables.get(`env:${words[1]}`);
    if (value !== undefined) variables.set(words[0]!, value);
  } else return name === 'set' || name === 'pset' || name === 'echo';
  return true;
}

function gset(outcome: Outcome, sentBy: string, variables: Variables): void {
  const prefix = sentBy.split(' ')[1] ?? '';
  for (const [i, column] of outcome.columns.entries()) {
    const value = outcome.rows[0]?.[i];
    if (value !== null && value !== undefined) variables.set(prefix + column.split(' ').slice(0, -2).join(' '), value);
  }
}
