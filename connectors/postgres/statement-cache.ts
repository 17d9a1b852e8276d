/**
 * Which SQL texts a connection has as named prepared statements. A text is named from its second use on: most texts hold
 * their constants and come once. Bounded; the statement used longest ago makes room.
 */
const STATEMENTS_MAX = 64;
const SEEN_MAX = 512;
const TEXT_LENGTH_MAX = 16_384;

export interface CachedStatement {
  readonly name: string;
  /** Type OIDs of its result. */
  readonly oids: readonly number[];
}

export class StatementCache {
  private readonly statements = new Map<string, CachedStatement>();
  private readonly seen = new Set<string>();
  private toClose: string[] = [];
  private created = 0;

  /** The statement for this text, if the server has it. */
  find(sql: string): CachedStatement | undefined {
    const found = this.statements.get(sql);
    if (found) {
      this.statements.delete(sql);
      this.statements.set(sql, found);
    }
    return found;
  }

  /** The name to parse a text under; '' is the unnamed statement. */
  nameFor(sql: string): string {
    if (sql.length > TEXT_LENGTH_MAX) return '';
    if (this.seen.has(sql)) return `f${++this.created}`;
    if (this.seen.size >= SEEN_MAX) this.seen.clear();
    this.seen.add(sql);
    return '';
  }

  /** The server has parsed it and said what it answers. */
  add(sql: string, name: string, oids: readonly number[]): void {
    if (name === '') return;
    this.statements.set(sql, { name, oids });
    if (this.statements.size <= STATEMENTS_MAX) return;
    const [oldest] = this.statements.keys();
    this.drop(oldest!);
  }

  /** It failed, or makes room: the next use parses it afresh. */
  drop(sql: string): void {
    const statement = this.statements.get(sql);
    if (statement === undefined) return;
    this.statements.delete(sql);
    this.toClose.push(statement.name);
  }

  /** Statements the server may forget: to be closed with the next request. */
  takeClosed(): readonly string[] {
    const names = this.toClose;
    this.toClose = [];
    return names;
  }
}
