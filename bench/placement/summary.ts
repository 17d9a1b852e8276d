/** The placement benchmark's figures per link, over all query sets, splits, layouts and queries, against the targets. */
import type { Metric } from '../report.ts';
import { bytesMoved, forcedSlowdown, geometricMean, isSamePlan, losses, moderateBytes, ratio } from './compare.ts';
import { PEERS } from './contenders.ts';
import { LINKS } from './link.ts';
import { isAnswered, SLACK } from './measure.ts';
import type { QueryResult } from './results.ts';
import { OURS, PUSH_EVERYTHING, PUSH_NOTHING } from './variants.ts';

export function summary(results: readonly QueryResult[]): Readonly<Record<string, Metric>> {
  const metrics: Record<string, Metric> = {};
  for (const link of Object.keys(LINKS)) {
    const of = results.filter((result) => result.link === link);
    if (of.length === 0) continue;
    const title = `${link}, ${dataOf(of)}`;
    for (const [what, metric] of linkMetrics(of)) metrics[`${title}: ${what}`] = metric;
  }
  return metrics;
}

/** "tpch 0.02, job 0.05": which sets at which scales. */
const dataOf = (results: readonly QueryResult[]): string =>
  [...new Set(results.map(({ set, scale }) => `${set} ${scale}`))].join(', ');

type Named = readonly [what: string, metric: Metric];

function linkMetrics(results: readonly QueryResult[]): readonly Named[] {
  const unanswered = results.filter(({ figures }) => !isAnswered(figures[OURS]!));
  return [
    ...timesLonger(results, PUSH_NOTHING, 1.5),
    ...timesLonger(results, PUSH_EVERYTHING, 1.5),
    ...PEERS.flatMap((peer) => timesLonger(results, peer, 2)),
    ...[PUSH_NOTHING, PUSH_EVERYTHING, ...PEERS].flatMap((other) => bytesLess(results, other)),
    share(`queries slower than ${SLACK}× the better of both`, losses(results).length, results.length, '0', (part) => part === 0),
    ...nearForced(results),
    ...moderation(results),
    share('queries that ours did not answer', unanswered.length, results.length, '0', (part) => part === 0),
  ];
}

const counted = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`${count} ${what}`]);

/** Over all queries, and over those with plans of their own where some have the same. */
function timesLonger(results: readonly QueryResult[], other: string, target: number): readonly Named[] {
  const of = results.filter((result) => ratio(result, other) !== undefined);
  if (of.length === 0) return [];
  const mean = (part: readonly QueryResult[]): number => geometricMean(part.map((result) => ratio(result, other)!));
  const differing = of.filter((result) => !isSamePlan(result, other));
  const what = [
    `${other} / ours, ${of.length} queries`,
    ...counted(of.length - differing.length, 'of them by the same plan'),
    ...counted(of.filter(({ figures }) => figures[other]!.isLate).length, 'at the time limit'),
    ...counted(results.filter(({ figures }) => figures[other]?.ms === null).length, 'more failed'),
  ].join(', ');
  const all = mean(of);
  const metrics: Named[] = [
    [what, { ours: all, reference: 1, ratio: all, unit: '×', target: `≥ ${target}×`, ok: all >= target }],
  ];
  if (differing.length > 0 && differing.length < of.length) {
    const own = mean(differing);
    const title = `${other} / ours, the ${differing.length} queries with another plan`;
    metrics.push([title, { ours: own, reference: 1, ratio: own, unit: '×', target: '–', ok: null }]);
  }
  return metrics;
}

function bytesLess(results: readonly QueryResult[], other: string): readonly Named[] {
  const moved = bytesMoved(results, other);
  if (!moved) return [];
  const [ours, theirs] = [moved.ours / 1e6, moved.theirs / 1e6];
  return [
    [
      `bytes, against ${other}`,
      { ours, reference: theirs, ratio: theirs === 0 ? null : ours / theirs, unit: 'MB', target: '–', ok: null },
    ],
  ];
}

/** A query's joins are forced all at once: this stands for "each join". */
function nearForced(results: readonly QueryResult[]): readonly Named[] {
  const factors = results.flatMap((result) => forcedSlowdown(result) ?? []);
  if (factors.length === 0) return [];
  const near = factors.filter((factor) => factor <= SLACK).length;
  return [share(`queries within ${SLACK}× of the best forced way of joining`, near, factors.length, '≥ 95 %', (part) => part >= 0.95)]; // prettier-ignore
}

function moderation(results: readonly QueryResult[]): readonly Named[] {
  const { faster, either } = moderateBytes(results);
  const percent = (part: number) => ({ ours: Math.round(part * 100), reference: 100, ratio: part, unit: '%' });
  return [
    ['queries with no more bytes than the faster of both', { ...percent(faster), target: '≥ 90 %', ok: faster >= 0.9 }],
    ['queries with no more bytes than either', { ...percent(either), target: '–', ok: null }],
  ];
}

function share(what: string, count: number, all: number, target: string, isMet: (part: number) => boolean): Named {
  return [what, { ours: count, reference: all, ratio: count / all, unit: '', target, ok: isMet(count / all) }];
}
