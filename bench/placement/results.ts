/**
 * What the placement benchmark has found so far: kept per query, so that it can be run in parts, and summed up per query
 * set, layout and link against the targets.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { report, type Metric } from '../report.ts';
import { OURS, PUSH_EVERYTHING, PUSH_NOTHING } from './layouts.ts';
import type { Figure } from './measure.ts';

export interface QueryResult {
  readonly set: string;
  readonly scale: number;
  /** Which group was isolated. */
  readonly group: string;
  readonly layout: string;
  readonly link: string;
  readonly query: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

const FILE = path.join(__dirname, '../results/placement-queries.json');
const keyOf = ({ set, scale, group, layout, link, query }: QueryResult): string =>
  [set, scale, group, layout, link, query].join(' ');

export const kept = (): readonly QueryResult[] =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as QueryResult[]) : [];

/** Adds to what is kept; a query measured again replaces its older figures. Answers what was added. */
export function keep(results: readonly QueryResult[]): readonly QueryResult[] {
  const all = [...new Map([...kept(), ...results].map((result) => [keyOf(result), result])).values()];
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(all, null, 1)}\n`);
  return results;
}

const totalBytes = (figure: Figure): number => Object.values(figure.bytes).reduce((sum, bytes) => sum + bytes, 0);

export const timeText = ({ ms, note }: Figure): string =>
  ms === null ? (note ?? '').slice(0, 24) : `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** Of each link, in the order of the sources. */
export const bytesText = (figure: Figure): string =>
  Object.values(figure.bytes)
    .map((bytes) => (bytes < 1e4 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`))
    .join(' + ');

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** How many times longer `other` took, over the queries that both answered, each by a plan of its own. */
const ratios = (results: readonly QueryResult[], other: string): number[] =>
  results.flatMap(({ figures }) => {
    const [theirs, ours] = [figures[other]?.ms, figures[OURS]?.ms];
    return theirs && ours && !isSamePlan(figures, other) ? [theirs / ours] : [];
  });

/** What differs between the two is noise. */
export const isSamePlan = (figures: QueryResult['figures'], other: string): boolean =>
  figures[other]?.plan !== undefined && figures[other].plan === figures[OURS]?.plan;

/** They are in no ratio, so a contender that answers few in time looks better than it is. */
const unanswered = (results: readonly QueryResult[], other: string): number =>
  results.filter(({ figures }) => figures[other]?.ms === null).length;

const counted = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`${count} ${what}`]);

const SLACK = 1.2;

/** Worse than the better of the two simple ways, with how much; by the same plan, too. */
export function losses(results: readonly QueryResult[]): readonly { readonly result: QueryResult; readonly factor: number }[] {
  return results
    .flatMap((result) => {
      const ours = result.figures[OURS]?.ms;
      const others = [PUSH_NOTHING, PUSH_EVERYTHING].flatMap((name) => result.figures[name]?.ms ?? []);
      return ours && others.length > 0 ? [{ result, factor: ours / Math.min(...others) }] : [];
    })
    .filter(({ factor }) => factor > SLACK)
    .sort((a, b) => b.factor - a.factor);
}

/** How much slower than the best of our own planner's variants that has another plan: ways of joining that were forced. */
const strategyFactors = (results: readonly QueryResult[], peers: readonly string[]): readonly number[] =>
  results.flatMap(({ figures }) => {
    const others = Object.keys(figures).filter((name) => name !== OURS && !peers.includes(name) && !isSamePlan(figures, name));
    const times = others.flatMap((name) => figures[name]!.ms ?? []);
    const ours = figures[OURS]?.ms;
    const isForced = Object.keys(figures).some((name) => ![OURS, PUSH_NOTHING, PUSH_EVERYTHING, ...peers].includes(name));
    return isForced && ours ? [ours / Math.min(ours, ...times)] : [];
  });

/** Of the queries, the part that moved no more than the faster of the two simple ways did, and than either. */
function moderateBytes(results: readonly QueryResult[]): { readonly faster: number; readonly either: number } {
  const moved = results.flatMap(({ figures }) => {
    const ours = figures[OURS];
    const others = [PUSH_NOTHING, PUSH_EVERYTHING].flatMap((name) => {
      const figure = figures[name];
      return figure && figure.ms !== null ? [{ ms: figure.ms, bytes: totalBytes(figure) }] : [];
    });
    if (!ours || ours.ms === null || others.length === 0) return [];
    const isWithin = (bytes: number): boolean => totalBytes(ours) <= bytes * 1.01;
    const faster = others.reduce((best, other) => (other.ms < best.ms ? other : best));
    return [{ faster: isWithin(faster.bytes), either: others.every(({ bytes }) => isWithin(bytes)) }];
  });
  const part = (count: number): number => (moved.length === 0 ? 1 : count / moved.length);
  return { faster: part(moved.filter(({ faster }) => faster).length), either: part(moved.filter(({ either }) => either).length) };
}

/** Per query set, layout and link, over its splits: as `npm run transcripts` puts it into the docs. */
export function summarize(results: readonly QueryResult[], peers: readonly string[]): void {
  const parts = new Map<string, QueryResult[]>();
  for (const result of results) {
    const part = `${result.set} at scale ${result.scale}, ${result.layout}, ${result.link}`;
    parts.set(part, [...(parts.get(part) ?? []), result]);
  }
  const metrics: Record<string, Metric> = {};
  for (const [part, of] of parts) {
    for (const other of [PUSH_NOTHING, PUSH_EVERYTHING, ...peers]) {
      const found = ratios(of, other);
      if (found.length === 0) continue;
      const target = peers.includes(other) ? 2 : 1.5;
      const mean = geometricMean(found);
      const title = [
        `${part}: ${other} / ours, ${found.length} queries`,
        ...counted(unanswered(of, other), 'more not answered'),
        ...counted(of.filter(({ figures }) => isSamePlan(figures, other)).length, 'more by the same plan'),
      ].join(', ');
      metrics[title] = { ours: mean, reference: 1, ratio: mean, unit: '×', target: `≥ ${target}×`, ok: mean >= target };
    }
    const lost = losses(of).length;
    metrics[`${part}: queries slower than ${SLACK}× the better of both`] = {
      ours: lost,
      reference: of.length,
      ratio: lost / of.length,
      unit: '',
      target: '0',
      ok: lost === 0,
    };
    const factors = strategyFactors(of, peers);
    if (factors.length > 0) {
      const near = factors.filter((factor) => factor <= SLACK).length;
      metrics[`${part}: queries within ${SLACK}× of the best way of joining that was forced`] = {
        ours: near,
        reference: factors.length,
        ratio: near / factors.length,
        unit: '',
        target: '≥ 95 %',
        ok: near >= 0.95 * factors.length,
      };
    }
    const { faster, either } = moderateBytes(of);
    const percent = (ratio: number) => ({ ours: Math.round(ratio * 100), reference: 100, ratio, unit: '%' });
    metrics[`${part}: queries with no more bytes than the faster of both`] = {
      ...percent(faster),
      target: '≥ 90 %',
      ok: faster >= 0.9,
    };
    metrics[`${part}: queries with no more bytes than either`] = { ...percent(either), target: '–', ok: null };
  }
  report('placement', metrics);
}
