/** printf's %.*f: the exact value of a double rounded to a number of digits, ties to even. */

const view = new DataView(new ArrayBuffer(8));
const FRACTION_BITS = 52n;
const BIAS = 1075;

export function fixedText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = bits >> 63n === 0n ? '' : '-';
  const exponent = Number((bits >> FRACTION_BITS) & 0x7ffn);
  const fraction = bits & ((1n << FRACTION_BITS) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << FRACTION_BITS);
  const scaled = mantissa * 10n ** BigInt(digits);
  const shift = BigInt(Math.max(exponent, 1) - BIAS);
  const text = String(shift >= 0n ? scaled << shift : shiftedRight(scaled, -shift)).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function shiftedRight(value: bigint, bits: bigint): bigint {
  const whole = value >> bits;
  const rest = value - (whole << bits);
  const half = 1n << (bits - 1n);
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole;
}
