/** One key per number, whatever its scale: 1.0 and 1.00 have the same. */
import type { Numeric } from './datum.ts';
import { int64 } from './datum.ts';
import { trimScale } from './numeric.ts';

/** A number or bigint for integers, else text. */
export function numericKey(value: Numeric): number | bigint | string {
  const trimmed = trimScale(value);
  if (trimmed.kind !== 'finite') return trimmed.kind;
  return trimmed.scale === 0 ? int64(trimmed.unscaled) : `${trimmed.unscaled}e${trimmed.scale}`;
}
