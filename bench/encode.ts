/**
 * Columns to DataRow messages: million rows a second for five columns, text and binary.
 * Run: node tests/support/run-typescript.cjs bench/encode.ts
 */
import type { Batch } from '../core/batch.ts';
import { columnFromDatums } from '../core/column.ts';
import { sqlType } from '../core/sql-type.ts';
import { createRowEncoder } from '../server/encode/row-encoder.ts';

const ROWS = 16_384;
const ROUNDS = 60;
const types = [sqlType('int8'), sqlType('numeric'), sqlType('date'), sqlType('text'), sqlType('float8')];
const rows = Array.from({ length: ROWS }, (_, i) => i);
const batch: Batch = {
  length: ROWS,
  columns: [
    columnFromDatums(
      types[0]!,
      rows.map((i) => i * 7919),
    ),
    columnFromDatums(
      types[1]!,
      rows.map((i) => ({ kind: 'finite', unscaled: BigInt(i * 317), scale: 2 })),
    ),
    columnFromDatums(
      types[2]!,
      rows.map((i) => i % 4000),
    ),
    columnFromDatums(
      types[3]!,
      rows.map((i) => `customer ${i}`),
    ),
    columnFromDatums(
      types[4]!,
      rows.map((i) => i / 4),
    ),
  ],
};
const settings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
} as const;

for (const format of [0, 1] as const) {
  const encoder = createRowEncoder(
    types,
    types.map(() => format),
    settings,
  );
  let bytes = 0;
  for (let i = 0; i < 10; i++) encoder.encode(batch, 0, ROWS);
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) bytes += encoder.encode(batch, 0, ROWS).length;
  const seconds = (performance.now() - start) / 1000;
  const rate = (ROWS * ROUNDS) / seconds / 1e6;
  console.log(`${format === 0 ? 'text' : 'binary'}: ${rate.toFixed(1)} Mrow/s, ${(bytes / seconds / 1e6).toFixed(0)} MB/s`);
}
