/** `npm run conformance -- filters`: how many of the conditions that could run at the sources do. */
import { FILTER_SETS, PART_MIN, pushedFilters, type PushedFilters } from '../plans/sets/pushed-filters.ts';
import { markdownTable } from './record.ts';

export async function countAllFilters(): Promise<readonly PushedFilters[]> {
  const counted: PushedFilters[] = [];
  for (const set of FILTER_SETS) counted.push(await pushedFilters(set));
  return counted;
}

export const areEnough = (counted: readonly PushedFilters[]): boolean =>
  counted.every(({ atSource, possible }) => atSource / possible >= PART_MIN);

const percentOf = ({ atSource, possible }: PushedFilters): string => `${((100 * atSource) / possible).toFixed(1)} %`;

export const filtersSummary = (counted: readonly PushedFilters[]): string =>
  counted
    .flatMap((one) => [
      ...one.atHome.map((text) => `  at home: ${text}`),
      `${one.set}: ${one.atSource} of ${one.possible} conditions run at the sources, ${percentOf(one)}`,
    ])
    .join('\n');

export const filtersTable = (counted: readonly PushedFilters[]): string =>
  markdownTable([
    ['', 'could run at a source', 'do', '', 'at least'],
    ...counted.map((one) => [one.set, one.possible, one.atSource, percentOf(one), `${PART_MIN * 100} %`]),
  ]);
