/**
 * What a plan keeps in memory at home at the same time, in bytes, by when the executor's operators hold and release it:
 *
 *   Hash Join              its build side, from when that is read until the last row is out
 *   ├─ probe side          what it keeps while its rows come
 *   └─ build side          gone once it is read, which was before the probe side began
 */
export interface MemoryUse {
  /** At the most. */
  readonly peak: number;
  /** At the most from its first row on, while others hold theirs. */
  readonly flowing: number;
}

export const NO_MEMORY: MemoryUse = { peak: 0, flowing: 0 };

/** One side is read whole, `bytes` of it kept; then the other passes. */
export const builtAndProbed = (probed: MemoryUse, built: MemoryUse, bytes: number): MemoryUse => ({
  peak: Math.max(built.peak, built.flowing + bytes, bytes + probed.peak),
  flowing: bytes + probed.flowing,
});

/** Read whole before the first row comes out; of `bytes` some are left then. */
export const gathered = (input: MemoryUse, bytes: number, left = bytes): MemoryUse => ({
  peak: Math.max(input.peak, input.flowing + bytes),
  flowing: left,
});

/** Rows come out as they come in, and `bytes` are kept of them. */
export const passed = (input: MemoryUse, bytes: number): MemoryUse => ({
  peak: Math.max(input.peak, input.flowing + bytes),
  flowing: input.flowing + bytes,
});

/** Read by turns; the first is begun first. */
export const merged = (first: MemoryUse, second: MemoryUse): MemoryUse => ({
  peak: Math.max(first.peak, first.flowing + second.peak),
  flowing: first.flowing + second.flowing,
});

/** One after the other. */
export const inTurn = (first: MemoryUse, second: MemoryUse): MemoryUse => ({
  peak: Math.max(first.peak, second.peak),
  flowing: Math.max(first.flowing, second.peak),
});
