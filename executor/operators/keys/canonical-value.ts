/** Numbers and intervals as what their equality looks at. */
const DAY_MICROS = 86_400_000_000n;

/** Trailing zeros go, the scale with them (below zero if need be): 1.50 → 15, 1; 100 → 1, -2; 0 → 0, 0. */
export function stripZeros(unscaled: bigint, scale: number): [bigint, number] {
  if (unscaled === 0n) return [0n, 0];
  while (unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return [unscaled, scale];
}

/** A fixed16 interval as PostgreSQL compares it (interval_cmp_value in timestamp.c): µs, up to 80 bits; a month is 30 days. */
export const intervalLength = (view: DataView, at: number): bigint =>
  (BigInt(view.getInt32(at + 12, true)) * 30n + BigInt(view.getInt32(at + 8, true))) * DAY_MICROS + view.getBigInt64(at, true);
