/** The 24 TPC-DS tables with their CSV files at a scale of the specification's: made once, then kept. */
import path from 'node:path';
import { csvLines } from '../../../bench/csv.ts';
import { DATA_FOLDER, makeOnce, writeRows } from '../../../bench/data-folder.ts';
import { Random } from '../../../bench/random.ts';
import type { FederationTable } from '../../support/federation.ts';
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

export async function tpcdsTables(scale: number): Promise<readonly FederationTable[]> {
  const tables = [...DIMENSION_TABLES, ...FACT_TABLES];
  const folder = await makeOnce(path.join(DATA_FOLDER, `tpcds-${VERSION}-${scale}`), async (work) => {
    const sizes = sizesAt(scale);
    const rows = { ...dimensionRows(new Random(71), sizes), ...new FactMaker(new Random(72), sizes).make() };
    for (const table of tables) {
      const ofTable = rows[table.name as keyof typeof rows];
      if (ofTable === undefined) throw new Error(`nobody makes rows of ${table.name}`);
      await writeRows(path.join(work, `${table.name}.csv`), csvLines(table, ofTable));
    }
  });
  return tables.map((table) => ({ ...table, csvFile: path.join(folder, `${table.name}.csv`) }));
}
