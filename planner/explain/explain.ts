/**
 * EXPLAIN's output in PostgreSQL's shape: indented text, or JSON/YAML that plan viewers take. One line of text per result
 * row; JSON and YAML come as one value.
 */
import { stringify } from 'yaml';
import type { QueryPlan } from '../../algebra/plan.ts';
import { explainTree, type ExplainNode, type ExplainOptions, type ExplainValue } from './explain-node.ts';

export interface ExplainTimes {
  readonly planningMs?: number;
  readonly executionMs?: number;
}

/** Rows of the QUERY PLAN column. */
export function explainPlan(
  plan: QueryPlan,
  options: ExplainOptions & { readonly format: 'text' | 'json' | 'yaml'; readonly times?: ExplainTimes },
): readonly string[] {
  const tree = explainTree(plan, options);
  const times: readonly (readonly [string, number])[] = [
    ...(options.times?.planningMs === undefined ? [] : [['Planning Time', options.times.planningMs] as const]),
    ...(options.times?.executionMs === undefined ? [] : [['Execution Time', options.times.executionMs] as const]),
  ];
  switch (options.format) {
    case 'text':
      return [...textLines(tree, options.costs), ...times.map(([name, ms]) => `${name}: ${ms.toFixed(3)} ms`)];
    case 'json':
      return [JSON.stringify([document(tree, options.costs, times)], null, 2)];
    case 'yaml':
      return [stringify([document(tree, options.costs, times)]).trimEnd()];
  }
}

function textLines(node: ExplainNode, costs: boolean, depth = 0, label = ''): string[] {
  const indent = depth === 0 ? '' : ' '.repeat(6 * depth - 4);
  const lead = depth === 0 ? '' : `${indent}->  `;
  const inner = ' '.repeat(6 * depth + 2);
  const lines: string[] = [];
  if (label !== '') lines.push(`${' '.repeat(6 * depth - 4)}${label}`);
  lines.push(`${lead}${node.title}${figures(node, costs)}`);
  for (const [name, value] of node.properties) lines.push(`${inner}${name}: ${textValue(value)}`);
  if (node.actual?.bytes !== undefined) lines.push(`${inner}Received: ${node.actual.bytes} bytes`);
  if (node.actual?.waitForConnectionMs !== undefined)
    lines.push(`${inner}Connection Wait: ${node.actual.waitForConnectionMs.toFixed(3)} ms`);
  if (node.actual?.memoryBytes !== undefined) lines.push(`${inner}Memory: ${Math.ceil(node.actual.memoryBytes / 1024)}kB`);
  for (const { relationship, node: child } of node.children) {
    const named = relationship.startsWith('InitPlan') || relationship.startsWith('CTE') ? relationship : '';
    lines.push(...textLines(child, costs, depth + 1, named));
  }
  return lines;
}

function figures(node: ExplainNode, costs: boolean): string {
  const { startup, total, rows, width } = node.cost;
  const estimated = costs ? `  (cost=${startup.toFixed(2)}..${total.toFixed(2)} rows=${rows} width=${width})` : '';
  if (!node.actual) return estimated;
  if (node.actual.loops === 0) return `${estimated} (never executed)`;
  return `${estimated} (actual time=0.000..${node.actual.timeMs.toFixed(3)} rows=${node.actual.rows.toFixed(2)} loops=${node.actual.loops})`;
}

const textValue = (value: ExplainValue): string => (Array.isArray(value) ? value.join(', ') : String(value));

function document(tree: ExplainNode, costs: boolean, times: readonly (readonly [string, number])[]): Record<string, unknown> {
  return { Plan: jsonNode(tree, costs, undefined), ...Object.fromEntries(times.map(([name, ms]) => [name, round(ms)])) };
}

function jsonNode(node: ExplainNode, costs: boolean, relationship: string | undefined): Record<string, unknown> {
  const { startup, total, rows, width } = node.cost;
  return {
    'Node Type': node.nodeType,
    ...(relationship === undefined ? {} : { 'Parent Relationship': relationship }),
    Site: node.site,
    ...(costs ? { 'Startup Cost': round(startup), 'Total Cost': round(total), 'Plan Rows': rows, 'Plan Width': width } : {}),
    ...(node.actual
      ? {
          'Actual Startup Time': 0,
          'Actual Total Time': round(node.actual.timeMs),
          'Actual Rows': node.actual.rows,
          'Actual Loops': node.actual.loops,
          ...(node.actual.bytes === undefined ? {} : { 'Received Bytes': node.actual.bytes }),
          ...(node.actual.memoryBytes === undefined ? {} : { 'Peak Memory Usage': Math.ceil(node.actual.memoryBytes / 1024) }),
          ...(node.actual.waitForConnectionMs === undefined ? {} : { 'Connection Wait': round(node.actual.waitForConnectionMs) }),
        }
      : {}),
    ...Object.fromEntries(node.properties),
    ...(node.children.length === 0
      ? {}
      : { Plans: node.children.map((child) => jsonNode(child.node, costs, child.relationship)) }),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
