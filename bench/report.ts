/** A benchmark's result: printed as a table, kept as JSON. Ratios of medians taken in one run: absolute figures drift. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Metric {
  readonly ours: number;
  /** What it is measured against, in the same unit; null when there is nothing to compare with. */
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly unit: string;
  /** In words: "≥ 0.95× direct". */
  readonly target: string;
  readonly ok: boolean | null;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const percentile = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)]!;
};

const figure = (value: number | null): string => (value === null ? '–' : value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function report(name: string, metrics: Readonly<Record<string, Metric>>): void {
  for (const [metric, m] of Object.entries(metrics)) {
    const verdict = m.ok === null ? '' : m.ok ? '  ok' : '  MISSED';
    console.log(
      `${metric.padEnd(44)} ours ${figure(m.ours)} ${m.unit}   reference ${figure(m.reference)}   ratio ${figure(m.ratio)}   target ${m.target}${verdict}`,
    );
  }
  const folder = path.join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(metrics, null, 2)}\n`);
}
