/**
 * Ours against others, query by query. Who does not answer within the limit counts with the limit; who fails is left out, but
 * ours counts with the limit then, too.
 */
import type { QueryResult } from './results.ts';
import { isAnswered, SLACK, type Figure } from './measure.ts';
import { FORCED, OURS, OWN_NAMES, PUSH_EVERYTHING, PUSH_NOTHING } from './variants.ts';

/** Undefined: it failed, or took no part. */
function msOf({ figures, limitMs }: QueryResult, name: string): number | undefined {
  const figure = figures[name];
  if (figure?.ms === null && name === OURS) return limitMs;
  return figure?.ms ?? undefined;
}

export const isSamePlan = ({ figures }: QueryResult, other: string): boolean =>
  figures[other]?.plan !== undefined && figures[other].plan === figures[OURS]?.plan;

/** How many times longer the other took. */
export function ratio(result: QueryResult, other: string): number | undefined {
  const [theirs, ours] = [msOf(result, other), msOf(result, OURS)];
  return theirs !== undefined && ours !== undefined ? theirs / ours : undefined;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** By how much ours is slower than the best of the others; at most 1 where that is by the same plan. */
function slowdown(result: QueryResult, others: readonly string[]): number | undefined {
  const ratios = others.flatMap((other) => ratio(result, other) ?? []);
  return ratios.length === 0 ? undefined : 1 / Math.min(...ratios);
}

/** Than the better of the two simple ways. */
export const simpleSlowdown = (result: QueryResult): number | undefined => slowdown(result, [PUSH_NOTHING, PUSH_EVERYTHING]);

/** Than the best way of joining that was forced; undefined: none was. */
export const forcedSlowdown = (result: QueryResult): number | undefined =>
  FORCED.some(({ name }) => result.figures[name]) ? slowdown(result, OWN_NAMES) : undefined;

export interface Loss {
  readonly result: QueryResult;
  readonly factor: number;
}

/** Slower than the better of the two simple ways by more than the slack; the worst first. */
export const losses = (results: readonly QueryResult[]): readonly Loss[] =>
  results
    .map((result) => ({ result, factor: simpleSlowdown(result) ?? 1 }))
    .filter(({ factor }) => factor > SLACK)
    .sort((a, b) => b.factor - a.factor);

export const totalBytes = (figure: Figure): number => Object.values(figure.bytes).reduce((sum, bytes) => sum + bytes, 0);

export interface Moved {
  readonly ours: number;
  readonly theirs: number;
}

/** Over the queries that both answered in time. */
export function bytesMoved(results: readonly QueryResult[], other: string): Moved | undefined {
  const pairs = results.flatMap(({ figures }) => {
    const pair = [figures[OURS], figures[other]];
    return pair.every((figure) => figure && isAnswered(figure)) ? [pair as [Figure, Figure]] : [];
  });
  if (pairs.length === 0) return undefined;
  const sum = (of: (pair: [Figure, Figure]) => Figure): number => pairs.reduce((total, pair) => total + totalBytes(of(pair)), 0);
  return { ours: sum(([ours]) => ours), theirs: sum(([, theirs]) => theirs) };
}

const BYTES_SLACK = 1.01;

/** Of the queries, the part that moved no more than the faster of the two simple ways did, and than either. */
export function moderateBytes(results: readonly QueryResult[]): { readonly faster: number; readonly either: number } {
  const moved = results.flatMap((result) => {
    const ours = result.figures[OURS];
    const others = [PUSH_NOTHING, PUSH_EVERYTHING].flatMap((name) => {
      const ms = msOf(result, name);
      return ms === undefined ? [] : [{ ms, bytes: totalBytes(result.figures[name]!) }];
    });
    if (!ours || others.length === 0) return [];
    // Of what was not answered, not all bytes are known.
    const isWithin = (bytes: number): boolean => isAnswered(ours) && totalBytes(ours) <= bytes * BYTES_SLACK;
    const faster = others.reduce((best, other) => (other.ms < best.ms ? other : best));
    return [{ faster: isWithin(faster.bytes), either: others.every(({ bytes }) => isWithin(bytes)) }];
  });
  const part = (count: number): number => (moved.length === 0 ? 1 : count / moved.length);
  return { faster: part(moved.filter(({ faster }) => faster).length), either: part(moved.filter(({ either }) => either).length) };
}
