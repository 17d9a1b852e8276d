/** Wires the gateway: the one place that names concrete connectors and the executor's capabilities. */
import { createDuckDBSite } from '../connectors/duckdb/duckdb-site.ts';
import { createLocalTables } from '../connectors/postgres/local-tables.ts';
import { createNetSite } from '../connectors/postgres/net-site.ts';
import { createPostgresSite } from '../connectors/postgres/postgres-site.ts';
import type { Site } from '../algebra/site.ts';
import type { Configuration, SourceConfiguration } from './configuration/schema.ts';
import { localCapabilities } from '../executor/capabilities.ts';
import { foldAllConstants, raiseConstantLocally } from './fold-constants.ts';
import { startWithSites } from './start-gateway.ts';
import type { Gateway, PlannerObserver } from './start-gateway.ts';

export type { Gateway } from './start-gateway.ts';

/**
 * Ready when it resolves: sources were asked once (those that are down are asked again later), clients are let in.
 * `observer`: for tests of plans.
 */
export function startGateway(configuration: Configuration, observer?: PlannerObserver): Promise<Gateway> {
  return startWithSites(configuration, {
    createSite,
    local: localCapabilities,
    localTables: createLocalTables(),
    foldConstants: foldAllConstants,
    raiseConstant: raiseConstantLocally,
    createNet: ({ host, port, user, database, password, tls }, max) => {
      const ssl = tls === undefined ? undefined : { rejectUnauthorized: tls === 'verify-full' };
      return createNetSite({ max, client: { host, port, user, database, password: password ?? '', ...(ssl ? { ssl } : {}) } });
    },
    ...(observer ? { observer } : {}),
  });
}

/** One source of the configuration. */
export function createSite(name: string, source: SourceConfiguration): Site {
  switch (source.type) {
    case 'postgres': {
      const { url, password, pool } = source;
      return createPostgresSite({ name, url, password, pool: { max: pool.max, waitTimeoutMs: pool.wait } });
    }
    case 'duckdb': {
      const { path, tables, read_only: readOnly, memory_limit: memoryLimit, threads, allow_paths: allowPaths } = source;
      // Paths of a loaded configuration are absolute.
      const limit = memoryLimit === undefined ? undefined : `${memoryLimit}B`;
      return createDuckDBSite({ name, path, tables, allowPaths, readOnly, threads, memoryLimit: limit, baseDir: '/' });
    }
  }
}
