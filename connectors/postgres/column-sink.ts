/**
 * What every column sink has in common: memory for one batch that grows with its rows, and the validity bitmap, which exists
 * from the first NULL on.
 */
import type { Column } from '../../core/batch.ts';
import { bitmapBytes } from '../../core/layout.ts';

export abstract class ColumnSink {
  /** Bytes of strings collected; 0 for fixed-width columns. */
  used = 0;
  protected valid: Uint8Array | null = null;
  protected capacity = 0;

  /** Begins a batch of up to `capacity` rows. */
  start(capacity: number): void {
    this.capacity = capacity;
    this.valid = null;
    this.used = 0;
    this.allocate(capacity);
  }
  grow(capacity: number): void {
    this.capacity = capacity;
    if (this.valid !== null) this.valid = enlarged(this.valid, bitmapBytes(capacity), 0xff);
    this.enlarge(capacity);
  }
  setNull(row: number): void {
    this.valid ??= new Uint8Array(bitmapBytes(this.capacity)).fill(0xff);
    this.valid[row >> 3]! &= ~(1 << (row & 7));
  }
  protected takeValid(length: number): Uint8Array | null {
    return this.valid === null ? null : this.valid.subarray(0, bitmapBytes(length));
  }

  protected abstract allocate(capacity: number): void;
  protected abstract enlarge(capacity: number): void;
  abstract take(length: number): Column;
}

export function enlarged(bytes: Uint8Array, length: number, fill = 0): Uint8Array {
  const larger = new Uint8Array(length);
  if (fill !== 0) larger.fill(fill, bytes.length);
  larger.set(bytes);
  return larger;
}
