/** A session on the catalog server, as a gateway's session has one: simple queries, their rows, notices and error. */
import { serialize } from 'pg-protocol';
import { errorFromMessage, readNoticeFields } from '../../catalog/backend-error.ts';
import type { BackendConnection } from '../../catalog/backend-connection.ts';
import type { CatalogServer } from '../../catalog/catalog-server.ts';
import type { SqlError } from '../../core/sql-error.ts';

export interface Answer {
  readonly rows: (string | null)[][];
  readonly tags: string[];
  readonly trees: number;
  readonly error: SqlError | undefined;
}

export class Session {
  readonly connection: BackendConnection;

  constructor(connection: BackendConnection) {
    this.connection = connection;
  }

  static async open(catalog: CatalogServer, user: string, parameters: Record<string, string> = {}): Promise<Session> {
    return new Session(await catalog.connect({ user, parameters }));
  }

  /** Sends bytes that end in a Sync or are a simple query, and collects until ReadyForQuery. */
  exchange(bytes: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer = {
        rows: [] as (string | null)[][],
        tags: [] as string[],
        trees: 0,
        error: undefined as SqlError | undefined,
      };
      this.connection.onClose((error) => reject(error ?? new Error('closed')));
      this.connection.onMessage((type, message) => {
        const kind = String.fromCharCode(type);
        if (kind === 'D') answer.rows.push(readRow(message));
        else if (kind === 'C') answer.tags.push(message.toString('utf8', 5, message.length - 1));
        else if (kind === 'N' && readNoticeFields(message).get('R') === 'elog_node_display') answer.trees++;
        else if (kind === 'E') answer.error = errorFromMessage(message);
        else if (kind === 'G') this.connection.send(Buffer.concat([serialize.copyDone()]));
        else if (kind === 'Z') resolve(answer);
      });
      this.connection.send(bytes);
    });
  }

  query(sql: string): Promise<Answer> {
    return this.exchange(serialize.query(sql));
  }

  /** One value; throws the server's error. */
  async value(sql: string): Promise<string | null> {
    const { rows, error } = await this.query(sql);
    if (error) throw error;
    return rows[0]?.[0] ?? null;
  }

  /** Runs all, in turn; throws the first error. */
  async run(...statements: string[]): Promise<void> {
    for (const sql of statements) await this.value(sql);
  }

  /** SQLSTATE, or the tags when it succeeded. */
  async outcome(sql: string): Promise<string> {
    const { error, tags } = await this.query(sql);
    return error ? error.code : tags.join('; ');
  }
}

function readRow(message: Buffer): (string | null)[] {
  const row: (string | null)[] = [];
  for (let column = 0, at = 7; column < message.readInt16BE(5); column++) {
    const length = message.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : message.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return row;
}
