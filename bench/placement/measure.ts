/**
 * One query through all contenders in turn, several rounds: median times, and the bytes that crossed each link. Of variants
 * with one plan only the first runs: what the others would take differs from it in noise alone.
 */
import { createHash } from 'node:crypto';
import { median } from '../report.ts';
import type { Contender } from './contenders.ts';
import type { Link } from './link.ts';
import { OURS } from './variants.ts';

export interface Figure {
  /** Null: failed, as `note` says. */
  readonly ms: number | null;
  /** There was no answer within the limit, which is what `ms` is. */
  readonly isLate?: true;
  /** Both ways, in the last round, by the source's name. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly note?: string;
  /** The gateway's. */
  readonly plan?: string;
}

/** Within the limit. */
export const isAnswered = ({ ms, isLate }: Figure): boolean => ms !== null && !isLate;

/** Ours is too slow if it takes longer than so many times the time of something it could have done. */
export const SLACK = 1.2;
/** So many times more rounds for ours and what seems that much faster: the best of several medians is the one that noise helped most. */
const ROUNDS_AGAIN = 3;
/** A first round that takes longer than this part of the limit is the measure, unless ours must be compared again. */
const LONG_PART = 1 / 6;

export interface Conditions {
  readonly links: ReadonlyMap<string, Link>;
  readonly rounds: number;
  readonly limitMs: number;
}

/** Figures by contender's name. */
export async function measureQuery(
  sql: string,
  contenders: readonly Contender[],
  conditions: Conditions,
): Promise<ReadonlyMap<string, Figure>> {
  const plans = new Map<Contender, string>();
  for (const contender of contenders) if (contender.plan) plans.set(contender, await digestOf(contender, sql));
  const runners = new Map<string, Contender>();
  const runnerOf = (contender: Contender): Contender => runners.get(plans.get(contender) ?? '') ?? contender;
  for (const [contender, plan] of plans) if (!runners.has(plan)) runners.set(plan, contender);

  const turns = new Turns(sql, conditions);
  const running = contenders.filter((contender) => runnerOf(contender) === contender);
  for (let round = 0; round <= conditions.rounds; round++) {
    for (const contender of running) if (round === 0 || !turns.isLong(contender.name)) await turns.run(contender, round === 0);
  }
  const ours = running.find(({ name }) => name === OURS);
  const rivals = running.filter((contender) => contender.plan && turns.isFaster(contender.name, OURS));
  if (ours && rivals.length > 0) {
    for (let round = 0; round < conditions.rounds * ROUNDS_AGAIN; round++)
      for (const contender of [ours, ...rivals]) await turns.run(contender, false);
  }
  return new Map(
    contenders.map((contender) => {
      const figure = turns.figure(runnerOf(contender).name);
      const plan = plans.get(contender);
      return [contender.name, plan === undefined ? figure : { ...figure, plan }];
    }),
  );
}

/** What cannot be planned has a plan of its own here: it fails when it is run. */
async function digestOf(contender: Contender, sql: string): Promise<string> {
  const text = await contender.plan!(sql).catch((error: unknown) => `${contender.name}: ${(error as Error).message}`);
  return createHash('sha1').update(text).digest('base64').slice(0, 12);
}

/** What was measured so far, by contender's name. */
class Turns {
  readonly #sql: string;
  readonly #conditions: Conditions;
  readonly #samples = new Map<string, number[]>();
  readonly #figures = new Map<string, Figure>();
  #rows: number | undefined;

  constructor(sql: string, conditions: Conditions) {
    this.#sql = sql;
    this.#conditions = conditions;
  }

  /** Not again once it had no answer. `isFirst`: warms up (it makes the plan and opens connections), and counts only where nothing else does. */
  async run(contender: Contender, isFirst: boolean): Promise<void> {
    const { name } = contender;
    const { links, limitMs } = this.#conditions;
    if (!isFirst && !isAnswered(this.figure(name))) return;
    const before = await bytesOf(links);
    const startedMs = performance.now();
    try {
      const rows = await contender.run(this.#sql);
      const ms = performance.now() - startedMs;
      const after = await bytesOf(links);
      const bytes = Object.fromEntries([...after].map(([source, count]) => [source, count - before.get(source)!]));
      if (rows === 'late') return void this.#figures.set(name, { ms: limitMs, isLate: true, bytes });
      this.#rows ??= rows;
      if (this.#rows !== rows) throw new Error(`${rows} rows, others ${this.#rows}`);
      const samples = isFirst ? [] : [...(this.#samples.get(name) ?? []), ms];
      this.#samples.set(name, samples);
      this.#figures.set(name, { ms: isFirst ? ms : median(samples), bytes });
    } catch (error) {
      this.#figures.set(name, { ms: null, bytes: {}, note: (error as Error).message });
    }
  }

  figure(name: string): Figure {
    return this.#figures.get(name)!;
  }

  /** Takes too long to be run again and again, or has no answer. */
  isLong(name: string): boolean {
    const { ms } = this.figure(name);
    return ms === null || ms > this.#conditions.limitMs * LONG_PART;
  }

  /** By more than the slack; both have answered. */
  isFaster(name: string, than: string): boolean {
    const [one, other] = [this.figure(name), this.#figures.get(than)];
    return other !== undefined && isAnswered(one) && isAnswered(other) && other.ms! > one.ms! * SLACK;
  }
}

async function bytesOf(links: ReadonlyMap<string, Link>): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const [source, link] of links) {
    const { up, down } = await link.bytes();
    counted.set(source, up + down);
  }
  return counted;
}
