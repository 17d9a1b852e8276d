/**
 * Writes the statistics files: what PostgreSQL finds out about TPC-H and the film database, at a tenth and a fifth of their
 * sizes. `node tests/support/run-typescript.cjs tests/plans/sets/write-statistics.ts`, when the data or the schemas change.
 */
import { writeFileSync } from 'node:fs';
import pg from 'pg';
import type { ColumnStatistics, TableStatistics } from '../../../algebra/statistics.ts';
import { readStatistics } from '../../../connectors/postgres/statistics.ts';
import { JOB } from '../../conformance/job.ts';
import { TPCH } from '../../conformance/tpch.ts';
import { Federation } from '../../support/federation.ts';
import { statisticsFile, type ColumnEntry, type TableEntry } from './statistics-file.ts';

const COMMON_MAX = 8;
const PARTS = 20;
/** Longer texts are left out: they are comments. */
const TEXT_MAX = 40;

const rounded = (value: number): number => Number(value.toPrecision(3));

function columnEntry({ nullFraction, distinct, width, common, histogram }: ColumnStatistics): ColumnEntry {
  const frequent = common.slice(0, COMMON_MAX).map(({ text, fraction }) => [text, rounded(fraction)] as const);
  const bounds = Array.from({ length: PARTS + 1 }, (_, i) => histogram[Math.round((i * (histogram.length - 1)) / PARTS)] ?? '');
  const isShort = histogram.length > 0 && bounds.every((bound) => bound.length <= TEXT_MAX);
  return [rounded(nullFraction), rounded(distinct), rounded(width), frequent, isShort ? [...new Set(bounds)] : []];
}

const tableEntry = ({ rows, indexes, columns }: TableStatistics): TableEntry => ({
  rows: rounded(rows),
  indexes,
  columns: Object.fromEntries([...columns].map(([name, column]) => [name, columnEntry(column)])),
});

/** A column a line. */
function text(entries: Readonly<Record<string, TableEntry>>): string {
  const tables = Object.entries(entries).map(([name, { rows, indexes, columns }]) => {
    const lines = Object.entries(columns).map(([column, entry]) => `   ${JSON.stringify(column)}: ${JSON.stringify(entry)}`);
    const head = ` ${JSON.stringify(name)}: { "rows": ${rows}, "indexes": ${JSON.stringify(indexes)}, "columns": {`;
    return `${head}\n${lines.join(',\n')} } }`;
  });
  return `{\n${tables.join(',\n')}\n}\n`;
}

async function main(): Promise<void> {
  for (const [set, scale] of [
    [TPCH, 0.1],
    [JOB, 0.2],
  ] as const) {
    // prettier-ignore
    const tables = await set.tables(scale);
    const federation = await Federation.create(tables);
    try {
      const client = new pg.Client(federation.oracleConfig());
      await client.connect();
      const requests = tables.map(({ name, columns }) => ({
        schema: 'public',
        name,
        columns: columns.map((column) => column.split(' ')[0]!),
      }));
      const collected = await readStatistics(client, requests);
      await client.end();
      const byName = [...collected].sort((a, b) => (a.name < b.name ? -1 : 1));
      writeFileSync(
        statisticsFile(set.name),
        text(Object.fromEntries(byName.map(({ name, table }) => [name, tableEntry(table)]))),
      );
    } finally {
      await federation.stop();
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
