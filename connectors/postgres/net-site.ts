/**
 * The net: the catalog server as the place that evaluates, row by row, what no source and no kernel of ours does. It runs on
 * a small pool of its own under a role that may do nothing but call functions, with the settings of the user's session.
 */
import type pg from 'pg';
import { CATALOG_SITE } from '../../algebra/rel.ts';
import type { Input, Project, Rel } from '../../algebra/rel.ts';
import type { BeginOptions, Capabilities, NetSite, SiteTransaction } from '../../algebra/site.ts';
import { assert, InternalError } from '../../core/assert.ts';
import { ConnectionPool } from './connection-pool.ts';
import { NetCapabilities } from './net-capabilities.ts';
import { NetStream } from './net-stream.ts';
import { NetWriter } from './net-writer.ts';
import type { NetStatement } from './net-writer.ts';
import { Turns } from './turns.ts';

const WAIT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;

export interface NetSiteOptions {
  readonly client: pg.ClientConfig;
  /** Connections at the same time: the catalog server has room for these. */
  readonly max: number;
}

export const createNetSite = (options: NetSiteOptions): NetSite => new PostgresNet(options);

class PostgresNet implements NetSite {
  readonly name = CATALOG_SITE;
  readonly capabilities: Capabilities = new NetCapabilities();
  private readonly pool: ConnectionPool;
  private readonly written = new WeakMap<Rel, NetStatement>();

  constructor({ client, max }: NetSiteOptions) {
    this.pool = new ConnectionPool({
      source: CATALOG_SITE,
      clientConfig: { application_name: 'tributary net', ...client },
      max,
      waitTimeoutMs: WAIT_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
    });
  }

  /** One connection serves a statement: it is lent for single exchanges of pure functions, and needs no transaction. */
  async begin({ settings, signal }: BeginOptions): Promise<SiteTransaction> {
    const [connection] = await this.pool.acquire(1, signal);
    assert(connection, 'no connection of the net');
    connection.useSettings(settings);
    const turns = new Turns();
    const open = new Set<NetStream>();
    const end = async (): Promise<void> => {
      // Closing can only fail with the connection, which release() then gives up.
      await Promise.allSettled([...open].map((stream) => stream.close()));
      this.pool.release(connection);
    };
    let ended: Promise<void> | undefined;
    return {
      query: (fragment, options) => {
        const { project, input } = parts(fragment);
        const statement = this.write(fragment);
        const context = { source: CATALOG_SITE, connection, turns, project, input, statement, settings, options };
        const stream = new NetStream(context);
        open.add(stream);
        return Promise.resolve(stream);
      },
      end: () => (ended ??= end()),
    };
  }

  sql(fragment: Rel): string {
    return this.write(fragment).text;
  }

  close(): Promise<void> {
    this.pool.close();
    return Promise.resolve();
  }

  private write(fragment: Rel): NetStatement {
    let statement = this.written.get(fragment);
    if (statement === undefined) {
      const { project, input } = parts(fragment);
      statement = new NetWriter({ site: CATALOG_SITE, defaultSchema: 'public' }, input).batch(project);
      this.written.set(fragment, statement);
    }
    return statement;
  }
}

function parts(fragment: Rel): { readonly project: Project; readonly input: Input } {
  if (fragment.kind !== 'project' || fragment.input.kind !== 'input') throw new InternalError('the net evaluates projections');
  return { project: fragment, input: fragment.input };
}
