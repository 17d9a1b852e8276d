/**
 * Statistics of a query set's tables from a file, the same wherever a table stands; only PostgreSQL has indexes. Written by
 * write-statistics.ts from data of some size, with short lists and round figures: enough for plans as real ones are.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommonValue, Statistics, TableStatistics } from '../../../algebra/statistics.ts';

/** [null fraction, distinct, width, frequent values, histogram] */
export type ColumnEntry = readonly [number, number, number, readonly (readonly [string, number])[], readonly string[]];

export interface TableEntry {
  readonly rows: number;
  readonly indexes: readonly (readonly string[])[];
  readonly columns: Readonly<Record<string, ColumnEntry>>;
}

export const statisticsFile = (set: string): string => path.join(__dirname, `${set}-statistics.json`);

export function statisticsOf(set: string): Statistics {
  const entries = JSON.parse(readFileSync(statisticsFile(set), 'utf8')) as Readonly<Record<string, TableEntry>>;
  const tables = new Map(Object.entries(entries).map(([name, entry]) => [name, tableOf(entry)]));
  return {
    table: ({ site, name }) => {
      const table = tables.get(name);
      return table && site.startsWith('duck') ? { ...table, indexes: [] } : table;
    },
  };
}

const tableOf = ({ rows, indexes, columns }: TableEntry): TableStatistics => ({
  rows,
  indexes,
  combinations: [],
  columns: new Map(
    Object.entries(columns).map(([name, [nullFraction, distinct, width, frequent, histogram]]) => {
      const common = frequent.map(([text, fraction]): CommonValue => ({ text, fraction }));
      return [name, { nullFraction, distinct, width, common, histogram }];
    }),
  ),
});
