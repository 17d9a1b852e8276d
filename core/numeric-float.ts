/**
 * numeric ↔ float8 and float4. To a float: correctly rounded, through the decimal text. From a float: 15 (float4: 6)
 * significant digits, as PostgreSQL's casts do (numeric_float8, float8_numeric in src/backend/utils/adt/numeric.c).
 */
import type { Numeric } from './datum.ts';
import { formatGeneral, roundToFloat32 } from './float-text.ts';
import { formatNumeric, parseNumeric } from './numeric-text.ts';
import { sqlError } from './sql-error.ts';

/** ±Infinity or 0 where the value is beyond double precision. */
export function numericToFloat64Saturating(value: Numeric): number {
  switch (value.kind) {
    case 'finite':
      if (value.scale === 0) return Number(value.unscaled);
      return Number(formatNumeric(value));
    case 'nan':
      return NaN;
    case 'infinity':
      return Infinity;
    case '-infinity':
      return -Infinity;
  }
}

export function numericToFloat64(value: Numeric): number {
  const result = numericToFloat64Saturating(value);
  if (value.kind === 'finite' && (!Number.isFinite(result) || (result === 0 && value.unscaled !== 0n))) {
    throw tooFar(value, 'double precision');
  }
  return result;
}

export function numericToFloat32(value: Numeric): number {
  if (value.kind !== 'finite') return numericToFloat64Saturating(value);
  const text = formatNumeric(value);
  const result = roundToFloat32(Number(text), text);
  if (!Number.isFinite(result) || (result === 0 && value.unscaled !== 0n)) throw tooFar(value, 'real');
  return result;
}

const tooFar = (value: Numeric, type: string) => sqlError('22003', `"${formatNumeric(value)}" is out of range for type ${type}`);

export const numericFromFloat64 = (value: number): Numeric => parseNumeric(formatGeneral(value, 15));
export const numericFromFloat32 = (value: number): Numeric => parseNumeric(formatGeneral(value, 6));
