/**
 * Where the values of one column go while rows are decoded: growing memory in the column's final layout (core/batch.ts),
 * and the piece of generated code that writes a value there. Driven by row-decoder.ts, one sink per column and query.
 */
import type { Column } from '../../core/batch.ts';
import { layoutOf } from '../../core/layout.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { ColumnSink, enlarged } from './column-sink.ts';
import { NumericSink } from './numeric-sink.ts';
import { isMadeOfRows, relabelValue } from './object-numbers.ts';

class BoolSink extends ColumnSink {
  values = new Uint8Array(0);
  protected override allocate(capacity: number): void {
    this.values = new Uint8Array(capacity);
  }
  protected override enlarge(capacity: number): void {
    this.values = new Uint8Array(enlarged(this.values, capacity));
  }
  override take(length: number): Column {
    return { layout: 'bool', length, valid: this.takeValid(length), values: this.values.subarray(0, length) };
  }
}

class Int32Sink extends ColumnSink {
  values = new Int32Array(0);
  protected override allocate(capacity: number): void {
    this.values = new Int32Array(capacity);
  }
  protected override enlarge(capacity: number): void {
    const smaller = this.values;
    this.values = new Int32Array(capacity);
    this.values.set(smaller);
  }
  override take(length: number): Column {
    return { layout: 'int32', length, valid: this.takeValid(length), values: this.values.subarray(0, length) };
  }
}

class Float64Sink extends ColumnSink {
  values = new Float64Array(0);
  protected override allocate(capacity: number): void {
    this.values = new Float64Array(capacity);
  }
  protected override enlarge(capacity: number): void {
    const smaller = this.values;
    this.values = new Float64Array(capacity);
    this.values.set(smaller);
  }
  override take(length: number): Column {
    return { layout: 'float64', length, valid: this.takeValid(length), values: this.values.subarray(0, length) };
  }
}

class Int64Sink extends ColumnSink {
  words = new Int32Array(0);
  protected override allocate(capacity: number): void {
    this.words = new Int32Array(capacity * 2);
  }
  protected override enlarge(capacity: number): void {
    const smaller = this.words;
    this.words = new Int32Array(capacity * 2);
    this.words.set(smaller);
  }
  override take(length: number): Column {
    const words = this.words.subarray(0, length * 2);
    return { layout: 'int64', length, valid: this.takeValid(length), values: new BigInt64Array(words.buffer, 0, length), words };
  }
}

class Fixed16Sink extends ColumnSink {
  data = new Uint8Array(0);
  protected override allocate(capacity: number): void {
    this.data = new Uint8Array(capacity * 16);
  }
  protected override enlarge(capacity: number): void {
    this.data = new Uint8Array(enlarged(this.data, capacity * 16));
  }
  override take(length: number): Column {
    return { layout: 'fixed16', length, valid: this.takeValid(length), data: this.data.subarray(0, length * 16) };
  }
}

const BYTES_PER_ROW_GUESS = 16;

export class BytesSink extends ColumnSink {
  data: Uint8Array = new Uint8Array(0);
  offsets = new Int32Array(1);
  private readonly type: SqlType;
  /** The source's OID of an array's elements is replaced by the catalog's. */
  private readonly elementOid: number;
  private readonly isMadeOfRows: boolean;
  private bytesPerRow = BYTES_PER_ROW_GUESS;
  constructor(type: SqlType) {
    super();
    this.type = type;
    this.elementOid = type.element?.oid ?? 0;
    this.isMadeOfRows = isMadeOfRows(type);
  }
  protected override allocate(capacity: number): void {
    this.data = new Uint8Array(Math.ceil(capacity * this.bytesPerRow));
    this.offsets = new Int32Array(capacity + 1);
  }
  protected override enlarge(capacity: number): void {
    const smaller = this.offsets;
    this.offsets = new Int32Array(capacity + 1);
    this.offsets.set(smaller);
  }
  /** Makes room for `more` bytes beyond `used`; answers the memory to write to. */
  reserve(used: number, more: number): Uint8Array {
    if (used + more > this.data.length) {
      this.data = enlarged(this.data.subarray(0, used), Math.max(this.data.length * 2, used + more));
    }
    return this.data;
  }
  /** Gives the array or row at data[at…] the catalog's OIDs; an empty array has one too. */
  relabel(data: Uint8Array, at: number): void {
    if (this.isMadeOfRows) {
      relabelValue(this.type, data, at);
      return;
    }
    const oid = this.elementOid;
    data[at + 8] = oid >>> 24;
    data[at + 9] = oid >>> 16;
    data[at + 10] = oid >>> 8;
    data[at + 11] = oid;
  }
  override take(length: number): Column {
    this.bytesPerRow = Math.min(4096, (this.used / length) * 1.1 + 1);
    const offsets = this.offsets.subarray(0, length + 1);
    return { layout: 'bytes', length, valid: this.takeValid(length), offsets, data: this.data.subarray(0, this.used) };
  }
}

