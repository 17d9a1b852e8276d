/**
 * EXPLAIN's output in PostgreSQL's shape: indented text, or JSON/YAML that plan viewers take. One line of text per result
 * row; JSON and YAML come as one value.
 */
import { stringify } from 'yaml';
import type { QueryPlan } from '../../algebra/plan.ts';
import { OVERFLOW_MS } from '../cost/cost-model.ts';
import { SHIP_START_MS } from '../cost/home-costs.ts';
import { searchDocument, searchLines } from './explain-search.ts';
import { explainTree, type ExplainNode, type ExplainOptions, type ExplainValue } from './explain-node.ts';
import {
  COMMON_RATES,
  commonRatesText,
  linkTraffic,
  memoryText,
  placeRates,
  placeTitle,
  ratesText,
  type LinkTraffic,
} from './places.ts';

export interface ExplainTimes {
  readonly planningMs?: number;
  readonly executionMs?: number;
}

interface ExplainPlanOptions extends ExplainOptions {
  readonly format: 'text' | 'json' | 'yaml';
  /** The search is shown, too. */
  readonly optimizer: boolean;
  readonly times?: ExplainTimes;
  /** Why another plan was given up. */
  readonly plannedAgain?: string;
}

/** Rows of the QUERY PLAN column. */
export function explainPlan(plan: QueryPlan, options: ExplainPlanOptions): readonly string[] {
  const tree = explainTree(plan, options);
  switch (options.format) {
    case 'text':
      return [...textLines(tree, options), ...closingLines(plan, options)];
    case 'json':
      return [JSON.stringify([document(tree, plan, options)], null, 2)];
    case 'yaml':
      return [stringify([document(tree, plan, options)]).trimEnd()];
  }
}

const timesOf = ({ times }: ExplainPlanOptions): readonly (readonly [string, number])[] => [
  ...(times?.planningMs === undefined ? [] : [['Planning Time', times.planningMs] as const]),
  ...(times?.executionMs === undefined ? [] : [['Execution Time', times.executionMs] as const]),
];

/** What is said of the whole plan, below it. */
function closingLines(plan: QueryPlan, options: ExplainPlanOptions): readonly string[] {
  const { actual, costs, verbose, record, plannedAgain } = options;
  const traffic = actual ? linkTraffic(plan, actual) : [];
  const isReckoned = costs && verbose;
  const rates = isReckoned ? placeRates(plan, record.model) : [];
  return [
    ...(plannedAgain === undefined ? [] : [`Planned Again: ${plannedAgain}`]),
    ...traffic.flatMap(trafficLines),
    ...rates.map(({ place, rates: ns }) => `Rates of ${placeTitle(place)} (ns): ${ratesText(ns)}`),
    ...(isReckoned
      ? [`Rates between places (ns): ${commonRatesText()}`, `Memory: ${memoryText(record.model, record.expectedBytes)}`]
      : []),
    ...(options.optimizer ? searchLines(record.trace) : []),
    ...timesOf(options).map(([name, ms]) => `${name}: ${ms.toFixed(3)} ms`),
  ];
}

const trafficLines = ({ source, sentBytes, receivedBytes, receivedRows }: LinkTraffic): readonly string[] => [
  ...(sentBytes > 0 ? [`Sent to ${source}: ${sentBytes} bytes`] : []),
  `Received from ${source}: ${receivedBytes} bytes, ${receivedRows} rows`,
];

function textLines(node: ExplainNode, options: ExplainPlanOptions, depth = 0, label = ''): string[] {
  const indent = depth === 0 ? '' : ' '.repeat(6 * depth - 4);
  const lead = depth === 0 ? '' : `${indent}->  `;
  const inner = ' '.repeat(6 * depth + 2);
  const lines: string[] = [];
  if (label !== '') lines.push(`${' '.repeat(6 * depth - 4)}${label}`);
  lines.push(`${lead}${node.title}${figures(node, options.costs)}`);
  for (const [name, value] of node.properties) lines.push(`${inner}${name}: ${textValue(value)}`);
  if (options.verbose && node.above !== undefined) lines.push(`${inner}Not Pushed: ${node.above}`);
  if (node.actual?.sentBytes !== undefined) lines.push(`${inner}Sent: ${node.actual.sentBytes} bytes`);
  if (node.actual?.bytes !== undefined) lines.push(`${inner}Received: ${node.actual.bytes} bytes`);
  if (node.actual?.waitForConnectionMs !== undefined)
    lines.push(`${inner}Connection Wait: ${node.actual.waitForConnectionMs.toFixed(3)} ms`);
  if (node.actual?.memoryBytes !== undefined) lines.push(`${inner}Memory: ${Math.ceil(node.actual.memoryBytes / 1024)}kB`);
  for (const { relationship, node: child } of node.children) {
    const named = /^(InitPlan|CTE|Shared fetch|Shipped to) /.test(relationship) ? relationship : '';
    lines.push(...textLines(child, options, depth + 1, named));
  }
  return lines;
}

