/**
 * Batches to DataRow messages, the last step of a federated query before the socket. One encoder per result (column types,
 * formats and settings do not change while a portal runs); rows are written one after another into one buffer, value by
 * value, without a JavaScript object per value.
 */
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { layoutOf } from '../../core/layout.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { textContext } from '../../core/text-format.ts';
import type { TextSettings } from '../../core/text-settings.ts';
import { createBinaryWriter } from './binary-writers.ts';
import { Output } from './output.ts';
import { createTextWriter } from './text-writers.ts';
import type { ValueWriter } from './value-writer.ts';

export interface RowEncoder {
  /** Rows [from, to) as DataRow messages. The bytes belong to the caller. */
  encode(batch: Batch, from: number, to: number): Uint8Array;
}

/** Type byte, length, column count. */
const HEADER_BYTES = 7;

/**
 * `formats[i]`: 0 text, 1 binary, one per column. 0A000 for a binary format that a type of ours does not have, 22023 for
 * an unknown time zone.
 */
export function createRowEncoder(types: readonly SqlType[], formats: readonly (0 | 1)[], settings: TextSettings): RowEncoder {
  assert(types.length === formats.length, 'one format per column');
  const context = textContext(settings);
  const make = (i: number, layout: Column['layout']): ValueWriter =>
    formats[i] === 1 ? createBinaryWriter(types[i]!, layout) : createTextWriter(types[i]!, layout, context);
  const preferred = types.map((type, i) => make(i, layoutOf(type.kind)));
  // Numeric has a second layout; which one comes is known batch by batch.
  const other = types.map((type, i) => (type.kind === 'numeric' ? make(i, 'bytes') : null));
  const slack = preferred.reduce((sum, writer) => sum + writer.bound + 4, HEADER_BYTES);
  const output = new Output(slack);

  const bind = (batch: Batch): ValueWriter[] =>
    batch.columns.map((column, i) => {
      const writer = column.layout === layoutOf(types[i]!.kind) ? preferred[i]! : other[i];
      assert(writer, `a ${types[i]!.name} column in ${column.layout} layout`);
      writer.bind(column);
      return writer;
    });

  return {
    encode(batch, from, to) {
      assert(batch.columns.length === types.length, 'a batch of other columns');
      const writers = bind(batch);
      const valid = batch.columns.map((column) => column.valid);
      output.begin(to - from);
      let at = 0;
      for (let row = from; row < to; row++) {
        output.reserve(at, 0);
        at = writeRow(output, writers, valid, row, at);
      }
      return output.end(at);
    },
  };
}

function writeRow(
  output: Output,
  writers: readonly ValueWriter[],
  valid: readonly (Uint8Array | null)[],
  row: number,
  start: number,
): number {
  let at = start + HEADER_BYTES;
  const count = writers.length;
  for (let i = 0; i < count; i++) {
    const bits = valid[i]!;
    if (bits !== null && ((bits[row >> 3]! >> (row & 7)) & 1) === 0) {
      at = writeLength(output.bytes, at, -1);
    } else {
      const end = writers[i]!.write(output, row, at + 4);
      writeLength(output.bytes, at, end - at - 4);
      at = end;
    }
  }
  const { bytes } = output;
  bytes[start] = 0x44;
  writeLength(bytes, start + 1, at - start - 1);
  bytes[start + 5] = count >> 8;
  bytes[start + 6] = count;
  return at;
}

function writeLength(bytes: Uint8Array, at: number, length: number): number {
  bytes[at] = length >> 24;
  bytes[at + 1] = length >> 16;
  bytes[at + 2] = length >> 8;
  bytes[at + 3] = length;
  return at + 4;
}
