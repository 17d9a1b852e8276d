/**
 * The buffer a batch's rows are written into. It belongs to the socket once handed over, so every batch gets a new one, of
 * the size the last one needed. Writers of bounded values rely on `slack` bytes being free at all times; writers of
 * unbounded ones reserve what they need on top.
 */
export class Output {
  bytes: Uint8Array = Buffer.alloc(0);
  view = new DataView(new ArrayBuffer(0));
  /** Upper bound of all bounded values of one row, with every length word and header. */
  readonly slack: number;
  private lastUsed = 0;

  constructor(slack: number) {
    this.slack = slack;
  }

  begin(rows: number): void {
    this.replace(Math.max(this.lastUsed + (this.lastUsed >> 3), rows * 16) + this.slack, 0);
  }

  /** Makes room for `length` bytes at `at`, and the slack behind them. */
  reserve(at: number, length: number): void {
    const needed = at + length + this.slack;
    if (needed > this.bytes.length) this.replace(Math.max(needed, this.bytes.length * 2), at);
  }

  end(used: number): Uint8Array {
    this.lastUsed = used;
    const result = this.bytes.subarray(0, used);
    this.bytes = Buffer.alloc(0);
    return result;
  }

  private replace(size: number, used: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.bytes.subarray(0, used));
    this.bytes = larger;
    this.view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }
}
