/** docs/benchmarks.md's tables from bench/results/*.json. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Metric } from './report.ts';

const figure = (value: number | null): string => (value === null ? '–' : value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** One table per benchmark that has been run here. */
export function resultsTables(names: readonly string[]): string {
  return names
    .flatMap((name) => {
      const file = path.join(__dirname, 'results', `${name}.json`);
      if (!existsSync(file)) return [];
      const metrics = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Metric>;
      const rows = Object.entries(metrics).map(([metric, m]) => {
        const verdict = m.ok === null ? '' : m.ok ? 'yes' : '**no**';
        return `| ${metric} | ${figure(m.ours)} ${m.unit} | ${figure(m.reference)} | ${figure(m.ratio)} | ${m.target} | ${verdict} |`;
      });
      return [`### ${name}\n| what | ours | reference | ratio | target | met |\n|---|---|---|---|---|---|\n${rows.join('\n')}`];
    })
    .join('\n\n');
}
