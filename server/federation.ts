/** What every session shares to run queries over sources; wired in main.ts. */
import type { CatalogLookup } from '../algebra/catalog-lookup.ts';
import type { Rel } from '../algebra/rel.ts';
import type { ConstantRaiser } from '../planner/rewrite/raise-constants.ts';
import type { Capabilities, NetSite, Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import type { LocalTables } from '../connectors/postgres/local-tables.ts';
import type { LearnedRows } from '../planner/estimate/learned-rows.ts';
import type { planQuery } from '../planner/plan-query.ts';
import type { Logger } from 'pino';
import type { AdmissionQueue } from './admission.ts';
import type { Metrics } from './admin/metrics.ts';
import type { StatisticsCollector } from './statistics-collector.ts';
import type { SourceNames } from './session/qualified-names.ts';

export interface FederationParts {
  readonly lookup: CatalogLookup;
  /** What a session sees that has made objects in its transaction; `describe`: the one value of a query on its backend. */
  readonly sessionLookup: (describe: (sql: string) => Promise<string>) => CatalogLookup;
  /** The catalog's DDL counter as a session read it; true when it moved, and what was known of user objects was dropped. */
  readonly noteGeneration: (generation: string) => boolean;
  readonly sites: ReadonlyMap<string, Site>;
  /** What the local executor evaluates. */
  readonly local: Capabilities;
  /** Tables of the catalog server, on the session's own backend. */
  readonly localTables: LocalTables;
  /** What evaluates, row by row, what is neither a source's nor `local`. */
  readonly net: NetSite;
  readonly statistics: Statistics;
  /** What executions found out; undefined: they teach nothing. */
  readonly learned: LearnedRows | undefined;
  /** Folds immutable expressions over constants. */
  readonly foldConstants: (rel: Rel, net: NetSite) => Promise<Rel>;
  /** Evaluates an expression over constants, throwing what that raises. */
  readonly raiseConstant: ConstantRaiser;
  /** Planner rules switched off, for diagnosis. */
  readonly disabled: ReadonlySet<string>;
  /** Collects the planner rules that changed something: for tests. */
  readonly fired?: Set<string> | undefined;
  /** For tests of plans: in place of the planner. */
  readonly planQuery?: typeof planQuery | undefined;
  readonly queryMemoryBytes: number;
  readonly slowQueryMs: number;
  readonly sources: SourceNames;
  /** Bounds the federated statements that run at once. */
  readonly admission: AdmissionQueue;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Asks one source, or all, again what it holds, and waits for it. */
  readonly refresh: (source: string | undefined) => Promise<void>;
  /** ANALYZE: collects statistics anew, and waits for it. */
  readonly analyze: StatisticsCollector['analyze'];
  /** A source answered that a mirrored table or column is not there. */
  readonly onMismatch: (site: string) => void;
}
