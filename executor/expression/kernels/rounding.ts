/** rint() of C: half to even, the sign of zero kept. */
export function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0 || Number.isNaN(rest)) return value;
  const rounded = rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return rounded === 0 && value < 0 ? -0 : rounded;
}