function figures(node: ExplainNode, costs: boolean): string {
  const { startupMs, totalMs, rows, width } = node.cost;
  const estimated = costs ? `  (cost=${startupMs.toFixed(2)}..${totalMs.toFixed(2)} rows=${rows} width=${width})` : '';
  if (!node.actual) return estimated;
  if (node.actual.loops === 0) return `${estimated} (never executed)`;
  return `${estimated} (actual time=0.000..${node.actual.timeMs.toFixed(3)} rows=${node.actual.rows.toFixed(2)} loops=${node.actual.loops})`;
}

const textValue = (value: ExplainValue): string => (Array.isArray(value) ? value.join(', ') : String(value));

function document(tree: ExplainNode, plan: QueryPlan, options: ExplainPlanOptions): Record<string, unknown> {
  const { actual, costs, verbose, record, optimizer } = options;
  const traffic = actual && linkTraffic(plan, actual);
  const sent = traffic?.map(({ source, sentBytes }) => ({ Site: source, Bytes: sentBytes }));
  const received = traffic?.map(({ source, receivedBytes, receivedRows }) => ({ Site: source, Bytes: receivedBytes, Rows: receivedRows })); // prettier-ignore
  const isReckoned = costs && verbose;
  const rates = isReckoned && placeRates(plan, record.model).map(({ place, rates: ns }) => ({ Site: place === '' ? 'local' : place, ...ns })); // prettier-ignore
  const memory = isReckoned && {
    Expected: record.expectedBytes,
    Allowed: record.model.memoryBytes,
    'Overflow Cost': OVERFLOW_MS,
  };
  return {
    Plan: jsonNode(tree, costs, undefined),
    ...(options.plannedAgain === undefined ? {} : { 'Planned Again': options.plannedAgain }),
    ...(sent ? { Sent: sent } : {}),
    ...(received ? { Received: received } : {}),
    ...(rates ? { Rates: rates, 'Rates Between': { ...COMMON_RATES, shipStartMs: SHIP_START_MS } } : {}),
    ...(memory ? { Memory: memory } : {}),
    ...(optimizer ? { Optimizer: searchDocument(record.trace) } : {}),
    ...Object.fromEntries(timesOf(options).map(([name, ms]) => [name, round(ms)])),
  };
}

function jsonNode(node: ExplainNode, costs: boolean, relationship: string | undefined): Record<string, unknown> {
  const { startupMs, totalMs, rows, width } = node.cost;
  return {
    'Node Type': node.nodeType,
    ...(relationship === undefined ? {} : { 'Parent Relationship': relationship }),
    Site: node.site,
    ...(costs ? { 'Startup Cost': round(startupMs), 'Total Cost': round(totalMs), 'Plan Rows': rows, 'Plan Width': width } : {}),
    ...(node.actual
      ? {
          'Actual Startup Time': 0,
          'Actual Total Time': round(node.actual.timeMs),
          'Actual Rows': node.actual.rows,
          'Actual Loops': node.actual.loops,
          ...(node.actual.sentBytes === undefined ? {} : { 'Sent Bytes': node.actual.sentBytes }),
          ...(node.actual.bytes === undefined ? {} : { 'Received Bytes': node.actual.bytes }),
          ...(node.actual.memoryBytes === undefined ? {} : { 'Peak Memory Usage': Math.ceil(node.actual.memoryBytes / 1024) }),
          ...(node.actual.waitForConnectionMs === undefined ? {} : { 'Connection Wait': round(node.actual.waitForConnectionMs) }),
        }
      : {}),
    ...Object.fromEntries(node.properties),
    ...(node.above === undefined ? {} : { 'Not Pushed': node.above }),
    ...(node.children.length === 0
      ? {}
      : { Plans: node.children.map((child) => jsonNode(child.node, costs, child.relationship)) }),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
