/** The 24 TPC-DS tables with their CSV files at a scale of the specification's: made once, kept below `folder`. */
import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../../../bench/random.ts';
import type { FederationTable } from '../../support/federation.ts';
import { csvOf } from './csv.ts';
import { DIMENSION_TABLES } from './dimension-tables.ts';
import { dimensionRows, type Sizes } from './dimensions.ts';
import { FACT_TABLES } from './fact-tables.ts';
import { FactMaker } from './facts.ts';

/** Changes with the data: files of an older making are not taken. */
const VERSION = 1;

const sizesAt = (scale: number): Sizes => ({
  customers: Math.max(150, Math.round(100_000 * scale)),
  addresses: Math.max(80, Math.round(50_000 * scale)),
  items: Math.max(120, Math.round(18_000 * scale)),
  storeSales: Math.round(2_880_000 * scale),
  catalogSales: Math.round(1_440_000 * scale),
  webSales: Math.round(720_000 * scale),
});

export async function tpcdsTables(scale: number, folder: string): Promise<readonly FederationTable[]> {
  const target = path.join(folder, `tpcds-${VERSION}-${scale}`);
  const tables = [...DIMENSION_TABLES, ...FACT_TABLES];
  if (!(await stat(target).catch(() => undefined))) await writeAll(scale, target);
  return tables.map((table) => ({ ...table, csvFile: path.join(target, `${table.name}.csv`) }));
}

async function writeAll(scale: number, target: string): Promise<void> {
  const work = `${target}.${process.pid}`;
  await mkdir(work, { recursive: true });
  const sizes = sizesAt(scale);
  const rows = { ...dimensionRows(new Random(71), sizes), ...new FactMaker(new Random(72), sizes).make() };
  for (const table of [...DIMENSION_TABLES, ...FACT_TABLES]) {
    const ofTable = rows[table.name as keyof typeof rows];
    if (ofTable === undefined) throw new Error(`nobody makes rows of ${table.name}`);
    await writeFile(path.join(work, `${table.name}.csv`), csvOf(table, ofTable));
  }
  // The PostgreSQL servers that load them may run as another user.
  await chmod(work, 0o755);
  // Another process may have been quicker; its files are the same.
  await rename(work, target).catch(async (error: unknown) => {
    if (!(await stat(target).catch(() => undefined))) throw error;
  });
}
