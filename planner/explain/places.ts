/**
 * What EXPLAIN says of the places that a plan uses: the rates of the cost model and the figures of the links (VERBOSE,
 * COSTS), and what went over the links to and from the sources (ANALYZE).
 */
import { planInputs, type Plan, type QueryPlan, type RemoteQuery } from '../../algebra/plan.ts';
import { CATALOG_SITE, SESSION_SITE } from '../../algebra/rel.ts';
import type { ComputeCosts, LinkCosts } from '../../algebra/site-costs.ts';
import { HOME, OVERFLOW_MS, type CostModel } from '../cost/cost-model.ts';
import { KEY_BIT, KEY_VALUE, OUTPUT_VALUE, SHIP_START_MS, SHIPPED_VALUE } from '../cost/home-costs.ts';
import type { NodeCost } from './plan-costs.ts';

export interface PlaceRates {
  readonly place: string;
  /** Nanoseconds. */
  readonly rates: ComputeCosts;
}

/** Of home and of each source that the plan reads. */
export function placeRates(plan: QueryPlan, model: CostModel): readonly PlaceRates[] {
  const sites = new Set(fragmentsOf(plan).map(({ site }) => site));
  return [HOME, ...[...sites].sort()].map((place) => ({ place, rates: model.rates(place) }));
}

/** `scan row 70, index row 400, …`. */
export const ratesText = (rates: ComputeCosts | typeof COMMON_RATES): string =>
  Object.entries(rates)
    .map(([name, ns]) => `${wordsOf(name)} ${ns}`)
    .join(', ');

/** What is counted beside the work of places and their links, in nanoseconds. */
export const COMMON_RATES = {
  keySent: KEY_VALUE,
  keyInBitmap: KEY_BIT,
  valueShipped: SHIPPED_VALUE,
  valueWrittenForTheClient: OUTPUT_VALUE,
} as const;

/** `Rates between places (ns): key sent 500, …; 2.00 ms to begin shipping`. */
export const commonRatesText = (): string => `${ratesText(COMMON_RATES)}; ${SHIP_START_MS.toFixed(2)} ms to begin shipping`;

/** What the plan is expected to keep at home at the same time, and what is due where that is too much. */
export const memoryText = (model: CostModel, expectedBytes: number): string =>
  `${kilobytes(expectedBytes)} expected of ${kilobytes(model.memoryBytes)} (query_memory); beyond, ${OVERFLOW_MS} ms for as much`;

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)}kB`;

const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const placeTitle = (place: string): string => (place === HOME ? 'the gateway' : place);

/** What a fragment is expected to send. */
export const expectedText = (cost: NodeCost): string => `${cost.rows} rows, ${cost.rows * cost.width} bytes`;

export function linkText(link: LinkCosts): string {
  const speed = link.byte === 0 ? '' : `, ${(1000 / link.byte).toFixed(0)} MB/s`;
  return `${link.startMs.toFixed(2)} ms to the first row${speed}, ${link.row.toFixed(0)} ns a row, ${link.column.toFixed(0)} ns a value`;
}

export interface LinkTraffic {
  readonly source: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly receivedRows: number;
}

/** By source, in the order of their first fragments. */
export function linkTraffic(
  plan: QueryPlan,
  actual: (planId: number) => { readonly rows: number; readonly bytes?: number; readonly sentBytes?: number } | undefined,
): readonly LinkTraffic[] {
  const bySource = new Map<string, LinkTraffic>();
  for (const { id, site } of fragmentsOf(plan)) {
    const { rows = 0, bytes = 0, sentBytes = 0 } = actual(id) ?? {};
    const sum = bySource.get(site) ?? { source: site, sentBytes: 0, receivedBytes: 0, receivedRows: 0 };
    bySource.set(site, {
      source: site,
      sentBytes: sum.sentBytes + sentBytes,
      receivedBytes: sum.receivedBytes + bytes,
      receivedRows: sum.receivedRows + rows,
    });
  }
  return [...bySource.values()];
}

/** Those of sources. */
function fragmentsOf(plan: QueryPlan): readonly RemoteQuery[] {
  const found: RemoteQuery[] = [];
  const visit = (node: Plan): void => {
    if (node.kind === 'remote' && node.site !== CATALOG_SITE && node.site !== SESSION_SITE) found.push(node);
    for (const input of planInputs(node)) visit(input);
  };
  for (const { plan: subplan } of plan.subplans) visit(subplan);
  visit(plan.root);
  return found;
}
