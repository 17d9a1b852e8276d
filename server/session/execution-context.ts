/**
 * What an execution needs to know of the session, read on its backend in one round trip at every execution: settings (SET
 * LOCAL, ROLLBACK and functions change them without a word on the wire), the time-out, isolation, the catalog's generation.
 */
import type { SessionSettings } from '../../algebra/plan.ts';
import type { BeginOptions } from '../../algebra/site.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import { FIXED_SETTINGS } from '../../core/text-settings.ts';
import type { Capture } from './backend-exchange.ts';

export interface ExecutionContext {
  readonly settings: SessionSettings;
  readonly isolation: BeginOptions['isolation'];
  readonly statementTimeoutMs: number;
  /** Counts DDL on the catalog server. */
  readonly generation: string;
}

const setting = (name: string): string => `pg_catalog.current_setting('${name}')`;

const columns = [
  setting('TimeZone'),
  setting('DateStyle'),
  setting('IntervalStyle'),
  setting('extra_float_digits'),
  setting('bytea_output'),
  setting('xmlbinary'),
  setting('transaction_isolation'),
  `(extract(epoch FROM ${setting('statement_timeout')}::pg_catalog.interval) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8`,
  'tributary.ddl_generation()',
  // The first of the settings that has a value no source's statements run under, as `name = value`.
  `coalesce(${Object.entries(FIXED_SETTINGS)
    .map(([name, value]) => `'${name} = ' OPERATOR(pg_catalog.||) nullif(${setting(name)}, '${value}')`)
    .join(', ')})`,
];

export const contextSql = `SELECT ${columns.join(', ')}`;
/** Columns of it; more may be appended. */
export const contextColumns = columns.length;

/**
 * What the session itself has set of the planner's settings: they go along with calls of a source's functions, whose queries
 * are planned under them. The memory of a sort or hash counts among them; what a policy might read does not.
 */
export const plannerSettingsSql = `(SELECT pg_catalog.json_object_agg(name, setting)::pg_catalog.text FROM pg_catalog.pg_settings
  WHERE source OPERATOR(pg_catalog.=) 'session' AND context OPERATOR(pg_catalog.=) 'user' AND (category OPERATOR(pg_catalog.~~) 'Query Tuning%'
    OR name OPERATOR(pg_catalog.=) ANY ('{work_mem,hash_mem_multiplier,max_parallel_workers_per_gather,parallel_leader_participation}')))`;

export function withPlannerSettings(context: ExecutionContext, read: string | null): ExecutionContext {
  if (read === null) return context;
  const planner = JSON.parse(read) as Readonly<Record<string, string>>;
  return { ...context, settings: { ...context.settings, planner } };
}

/** Throws 0A000 where a setting has a value that only PostgreSQL itself knows to obey. */
export function readContext(capture: Capture): ExecutionContext {
  const [timeZone, dateStyle, intervalStyle, digits, bytea, xml, isolation, timeout, generation, unfit] = capture.rows[0]!;
  if (typeof unfit === 'string') throw featureNotSupported(`${unfit}, for a statement that reads tables of sources,`);
  return {
    settings: {
      timeZone: timeZone!,
      dateStyle: dateStyle!,
      intervalStyle: intervalStyle!,
      extraFloatDigits: Number(digits),
      byteaOutput: bytea === 'escape' ? 'escape' : 'hex',
      xmlBinary: xml === 'hex' ? 'hex' : 'base64',
    },
    isolation: isolation === 'repeatable read' || isolation === 'serializable' ? isolation : 'read committed',
    statementTimeoutMs: Number(timeout),
    generation: generation!,
  };
}
