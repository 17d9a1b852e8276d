/** docs/benchmarks.md's tables of every query that the placement benchmark measured: one per query set, layout and link. */
import { forcedSlowdown, geometricMean, isSamePlan, losses, ratio, simpleSlowdown } from './compare.ts';
import { PEERS } from './contenders.ts';
import { bytesText, timeText } from './figure-text.ts';
import { SLACK, type Figure } from './measure.ts';
import { newest, type QueryResult } from './results.ts';
import { FORCED, OURS, PUSH_EVERYTHING, PUSH_NOTHING } from './variants.ts';

export function queryTables(): string {
  const { commit, results, leftOut } = newest();
  if (commit === undefined) return 'Nothing has been measured here yet.';
  const parts = new Map<string, QueryResult[]>();
  for (const result of results) {
    const title = `${result.set} at scale ${result.scale}, ${result.layout}, ${result.link}`;
    parts.set(title, [...(parts.get(title) ?? []), result]);
  }
  const others = leftOut === 0 ? '' : `; ${leftOut} older ones, of other code, are left out`;
  return [
    `${results.length} results of commit \`${commit}\`${others}. ${lossesText(results)}`,
    ...[...parts].map(([title, of]) => details(title, of)),
  ].join('\n\n');
}

function lossesText(results: readonly QueryResult[]): string {
  const lost = losses(results).map(({ result, factor }) => {
    const { set, group, layout, link, query } = result;
    return `${set} ${query} (${group}, ${layout}, ${link}) ${factor.toFixed(2)}×`;
  });
  return `Slower than ${SLACK}× the better of both: ${lost.length === 0 ? 'none' : lost.join(', ')}.`;
}

function details(title: string, results: readonly QueryResult[]): string {
  const names = [PUSH_NOTHING, PUSH_EVERYTHING, OURS, ...PEERS].filter((name) => results.some(({ figures }) => figures[name]));
  const isForced = results.some((result) => forcedSlowdown(result) !== undefined);
  const head = ['query', 'split', ...names, ...(isForced ? ['best forced way'] : []), 'plan'];
  const rows = results.map((result) => [
    result.query,
    result.group,
    ...names.map((name) => cellOf(result.figures[name])),
    ...(isForced ? [bestForced(result)] : []),
    planText(result),
  ]);
  const means = names.map((name) => {
    const ratios = results.flatMap((result) => ratio(result, name) ?? []);
    return ratios.length === 0 ? '' : `${geometricMean(ratios).toFixed(2)}×`;
  });
  const mean = ['mean', '', ...means, ...(isForced ? [''] : []), ''];
  const table = [head, head.map(() => '---'), ...rows, mean].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const absent = new Map(results.flatMap((result) => Object.entries(result.absent)));
  const reasons = [...absent].map(([name, reason]) => `${name} left out: ${reason}.`);
  const notes = reasons.length === 0 ? '' : `${reasons.join(' ')}\n\n`;
  return `<details><summary>${title}, ${results.length} queries</summary>\n\n${notes}${table}\n\n</details>`;
}

const cellOf = (figure: Figure | undefined): string =>
  figure === undefined ? '' : figure.ms === null ? 'failed' : `${timeText(figure)}, ${bytesText(figure)}`;

/** Whose plan ours is, or else that the search found one of its own; and where it lost. */
function planText(result: QueryResult): string {
  const same = [PUSH_NOTHING, PUSH_EVERYTHING].filter((name) => isSamePlan(result, name));
  const factor = simpleSlowdown(result) ?? 1;
  const found = same.length > 0 ? `as ${same.join(' and ')}` : 'found by the search';
  return factor > SLACK ? `${found}, **${factor.toFixed(2)}× slower**` : found;
}

/** Of those with another plan than ours. */
function bestForced(result: QueryResult): string {
  const ways = FORCED.filter(({ name }) => result.figures[name] && !isSamePlan(result, name)).map(({ name }) => name);
  const best = ways.reduce<string | undefined>(
    (a, b) => (a === undefined || (ratio(result, b) ?? Infinity) < (ratio(result, a) ?? Infinity) ? b : a),
    undefined,
  );
  if (best !== undefined) return `${best} ${timeText(result.figures[best]!)}`;
  return forcedSlowdown(result) === undefined ? '' : 'same plan';
}
