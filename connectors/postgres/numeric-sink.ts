/**
 * Binary numerics → the decimal layout while all of a batch share one display scale and fit 64 bits; from the first that
 * does not, the batch's column is in the bytes layout, which holds the wire's own form.
 */
import type { Column } from '../../core/batch.ts';
import { decimalToBinary, unscaledFromBinary } from '../../core/numeric-binary.ts';
import { ColumnSink, enlarged } from './column-sink.ts';

const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const EXACT_MAX = 9007199254740992;
const NEGATIVE = 0x4000;

export class NumericSink extends ColumnSink {
  private values = new BigInt64Array(0);
  private words = new Int32Array(0);
  private scale = -1;
  private offsets: Int32Array | null = null;
  private data: Uint8Array = new Uint8Array(0);

  protected override allocate(capacity: number): void {
    this.values = new BigInt64Array(capacity);
    this.words = new Int32Array(this.values.buffer);
    this.scale = -1;
    this.offsets = null;
  }
  protected override enlarge(capacity: number): void {
    if (this.offsets !== null) {
      const larger = new Int32Array(capacity + 1);
      larger.set(this.offsets);
      this.offsets = larger;
      return;
    }
    const smaller = this.values;
    this.values = new BigInt64Array(capacity);
    this.values.set(smaller);
    this.words = new Int32Array(this.values.buffer);
  }

  override setNull(row: number): void {
    super.setNull(row);
    if (this.offsets !== null) this.offsets[row + 1] = this.used;
  }

  /** The numeric at buffer[p, p + n). */
  put(buffer: Buffer, p: number, n: number, row: number): void {
    if (this.offsets === null) {
      const sign = (buffer[p + 4]! << 8) | buffer[p + 5]!;
      const scale = (buffer[p + 6]! << 8) | buffer[p + 7]!;
      if (
        (sign === 0 || sign === NEGATIVE) &&
        (this.scale === scale || this.scale < 0) &&
        this.putDecimal(buffer, p, n, row, sign, scale)
      ) {
        this.scale = scale;
        return;
      }
      this.fall(row);
    }
    this.append(buffer.subarray(p, p + n), row);
  }

  private putDecimal(buffer: Buffer, p: number, n: number, row: number, sign: number, scale: number): boolean {
    const digits = (buffer[p]! << 8) | buffer[p + 1]!;
    const weight = ((buffer[p + 2]! << 24) >> 16) | buffer[p + 3]!;
    const shift = scale - 4 * (digits - 1 - weight);
    if (digits <= 4 && shift > -16 && shift < 16) {
      let value = 0;
      for (let k = 0, at = p + 8; k < digits; k++, at += 2) value = value * 10000 + ((buffer[at]! << 8) | buffer[at + 1]!);
      if (value < EXACT_MAX) {
        // Digits beyond the display scale are zeros, so that the division is exact.
        value = shift >= 0 ? value * POWERS[shift]! : value / POWERS[-shift]!;
        if (value < EXACT_MAX) {
          if (sign !== 0) value = -value;
          const high = Math.floor(value / 4294967296);
          this.words[row * 2] = value - high * 4294967296;
          this.words[row * 2 + 1] = high;
          return true;
        }
      }
    }
    const unscaled = unscaledFromBinary(buffer, p, p + n);
    if (unscaled === undefined) return false;
    this.values[row] = BigInt(unscaled);
    return true;
  }

  /** Rewrites the rows before `row` in the bytes layout. */
  private fall(row: number): void {
    this.offsets = new Int32Array(this.capacity + 1);
    this.data = new Uint8Array(this.capacity * 16);
    this.used = 0;
    for (let r = 0; r < row; r++) {
      const isNull = this.valid !== null && ((this.valid[r >> 3]! >> (r & 7)) & 1) === 0;
      if (isNull) this.offsets[r + 1] = this.used;
      else this.append(decimalToBinary(this.values[r]!, this.scale), r);
    }
  }

  private append(bytes: Uint8Array, row: number): void {
    if (this.used + bytes.length > this.data.length) {
      this.data = enlarged(this.data.subarray(0, this.used), Math.max(this.data.length * 2, this.used + bytes.length));
    }
    this.data.set(bytes, this.used);
    this.used += bytes.length;
    this.offsets![row + 1] = this.used;
  }

  override take(length: number): Column {
    const valid = this.takeValid(length);
    if (this.offsets !== null) {
      return {
        layout: 'bytes',
        length,
        valid,
        offsets: this.offsets.subarray(0, length + 1),
        data: this.data.subarray(0, this.used),
      };
    }
    const scale = Math.max(this.scale, 0);
    return {
      layout: 'decimal',
      length,
      valid,
      scale,
      values: this.values.subarray(0, length),
      words: this.words.subarray(0, length * 2),
    };
  }
}
