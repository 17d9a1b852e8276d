/** One query through all contenders in turn, several rounds: median times, and the bytes that crossed each link. */
import { createHash } from 'node:crypto';
import { median } from '../report.ts';
import type { Contender } from './contenders.ts';
import type { Link } from './link.ts';

export interface Figure {
  /** Null: failed or took too long, as `note` says. */
  readonly ms: number | null;
  /** Both ways, in the last round, by the source's name. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly note?: string;
  /** The gateway's, as it was after the last round. */
  readonly plan?: string;
}

/** A first round that takes longer is the measure: there is no second one. */
const LONG_MS = 10_000;

export async function measureQuery(
  sql: string,
  contenders: readonly Contender[],
  links: ReadonlyMap<string, Link>,
  rounds: number,
): Promise<ReadonlyMap<string, Figure>> {
  const samples = new Map<string, number[]>();
  const figures = new Map<string, Figure>();
  let rows: number | undefined;
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const { name } = contender;
      const known = figures.get(name);
      if (known && (known.ms === null || (known.ms > LONG_MS && round > 0))) continue;
      const before = await bytesOf(links);
      const startedMs = performance.now();
      try {
        const found = await contender.run(sql);
        const ms = performance.now() - startedMs;
        if (rows !== undefined && rows !== found) throw new Error(`${found} rows, others ${rows}`);
        rows = found;
        const after = await bytesOf(links);
        const bytes = Object.fromEntries([...after].map(([source, count]) => [source, count - before.get(source)!]));
        // The first round warms up: it makes the plan and opens connections.
        const taken = round === 0 ? [] : [...(samples.get(name) ?? []), ms];
        samples.set(name, taken);
        figures.set(name, { ms: taken.length === 0 ? ms : median(taken), bytes });
      } catch (error) {
        figures.set(name, { ms: null, bytes: {}, note: (error as Error).message });
      }
    }
  }
  for (const { name, plan } of contenders) {
    const figure = figures.get(name)!;
    if (plan && figure.ms !== null) figures.set(name, { ...figure, plan: digest(await plan(sql)) });
  }
  return figures;
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 12);

async function bytesOf(links: ReadonlyMap<string, Link>): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const [source, link] of links) {
    const { up, down } = await link.bytes();
    counted.set(source, up + down);
  }
  return counted;
}
