/**
 * Our own connection to the catalog server, as its bootstrap superuser: mirroring, roles, lookups. Never a session's.
 *
 * Queries run one after another. A connection lost (server restarted) is opened again by the next query; the query during
 * which it was lost fails.
 */
import pg from 'pg';
import { z } from 'zod';
import { SqlError, sqlError } from '../core/sql-error.ts';
import { messageOf } from './log.ts';

export interface AdminTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string | undefined;
  readonly tls?: 'require' | 'verify-full' | undefined;
}

export class AdminConnection {
  private readonly target: AdminTarget;
  private readonly beforeConnect: () => Promise<void>;
  private client: Promise<pg.Client> | undefined;
  private ended = false;
  /** Settles when the last query asked for has. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(target: AdminTarget, beforeConnect: () => Promise<void> = () => Promise.resolve()) {
    this.target = target;
    this.beforeConnect = beforeConnect;
  }

  /** Rows as objects (oid and smaller integers as numbers, bigint as strings). The server's errors come as SqlError. */
  rows<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    const result = this.turn.then(() => this.query<Row>(sql, params));
    this.turn = result.catch(() => undefined); // its caller is told
    return result;
  }

  private async query<Row>(sql: string, params: readonly unknown[] | undefined): Promise<Row[]> {
    const client = await this.connected();
    try {
      const result: unknown = await client.query(params ? { text: sql, values: [...params] } : { text: sql });
      // A string of several statements gives one result each; the last one's rows are the answer.
      const last = Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : (result as pg.QueryResult);
      return last.rows as Row[];
    } catch (error) {
      throw asSqlError(error);
    }
  }

  /** One or more statements, in one transaction unless they say otherwise. */
  async run(sql: string): Promise<void> {
    await this.rows(sql);
  }

  /** Runs them too; false where a statement failed by its own fault, not for want of a server. */
  async succeeds(sql: string): Promise<boolean> {
    try {
      await this.run(sql);
      return true;
    } catch (error) {
      if (!(error instanceof SqlError) || /^(08|57P)/.test(error.code)) throw error;
      return false;
    }
  }

  async end(): Promise<void> {
    this.ended = true;
    const client = await this.client?.catch(() => undefined); // it never was a connection
    await client?.end();
  }

  private connected(): Promise<pg.Client> {
    if (this.ended) throw sqlError('57P01', 'the catalog server is shutting down');
    this.client ??= this.open().catch((error: unknown) => {
      this.client = undefined;
      throw asSqlError(error);
    });
    return this.client;
  }

  private async open(): Promise<pg.Client> {
    await this.beforeConnect();
    const { tls, password, ...target } = this.target;
    const client = new pg.Client({
      ...target,
      ...(password === undefined ? {} : { password }),
      // Said outright: `pg` would take PGSSLMODE and PGSSLNEGOTIATION from our environment.
      ssl: tls === undefined ? false : { rejectUnauthorized: tls === 'verify-full' },
      sslnegotiation: 'postgres',
      application_name: 'tributary gateway',
      // Our own DDL is no user's: it needs no permission and is counted by us.
      options:
        '-c event_triggers=off -c search_path=pg_catalog,pg_temp -c client_min_messages=error -c lock_timeout=0 -c statement_timeout=0',
    });
    const forget = (): void => {
      this.client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    return client;
  }
}

const serverError = z.object({
  code: z.string().regex(/^[0-9A-Z]{5}$/), message: z.string(), detail: z.string().optional(), hint: z.string().optional(),
  position: z.coerce.number().optional(), where: z.string().optional(), schema: z.string().optional(), table: z.string().optional(),
  column: z.string().optional(),
}); // prettier-ignore

function asSqlError(error: unknown): Error {
  if (error instanceof SqlError) return error;
  const fields = serverError.safeParse(error).data;
  if (!fields) return sqlError('08006', 'lost the connection to the catalog server', { detail: messageOf(error) });
  const { code, message, ...more } = fields;
  return sqlError(code, message, more);
}
