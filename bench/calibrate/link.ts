/** What it takes to bring rows from a source to the gateway (LinkCosts): one column against four, numbers against long texts. */
import type { LinkCosts } from '../../algebra/site-costs.ts';
import type { Timer } from './rates.ts';
import { sizesOf, TEXT_BYTES } from './tables.ts';

const NUMBER_BYTES = 8;

/** `time`: of a fragment's rows read by the gateway; `scanRow`: what the source takes for a row before. */
export async function measureLinkRates(time: Timer, rows: number, scanRow: number): Promise<LinkCosts> {
  const { facts, texts } = sizesOf(rows);
  const ns = (ms: number, per: number): number => (ms * 1e6) / per;
  const startMs = await time('SELECT id FROM one');
  const one = ns((await time('SELECT id FROM facts')) - startMs, facts);
  const four = ns((await time('SELECT id, k, scattered, other FROM facts')) - startMs, facts);
  const text = ns((await time('SELECT t FROM texts')) - startMs, texts);
  const byte = Math.max(0, (text - one) / (TEXT_BYTES - NUMBER_BYTES));
  const column = Math.max(0, (four - one) / 3 - NUMBER_BYTES * byte);
  const row = Math.max(0, one - scanRow - column - NUMBER_BYTES * byte);
  return { startMs, row, column, byte };
}
