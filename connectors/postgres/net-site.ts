/**
 * The net: the catalog server as the place that evaluates what no source and no kernel of ours does: projections row by
 * row, other operators over all the rows of their inputs. It runs on a small pool of its own under a role that may do nothing but call functions, with the settings of the user's session.
 */
import type pg from 'pg';
import { CATALOG_SITE } from '../../algebra/rel.ts';
import type { Input, Project, Rel } from '../../algebra/rel.ts';
import type { BeginOptions, Capabilities, NetSite, SiteTransaction } from '../../algebra/site.ts';
import { assert } from '../../core/assert.ts';
import type { BatchStream } from '../../core/batch.ts';
import { ConnectionPool } from './connection-pool.ts';
import { NetCapabilities } from './net-capabilities.ts';
import { writeRelations } from './net-relation-writer.ts';
import { NetRelationStream } from './net-relations.ts';
import { NetStream } from './net-stream.ts';
import { requireExactText } from './net-text-forms.ts';
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
  private relations = 0;

  constructor({ client, max }: NetSiteOptions) {
    this.pool = new ConnectionPool({
      source: CATALOG_SITE,
      clientConfig: { application_name: 'tributary net', ssl: false, sslnegotiation: 'postgres', ...client },
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
    const open = new Set<BatchStream>();
    const end = async (): Promise<void> => {
      // Closing can only fail with the connection, which release() then gives up.
      await Promise.allSettled([...open].map((stream) => stream.close()));
      this.pool.release(connection);
    };
    let ended: Promise<void> | undefined;
    return {
      query: (fragment, options) => {
        requireExactText(fragment, settings);
        const context = { source: CATALOG_SITE, connection, turns, fragment, settings, options };
        const projection = projectionOf(fragment);
        const stream = projection
          ? new NetStream({ ...context, ...projection, statement: this.write(projection) })
          : new NetRelationStream({ ...context, name: `rows${++this.relations}` });
        open.add(stream);
        return Promise.resolve(stream);
      },
      end: () => (ended ??= end()),
    };
  }

  sql(fragment: Rel): string {
    const projection = projectionOf(fragment);
    return projection ? this.write(projection).text : writeRelations(fragment, 'rows').query.text;
  }

  close(): Promise<void> {
    this.pool.close();
    return Promise.resolve();
  }

  private write({ project, input }: Projection): NetStatement {
    let statement = this.written.get(project);
    if (statement === undefined) this.written.set(project, (statement = new NetWriter(input).batch(project)));
    return statement;
  }
}

interface Projection {
  readonly project: Project;
  readonly input: Input;
}

/** A projection of shipped rows, which goes batch by batch. */
const projectionOf = (fragment: Rel): Projection | undefined =>
  fragment.kind === 'project' && fragment.input.kind === 'input' ? { project: fragment, input: fragment.input } : undefined;