export function columnSink(type: SqlType): ColumnSink {
  switch (layoutOf(type.kind)) {
    case 'bool':
      return new BoolSink();
    case 'int32':
      return new Int32Sink();
    case 'int64':
      return new Int64Sink();
    case 'float64':
      return new Float64Sink();
    case 'fixed16':
      return new Fixed16Sink();
    case 'decimal':
      return new NumericSink();
    case 'bytes':
      return new BytesSink(type);
  }
}

/** Pieces of the generated function: `n` is the value's length, `p` where it starts, `row` the row. */
export interface SinkCode {
  readonly before: string;
  readonly onValue: string;
  readonly onNull: string;
  readonly after: string;
}

const BIG_ENDIAN_32 = (at: string): string =>
  `(buffer[${at}] << 24) | (buffer[${at} + 1] << 16) | (buffer[${at} + 2] << 8) | buffer[${at} + 3]`;
/** Copied byte by byte up to here; beyond, a native copy pays for its call. */
const SHORT_BYTES = 24;

export function sinkCode(type: SqlType, i: number): SinkCode {
  const before = `const sink${i} = sinks[${i}];`;
  const values = `${before} const values${i} = sink${i}.values;`;
  const plain = (start: string, onValue: string): SinkCode => ({ before: start, onValue, onNull: '', after: '' });
  switch (type.kind) {
    case 'bool':
      return plain(values, `values${i}[row] = buffer[p];`);
    case 'int2':
      return plain(values, `values${i}[row] = ((buffer[p] << 24) >> 16) | buffer[p + 1];`);
    case 'int4':
    case 'date':
      return plain(values, `values${i}[row] = ${BIG_ENDIAN_32('p')};`);
    case 'float4':
      return plain(values, `values${i}[row] = view.getFloat32(p);`);
    case 'float8':
      return plain(values, `values${i}[row] = view.getFloat64(p);`);
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return plain(
        `${before} const words${i} = sink${i}.words;`,
        `words${i}[row * 2 + 1] = ${BIG_ENDIAN_32('p')}; words${i}[row * 2] = ${BIG_ENDIAN_32('(p + 4)')};`,
      );
    case 'numeric':
      return plain(before, `sink${i}.put(buffer, p, n, row);`);
    case 'uuid':
      return plain(
        `${before} const data${i} = sink${i}.data;`,
        `for (let k = 0; k < 16; k++) data${i}[row * 16 + k] = buffer[p + k];`,
      );
    case 'interval':
      // Three big-endian numbers (µs, days, months) turned round in place.
      return plain(
        `${before} const data${i} = sink${i}.data;`,
        `for (let k = 0, to = row * 16; k < 8; k++) data${i}[to + k] = buffer[p + 7 - k];
    for (let k = 0, to = row * 16 + 8; k < 4; k++) { data${i}[to + k] = buffer[p + 11 - k]; data${i}[to + 4 + k] = buffer[p + 15 - k]; }`,
      );
    default:
      return bytesCode(type, i, before);
  }
}

function bytesCode(type: SqlType, i: number, before: string): SinkCode {
  // The first byte of binary jsonb is its version, 1.
  const skip = type.kind === 'jsonb' ? 1 : 0;
  const start = skip === 0 ? 'p' : 'p + 1';
  const length = skip === 0 ? 'n' : 'n - 1';
  const relabel = type.kind === 'array' || type.kind === 'composite' ? `sink${i}.relabel(data${i}, used${i});` : '';
  return {
    before: `${before} let data${i} = sink${i}.data, used${i} = sink${i}.used; const offsets${i} = sink${i}.offsets;`,
    onValue: `if (used${i} + n > data${i}.length) data${i} = sink${i}.reserve(used${i}, n);
    if (n <= ${SHORT_BYTES}) for (let k = 0, from = ${start}, m = ${length}; k < m; k++) data${i}[used${i} + k] = buffer[from + k];
    else data${i}.set(buffer.subarray(${start}, p + n), used${i});
    ${relabel} used${i} += ${length}; offsets${i}[row + 1] = used${i};`,
    onNull: ` offsets${i}[row + 1] = used${i};`,
    after: `sink${i}.used = used${i};`,
  };
}
