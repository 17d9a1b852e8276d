/**
 * The catalog's memory of what sources said of their data: table `tributary.statistics`, a row a table, shown to users by the
 * views of schema `tributary_stats`; and a copy in this process for the planner, which asks without waiting.
 */
import { z } from 'zod';
import type { CollectedStatistics } from '../algebra/site.ts';
import { tableOfRows } from '../algebra/statistics.ts';
import type { Statistics, TableStatistics } from '../algebra/statistics.ts';
import type { SourceTable } from '../algebra/rel.ts';
import type { AdminConnection } from './admin-connection.ts';

interface Known extends CollectedStatistics {
  readonly site: string;
}

const columnStatistics = z.object({
  nullFraction: z.number(),
  distinct: z.number(),
  width: z.number(),
  common: z.array(z.object({ text: z.string(), fraction: z.number() })),
  histogram: z.array(z.string()),
  correlation: z.number().optional(),
});
const storedDetails = z.object({
  columns: z.record(z.string(), columnStatistics),
  combinations: z.array(z.object({ columns: z.array(z.string()), distinct: z.number() })),
  indexes: z.array(z.array(z.string())),
  values: z.record(z.string(), z.array(z.string().nullable())).optional(),
});

const keyOf = (site: string, schema: string, name: string): string => JSON.stringify([site, schema, name]);

export class StatisticsStore implements Statistics {
  private readonly connection: AdminConnection;
  private readonly sizeAtRefresh: (table: SourceTable) => number | undefined;
  private readonly known = new Map<string, Known>();

  /** `sizeAtRefresh`: rows by the last listing of the source, for tables without statistics. */
  constructor(connection: AdminConnection, sizeAtRefresh: (table: SourceTable) => number | undefined) {
    this.connection = connection;
    this.sizeAtRefresh = sizeAtRefresh;
  }

  table(table: SourceTable): TableStatistics | undefined {
    const known = this.known.get(keyOf(table.site, table.schema, table.name));
    if (known) return known.table;
    const rows = this.sizeAtRefresh(table);
    return rows === undefined ? undefined : tableOfRows(rows);
  }

  /** Of the last collection. */
  version(site: string, schema: string, name: string): string | undefined {
    return this.known.get(keyOf(site, schema, name))?.version;
  }

  /** Tables that a source does not hold any more: their figures go. */
  async retain(site: string, held: readonly { readonly schema: string; readonly name: string }[]): Promise<void> {
    const keys = new Set(held.map(({ schema, name }) => keyOf(site, schema, name)));
    const gone = [...this.known].filter(([key, known]) => known.site === site && !keys.has(key));
    if (gone.length === 0) return;
    for (const [key] of gone) this.known.delete(key);
    await this.connection.rows(
      `DELETE FROM tributary.statistics s USING unnest($2::text[], $3::text[]) g(schema, name)
         WHERE s.site = $1 AND s.source_schema = g.schema AND s.source_name = g.name`,
      [site, gone.map(([, { schema }]) => schema), gone.map(([, { name }]) => name)],
    );
  }

  /** What earlier runs of the gateway found out. */
  async load(): Promise<void> {
    const rows = await this.connection.rows<{
      site: string; source_schema: string; source_name: string; version: string; rows: number; details: unknown;
    }>('SELECT site, source_schema, source_name, version, rows, details FROM tributary.statistics'); // prettier-ignore
    for (const row of rows) {
      const { columns, combinations, indexes, values } = storedDetails.parse(row.details);
      const table = {
        rows: row.rows,
        columns: new Map(Object.entries(columns)),
        combinations,
        indexes,
        values: values && new Map(Object.entries(values)),
      };
      const { site, source_schema: schema, source_name: name, version } = row;
      this.known.set(keyOf(site, schema, name), { site, schema, name, version, table });
    }
  }

  async save(site: string, { schema, name, version, table }: CollectedStatistics): Promise<void> {
    this.known.set(keyOf(site, schema, name), { site, schema, name, version, table });
    const { columns, combinations, indexes, values } = table;
    const details = { columns: Object.fromEntries(columns), combinations, indexes, values: values && Object.fromEntries(values) };
    await this.connection.rows(
      `INSERT INTO tributary.statistics (site, source_schema, source_name, version, rows, details) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (site, source_schema, source_name) DO UPDATE SET version = excluded.version, rows = excluded.rows,
           details = excluded.details, collected_at = excluded.collected_at`,
      [site, schema, name, version, table.rows, JSON.stringify(details)],
    );
  }
}
