/**
 * DataRow messages → batches: the hot loop of every scan of a PostgreSQL source. A function is generated for the column
 * list; it writes each value's binary form into the column's final memory, so that no value ever is a JavaScript object.
 * Invariant: a batch handed over is never written again; the next one begins with memory of its own.
 */
import { assert } from '../../core/assert.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import type { Batch } from '../../core/batch.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { columnSink, sinkCode } from './column-sinks.ts';
import type { ColumnSink } from './column-sink.ts';
import type { RowSink } from './message-reader.ts';

const FIRST_ROWS = 64;
/** A batch is closed early when its strings have grown this large. */
const BATCH_BYTES = 8 * 1024 * 1024;

interface DecoderState {
  row: number;
}
/** Decodes whole messages from buffer[at, end) until `limit` rows; answers the position reached. */
type DecodeRows = (
  state: DecoderState,
  sinks: readonly ColumnSink[],
  buffer: Buffer,
  view: DataView,
  at: number,
  end: number,
  limit: number,
) => number;

export class RowDecoder implements RowSink {
  private readonly state: DecoderState = { row: 0 };
  private readonly sinks: readonly ColumnSink[];
  private readonly decode: DecodeRows;
  private readonly onBatch: (batch: Batch) => void;
  private capacity = FIRST_ROWS;

  constructor(types: readonly SqlType[], onBatch: (batch: Batch) => void) {
    this.sinks = types.map(columnSink);
    this.decode = decoderFor(types);
    this.onBatch = onBatch;
    for (const sink of this.sinks) sink.start(this.capacity);
  }

  get pendingRows(): number {
    return this.state.row;
  }

  rows(buffer: Buffer, from: number, to: number): number {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    let at = from;
    for (;;) {
      at = this.decode(this.state, this.sinks, buffer, view, at, to, this.capacity);
      if (this.state.row < this.capacity) break;
      if (this.capacity < BATCH_ROWS) this.grow();
      else this.flush();
    }
    if (this.sinks.reduce((sum, sink) => sum + sink.used, 0) > BATCH_BYTES) this.flush();
    return at;
  }

  /** Hands over what has been decoded so far. */
  flush(): void {
    const length = this.state.row;
    if (length === 0) return;
    const columns = this.sinks.map((sink) => sink.take(length));
    this.state.row = 0;
    for (const sink of this.sinks) sink.start(this.capacity);
    this.onBatch({ length, columns });
  }

  private grow(): void {
    this.capacity = Math.min(this.capacity * 4, BATCH_ROWS);
    for (const sink of this.sinks) sink.grow(this.capacity);
  }
}

const decoders = new Map<string, DecodeRows>();
const DECODERS_MAX = 500;

/** The generated function depends on the kinds alone, so column lists of the same kinds share one. */
function decoderFor(types: readonly SqlType[]): DecodeRows {
  const key = types.map((type) => type.kind).join(',');
  let decode = decoders.get(key);
  if (decode === undefined) {
    assert(types.length <= 1664, 'more columns than a PostgreSQL result has');
    // oxlint-disable-next-line typescript/no-implied-eval -- built from the constant pieces of column-sinks.ts and column numbers
    decode = new Function('state', 'sinks', 'buffer', 'view', 'at', 'end', 'limit', decoderCode(types)) as DecodeRows;
    if (decoders.size >= DECODERS_MAX) decoders.clear();
    decoders.set(key, decode);
  }
  return decode;
}

function decoderCode(types: readonly SqlType[]): string {
  const codes = types.map((type, i) => sinkCode(type, i));
  return `'use strict';
let row = state.row, p = 0, n = 0;
${codes.map((code) => code.before).join('\n')}
while (row < limit && end - at >= 5 && buffer[at] === 68) {
  const next = at + 1 + ((buffer[at + 1] << 24) | (buffer[at + 2] << 16) | (buffer[at + 3] << 8) | buffer[at + 4]);
  if (next > end) break;
  if (((buffer[at + 5] << 8) | buffer[at + 6]) !== ${types.length}) throw new Error('a row of another shape');
  p = at + 7;
${codes
  .map(
    (code, i) => `  n = (buffer[p] << 24) | (buffer[p + 1] << 16) | (buffer[p + 2] << 8) | buffer[p + 3];
  p += 4;
  if (n < 0) { sink${i}.setNull(row);${code.onNull} } else { ${code.onValue} p += n; }`,
  )
  .join('\n')}
  at = next;
  row++;
}
${codes.map((code) => code.after).join('\n')}
state.row = row;
return at;`;
}
