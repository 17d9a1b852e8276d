/** Tables whose rows tell the rates of the cost model apart: keys that match once, ten times, or never. */
import path from 'node:path';
import type { FederationTable } from '../../tests/support/federation.ts';
import { csvLines, type Cell } from '../csv.ts';
import { DATA_FOLDER, makeOnce, writeRows } from '../data-folder.ts';
import { Random } from '../random.ts';

/** Far apart, so that no database makes an array of a range of keys. */
const SPREAD = 7919;
export const TEXT_BYTES = 200;

interface Sizes {
  readonly facts: number;
  readonly small: number;
  readonly few: number;
  readonly texts: number;
}

export const sizesOf = (rows: number): Sizes => ({ facts: rows, small: rows / 10, few: 2_000, texts: rows / 4 });

interface MadeTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey?: readonly string[];
  readonly indexes?: readonly string[];
  readonly rows: () => Iterable<readonly Cell[]>;
}

function shuffled(length: number, seed: number): readonly number[] {
  const random = new Random(seed);
  const values = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const other = random.between(0, i);
    [values[i], values[other]] = [values[other]!, values[i]!];
  }
  return values;
}

function* rowsOf(length: number, row: (i: number) => readonly Cell[]): Generator<readonly Cell[]> {
  for (let i = 0; i < length; i++) yield row(i);
}

/** `k`: a tenth as many values as rows, none of which is an `absent`; `scattered`: `id` in another order. */
function madeTables(rows: number): readonly MadeTable[] {
  const { facts, small, few, texts } = sizesOf(rows);
  const scattered = shuffled(facts, 1);
  const keys = shuffled(facts, 2);
  const bigint = (name: string): string => `${name} bigint NOT NULL`;
  return [
    {
      name: 'facts',
      columns: ['id', 'k', 'scattered', 'other'].map(bigint),
      primaryKey: ['id'],
      indexes: ['scattered'],
      rows: () => rowsOf(facts, (i) => [i, (keys[i]! % small) * 2 * SPREAD, scattered[i]!, i * 3]),
    },
    {
      name: 'small',
      columns: ['absent', 'fact'].map(bigint),
      rows: () => rowsOf(small, (i) => [(2 * i + 1) * SPREAD, scattered[i]!]),
    },
    {
      name: 'large',
      columns: ['absent', 'fact'].map(bigint),
      rows: () => rowsOf(facts, (i) => [(2 * i + 1) * SPREAD, scattered[i]!]),
    },
    { name: 'few', columns: [bigint('id')], rows: () => rowsOf(few, (i) => [i]) },
    { name: 'one', columns: [bigint('id')], rows: () => [[1]] },
    {
      name: 'texts',
      columns: ['t text NOT NULL'],
      rows: () => rowsOf(texts, (i) => [`text ${i} `.padEnd(TEXT_BYTES, 'abcdefgh')]),
    },
  ];
}

export async function calibrationTables(rows: number): Promise<readonly FederationTable[]> {
  const tables = madeTables(rows);
  const folder = await makeOnce(path.join(DATA_FOLDER, `calibrate-${rows}`), async (target) => {
    for (const table of tables) await writeRows(path.join(target, `${table.name}.csv`), csvLines(table, table.rows()));
  });
  return tables.map(({ name, columns, primaryKey, indexes }) => ({
    name,
    columns,
    ...(primaryKey ? { primaryKey } : {}),
    ...(indexes ? { indexes } : {}),
    csvFile: path.join(folder, `${name}.csv`),
  }));
}
