/**
 * The rates of a place that computes (algebra/site-costs.ts), from the times of statements that differ in one operator: what
 * the operator takes is the difference, and joins of three sizes tell building, probing and putting out apart.
 */
import type { ComputeCosts } from '../../algebra/site-costs.ts';
import { sizesOf } from './tables.ts';

/** Milliseconds, of a statement whose rows go nowhere. */
export type Timer = (sql: string) => Promise<number>;

export type Rates = Partial<Record<keyof ComputeCosts, number>>;

const NS_PER_MS = 1e6;

export async function measureRates(time: Timer, rows: number): Promise<Rates> {
  const { facts, small, few } = sizesOf(rows);
  const startMs = await time('SELECT id FROM one');
  const scanMs = (await time('SELECT id, k FROM facts')) - startMs;
  const keyMs = (await time('SELECT k FROM facts')) - startMs;
  const ns = (ms: number, per: number): number => Math.max(0, (ms * NS_PER_MS) / per);
  /** A statement, less what reads its inputs. */
  const over = async (sql: string, inputsMs: number): Promise<number> => (await time(sql)) - startMs - inputsMs;
  const sideMs = async (sql: string): Promise<number> => (await time(sql)) - startMs;

  const expression = ns(await over('SELECT id, k FROM facts WHERE k <> 5 AND id <> 7 AND id <> k', scanMs), 3 * facts);

  const smallMs = await over('SELECT f.id, s.absent FROM facts f JOIN small s ON f.k = s.absent', scanMs + (await sideMs('SELECT absent FROM small'))); // prettier-ignore
  const largeMs = await over('SELECT f.id, l.absent FROM facts f JOIN large l ON f.k = l.absent', scanMs + (await sideMs('SELECT absent FROM large'))); // prettier-ignore
  const matchMs = await over('SELECT f.id, f.k, l.fact FROM facts f JOIN large l ON f.id = l.fact', scanMs + (await sideMs('SELECT fact FROM large'))); // prettier-ignore
  const build = ns(largeMs - smallMs, facts - small);
  const probe = ns(smallMs - (build * small) / NS_PER_MS, facts);
  const joined = ns(matchMs - largeMs, facts);

  const pair = ns(await over('SELECT a.id FROM few a JOIN few b ON a.id + b.id < 0', 0), few * few);

  const group = ns(await over('SELECT k FROM facts GROUP BY k', keyMs), facts);
  const oneCallMs = await time('SELECT k, count(id) FROM facts GROUP BY k');
  const aggregate = ns((await time('SELECT k, count(id), sum(id), max(id) FROM facts GROUP BY k')) - oneCallMs, 2 * facts);

  const sortMs = await over('SELECT id, k FROM facts ORDER BY k', scanMs);
  const sort = ns(sortMs, facts * Math.log2(facts));
  const window = ns((await over('SELECT id, sum(id) OVER (PARTITION BY k ORDER BY id) FROM facts', scanMs)) - sortMs, facts);
  const pass = ns(await over('SELECT id, k FROM facts UNION ALL SELECT id, k FROM facts', 2 * scanMs), 2 * facts);
  return { scanRow: ns(scanMs, facts), expression, build, probe, joined, pair, group, aggregate, sort, window, pass };
}

/** `time`: where an index is used whenever there is one. */
export async function measureIndex(time: Timer, rows: number): Promise<Rates> {
  const { facts, small } = sizesOf(rows);
  const part = Math.round(facts / 10);
  const rangeMs = (await time(`SELECT k FROM facts WHERE scattered < ${part}`)) - (await time(`SELECT k FROM facts WHERE scattered < 1`)); // prettier-ignore
  const indexRow = (rangeMs * NS_PER_MS) / part;
  const lookUpsMs =
    (await time('SELECT f.k FROM small s JOIN facts f ON f.id = s.fact')) - (await time('SELECT fact FROM small'));
  return { indexRow, indexLookup: Math.max(0, (lookUpsMs * NS_PER_MS) / small - indexRow) };
}
