/**
 * A plan as a tree of titled nodes with properties, the one source of every EXPLAIN format. Names follow PostgreSQL's, so
 * that plan viewers read them; `Site`, `Remote SQL` and `Not Pushed` are ours.
 */
import { InternalError, unreachable } from '../../core/assert.ts';
import { isOfNet, planInputs } from '../../algebra/plan.ts';
import type { CteScanPlan, KeyFilter, KeysSent, Plan, QueryPlan, RemoteQuery, Subplan } from '../../algebra/plan.ts';
import type { Rel, RelColumn, SortKey } from '../../algebra/rel.ts';
import { printFrame } from '../../algebra/print-rel.ts';
import { printAggregate, printScalar, printWindowCall, type DatumText } from '../../algebra/print-scalar.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { CATALOG_SITE, outputColumns, SESSION_SITE } from '../../algebra/rel.ts';
import { relScalars, visitRel, visitScalar } from '../../algebra/transform.ts';
import { misestimate, readsAll } from './misestimate.ts';
import { expectedText, linkText } from './places.ts';
import type { NodeCost } from './plan-costs.ts';
import type { PlanRecord } from './plan-record.ts';
import { whyLocal } from './why-local.ts';

/** What one node did, from the executor's metrics. */
export interface ActualFigures {
  readonly rows: number;
  readonly timeMs: number;
  readonly loops: number;
  /** Received from a source. */
  readonly bytes?: number;
  /** Sent there: parameters, keys and shipped relations. */
  readonly sentBytes?: number;
  readonly memoryBytes?: number;
  readonly waitForConnectionMs?: number;
  /** Of a key filter. */
  readonly keysSent?: KeysSent;
  /** Rows of the right side when a join built the left one instead. */
  readonly buildFlippedAt?: number;
}

export interface ExplainOptions {
  readonly costs: boolean;
  readonly verbose: boolean;
  /** The SQL a site would be sent. */
  readonly sqlOf: (site: string, fragment: Rel) => string;
  readonly datum: DatumText;
  readonly record: PlanRecord;
  /** Present for EXPLAIN ANALYZE. */
  readonly actual?: (planId: number) => ActualFigures | undefined;
}

export type ExplainValue = string | number | boolean | readonly string[];

export interface ExplainNode {
  readonly title: string;
  readonly nodeType: string;
  readonly site: string;
  readonly cost: NodeCost;
  readonly actual: ActualFigures | undefined;
  readonly properties: readonly (readonly [string, ExplainValue])[];
  /** Why it runs in the gateway, where that follows from what is below. */
  readonly above: string | undefined;
  readonly children: readonly { readonly relationship: string; readonly node: ExplainNode }[];
}

export function explainTree(plan: QueryPlan, options: ExplainOptions): ExplainNode {
  const names = columnNames(plan);
  const describe = new Describer(options, (column) => names.get(column) ?? `column ${column}`, keyFiltersOf(plan));
  return describe.node(plan.root, plan.subplans);
}

/** Columns of tables as `table.column` (a table read again: `table_1.column`), computed ones by their own name. */
function columnNames(plan: QueryPlan): ReadonlyMap<ColumnId, string> {
  const names = new Map<ColumnId, string>();
  const reads = new Map<string, number>();
  const add = (columns: readonly RelColumn[]): void => {
    for (const column of columns) if (!names.has(column.id)) names.set(column.id, column.name);
  };
  const visitFragment = (root: Rel): void =>
    visitRel(root, (node) => {
      if (node.kind === 'scan') {
        const again = reads.get(node.table.name) ?? 0;
        reads.set(node.table.name, again + 1);
        const alias = again === 0 ? node.table.name : `${node.table.name}_${again}`;
        for (const column of node.columns) names.set(column.id, `${alias}.${column.name}`);
      } else add(outputColumns(node));
      for (const expr of relScalars(node)) {
        visitScalar(expr, (part) => {
          if (part.kind === 'subquery') visitFragment(part.rel);
        });
      }
    });
  const fetches = new Map<number, Plan>();
  /** A place that reads a shared fetch reads its tables again. */
  const addRead = (read: CteScanPlan): void => {
    const aliases = new Map<string, string>();
    read.columns.forEach((column, i) => {
      const fetched = fetches.get(read.cte)!.columns[read.positions?.[i] ?? i]!.id;
      const name = names.get(fetched)!;
      const table = /^(.*?)(?:_\d+)?\./.exec(name)?.[1];
      if (column.id === fetched || table === undefined || !reads.has(table)) return;
      if (!aliases.has(table)) {
        aliases.set(table, `${table}_${reads.get(table)!}`);
        reads.set(table, reads.get(table)! + 1);
      }
      names.set(column.id, `${aliases.get(table)}${name.slice(name.indexOf('.'))}`);
    });
  };
  const visit = (node: Plan): void => {
    if (node.kind === 'ctescan' && node.isFetch) addRead(node);
    add(node.columns);
    if (node.kind === 'remote') visitFragment(node.fragment);
    if (node.kind === 'with') for (const { cte, plan: of, isFetch } of node.definitions) if (isFetch) fetches.set(cte, of);
    for (const child of planInputs(node)) visit(child);
  };
  visit(plan.root);
  for (const subplan of plan.subplans) visit(subplan.plan);
  return names;
}

function remoteOf(plan: Plan, id: number): RemoteQuery | undefined {
  if (plan.kind === 'remote' && plan.id === id) return plan;
  for (const input of planInputs(plan)) {
    const found = remoteOf(input, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The joins that send keys, by the fragment they go to. */
function keyFiltersOf(plan: QueryPlan): ReadonlyMap<number, readonly number[]> {
  const joins = new Map<number, number[]>();
  const visit = (node: Plan): void => {
    if (node.kind === 'hashjoin' && node.keyFilter) {
      const { target } = node.keyFilter;
      joins.set(target, [...(joins.get(target) ?? []), node.id]);
    }
    for (const input of planInputs(node)) visit(input);
  };
  visit(plan.root);
  for (const subplan of plan.subplans) visit(subplan.plan);
  return joins;
}

const placeName = ({ site, inputs }: RemoteQuery): string =>
  site !== CATALOG_SITE ? site : inputs ? `${site} (net)` : SESSION_SITE;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const JOIN_PREFIX = { inner: '', left: 'Left ', right: 'Right ', full: 'Full ', semi: 'Semi ', anti: 'Anti ' } as const;

class Describer {
  readonly #options: ExplainOptions;
  readonly #name: (column: ColumnId) => string;
  readonly #keyFilters: ReadonlyMap<number, readonly number[]>;

  constructor(options: ExplainOptions, name: (column: ColumnId) => string, keyFilters: ReadonlyMap<number, readonly number[]>) {
    this.#options = options;
    this.#name = name;
    this.#keyFilters = keyFilters;
  }

  /** `whole`: its rows are read to their end. */
  node(plan: Plan, subplans: readonly Subplan[] = [], whole = true): ExplainNode {
    const { record, verbose, costs } = this.#options;
    const wholeBelow = readsAll(plan, whole);
    const children = [
      ...subplans.map((s) => ({ relationship: `InitPlan ${-s.param}`, node: this.node(s.plan) })),
      ...planInputs(plan).map((input, i) => ({
        relationship: this.#relationship(plan, i),
        node: this.node(input, [], wholeBelow),
      })),
    ];
    const { nodeType, title, properties } = this.#describe(plan);
    if (verbose) properties.unshift(['Output', plan.columns.map((column) => column.name)]);
    if (plan.kind === 'remote' && whole) properties.push(...this.#spared(plan));
    if (plan.notPushed) properties.push(['Not Pushed', plan.notPushed]);
    const cost = record.costOf(plan.id);
    if (costs && verbose && plan.kind === 'remote' && plan.shipRowsMax)
      properties.push(['Shipped At Most', counted(Math.max(...plan.shipRowsMax), 'row')]);
    if (costs && verbose && plan.kind === 'remote' && !plan.inputs)
      properties.push(['Expected', expectedText(cost)], ['Link', linkText(record.model.site(plan.site).link)]);
    const learned = costs && verbose ? record.learned(plan) : undefined;
    if (learned) properties.push(['Estimate', `learned from ${counted(learned.executions, 'earlier execution')}`]);
    const actual = this.#options.actual?.(plan.id);
    const off = whole && costs && actual?.loops === 1 ? misestimate(cost.rows, actual.rows) : undefined;
    if (off !== undefined) properties.push(['Misestimated', off]);
    const why = plan.notPushed === undefined ? whyLocal(plan, (below) => this.#describe(below).title) : undefined;
    const site = plan.kind === 'remote' ? plan.site : 'local';
    return { title, nodeType, site, cost, actual, properties, above: why, children };
  }

  #relationship(plan: Plan, index: number): string {
    if (plan.kind === 'remote' && !isOfNet(plan)) return `Shipped to ${plan.site}`;
    if (plan.kind === 'with') {
      const definition = plan.definitions[index];
      return definition === undefined ? 'Outer' : definition.isFetch ? definition.name : `CTE ${definition.name}`;
    }
    if (plan.kind === 'recursive' && index < plan.constants.length) return `CTE kept rows ${index + 1}`;
    return index === 0 || (plan.kind === 'recursive' && index === plan.constants.length) ? 'Outer' : 'Inner';
  }

  #scalar(expr: Scalar): string {
    return printScalar(expr, this.#name, this.#options.datum);
  }

  #conjuncts(exprs: readonly Scalar[]): string {
    return exprs.length === 1 ? this.#scalar(exprs[0]!) : `(${exprs.map((expr) => this.#scalar(expr)).join(' AND ')})`;
  }

  /** `customers.customer_id to shop`, and how many it were, or in which form they went. */
  #keysSent(plan: Plan, { target, key, expected, keysMax, bitmap }: KeyFilter): string {
    if (plan.kind !== 'hashjoin') throw new InternalError('only hash joins send keys');
    const source = remoteOf(plan.left, target);
    const what = `${this.#scalar(plan.rightKeys[key]!)} to ${source && placeName(source)}`;
    const sent = this.#options.actual?.(plan.id)?.keysSent;
    if (sent !== undefined) {
      const instead = expected.form === null && sent.form !== null ? `, ${expected.keys} were expected` : '';
      return `${what} (${sent.form === 'list' ? '' : `${sent.form ?? 'none'}: `}${sent.keys}${instead})`;
    }
    if (expected.form === null) return `${what} if not more than ${Math.max(keysMax, bitmap?.keysMax ?? 0)}`;
    return expected.form === 'list' ? what : `${what} as a ${expected.form}`;
  }

  /** What the keys of one join are expected to be good for. */
  #keysExpected(plan: Plan, { target, expected }: KeyFilter): readonly (readonly [string, ExplainValue])[] {
    const { actual, costs, verbose } = this.#options;
    if (actual || !costs || !verbose) return [];
    const without = plan.kind === 'hashjoin' ? remoteOf(plan.left, target)?.estimatedRows : undefined;
    if (without === undefined) throw new InternalError('keys go to a fragment of the probe side');
    const worth = expected.form === null ? 'too many' : `for ${expected.rows} of ${without} rows`;
    return [['Keys Expected', `${expected.keys}, ${worth}`]];
  }

  /** What the keys of all joins together spared a fragment: which of them left a row out, only its source knows. */
  #spared({ id, estimatedRows }: RemoteQuery): readonly (readonly [string, ExplainValue])[] {
    const { actual } = this.#options;
    const joins = this.#keyFilters.get(id) ?? [];
    if (!actual || !joins.some((join) => (actual(join)?.keysSent?.form ?? null) !== null)) return [];
    const received = actual(id)?.rows ?? 0;
    return [['Rows Spared', `${Math.max(0, estimatedRows - received)} (${received} of ${estimatedRows} expected without keys)`]];
  }

  #sortKeys(keys: readonly SortKey[]): readonly string[] {
    return keys.map((key) => {
      const nulls = key.nullsFirst === key.descending ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
      return `${this.#name(key.column)}${key.descending ? ' DESC' : ''}${nulls}`;
    });
  }

  #describe(plan: Plan): { nodeType: string; title: string; properties: (readonly [string, ExplainValue])[] } {
    switch (plan.kind) {
      case 'remote':
        return {
          nodeType: 'Remote Query',
          title: `Remote Query on ${placeName(plan)}`,
          properties: [['Remote SQL', this.#options.sqlOf(plan.site, plan.fragment)]],
        };
      case 'filter':
        return { nodeType: 'Filter', title: 'Filter', properties: [['Filter', this.#conjuncts(plan.conjuncts)]] };
      case 'project':
        return {
          nodeType: 'Project',
          title: 'Project',
          properties: [['Expressions', plan.exprs.map((expr) => this.#scalar(expr))]],
        };
      case 'hashjoin': {
        const equals = plan.nullsMatch === true ? 'IS NOT DISTINCT FROM' : '=';
        const keys = plan.leftKeys.map((left, i) => `(${this.#scalar(left)} ${equals} ${this.#scalar(plan.rightKeys[i]!)})`);
        const properties: (readonly [string, ExplainValue])[] = [
          ['Hash Cond', keys.length === 1 ? keys[0]! : `(${keys.join(' AND ')})`],
        ];
        if (plan.residual.length > 0) properties.push(['Join Filter', this.#conjuncts(plan.residual)]);
        if (plan.nullAware) properties.push(['Null Aware', true]);
        const flippedAt = this.#options.actual?.(plan.id)?.buildFlippedAt;
        if (flippedAt !== undefined) properties.push(['Build Side', `left, after ${flippedAt} rows of the right`]);
        if (plan.keyFilter) {
          properties.push(['Keys Sent', this.#keysSent(plan, plan.keyFilter)], ...this.#keysExpected(plan, plan.keyFilter));
        }
        return { nodeType: 'Hash Join', title: `Hash ${JOIN_PREFIX[plan.type]}Join`, properties };
      }
      case 'mergejoin': {
        const keys = plan.leftKeys.map((left, i) => `(${this.#name(left.column)} = ${this.#name(plan.rightKeys[i]!.column)})`);
        const properties: [string, ExplainValue][] = [['Merge Cond', keys.length === 1 ? keys[0]! : `(${keys.join(' AND ')})`]];
        if (plan.residual.length > 0) properties.push(['Join Filter', this.#conjuncts(plan.residual)]);
        return { nodeType: 'Merge Join', title: `Merge ${JOIN_PREFIX[plan.type]}Join`, properties };
      }
      case 'nestedloop':
        return {
          nodeType: 'Nested Loop',
          title: plan.type === 'inner' ? 'Nested Loop' : `Nested Loop ${JOIN_PREFIX[plan.type]}Join`,
          properties: plan.on.length > 0 ? [['Join Filter', this.#conjuncts(plan.on)]] : [],
        };
      case 'aggregate': {
        const calls = plan.calls.map((call) => printAggregate(call, this.#name, this.#options.datum));
        const properties: [string, ExplainValue][] = [];
        const names = (ids: readonly ColumnId[]): string => ids.map((id) => this.#name(id)).join(', ');
        if (plan.sets) {
          properties.push(['Grouping Sets', plan.sets.map((set) => `(${names(set)})`)]);
          const masks = (plan.masks ?? []).map((of) => `GROUPING(${names(of)})`);
          if (calls.length + masks.length > 0) properties.push(['Aggregates', [...calls, ...masks]]);
          return { nodeType: 'Aggregate', title: 'MixedAggregate', properties };
        }
        if (plan.groups.length > 0) properties.push(['Group Key', plan.groups.map((group) => this.#name(group))]);
        if (calls.length > 0) properties.push(['Aggregates', calls]);
        const title = plan.groups.length === 0 ? 'Aggregate' : plan.isSorted ? 'GroupAggregate' : 'HashAggregate';
        return { nodeType: 'Aggregate', title, properties };
      }
      case 'window': {
        const calls = plan.functions.map(({ call }) => printWindowCall(call, this.#name, this.#options.datum));
        const properties: [string, ExplainValue][] = [];
        if (plan.partition.length > 0) properties.push(['Partition Key', plan.partition.map((id) => this.#name(id))]);
        if (plan.order.length > 0) properties.push(['Order Key', this.#sortKeys(plan.order)]);
        properties.push(['Frame', printFrame(plan.frame, (expr) => this.#scalar(expr))], ['Functions', calls]);
        return { nodeType: 'WindowAgg', title: 'WindowAgg', properties };
      }
      case 'sort': {
        const properties: [string, ExplainValue][] = [['Sort Key', this.#sortKeys(plan.keys)]];
        if (plan.topN) properties.push(['Sort Method', 'top-N heapsort']);
        return { nodeType: 'Sort', title: 'Sort', properties };
      }
      case 'limit': {
        const properties: [string, ExplainValue][] = [];
        if (plan.limit) properties.push(['Limit', this.#scalar(plan.limit)]);
        if (plan.offset) properties.push(['Offset', this.#scalar(plan.offset)]);
        return { nodeType: 'Limit', title: 'Limit', properties };
      }
      case 'distinct':
        return { nodeType: 'Unique', title: plan.isSorted ? 'Unique' : 'HashUnique', properties: [] };
      case 'setop': {
        const title = plan.op === 'union' ? 'Append' : `HashSetOp ${plan.op === 'except' ? 'Except' : 'Intersect'}`;
        const distinct =
          plan.op === 'union' && !plan.all ? 'Append Distinct' : `${title}${plan.all && plan.op !== 'union' ? ' All' : ''}`;
        return { nodeType: plan.op === 'union' ? 'Append' : 'SetOp', title: distinct, properties: [] };
      }
      case 'values':
        return { nodeType: 'Values Scan', title: plan.columns.length === 0 ? 'Result' : 'Values Scan', properties: [] };
      case 'with':
        return { nodeType: 'With', title: 'With', properties: [] };
      case 'projectset': {
        const calls = plan.functions.map(({ call }) => this.#scalar(call));
        return { nodeType: 'ProjectSet', title: 'ProjectSet', properties: [['Functions', calls]] };
      }
      case 'recursive':
        return { nodeType: 'Recursive Union', title: `Recursive Union ${plan.name}`, properties: [] };
      case 'ctescan':
        if (plan.isFetch) return { nodeType: 'Shared Fetch Scan', title: `Read of ${plan.name}`, properties: [] };
        return { nodeType: 'CTE Scan', title: `CTE Scan on ${plan.name}`, properties: [] };
      default:
        return unreachable(plan);
    }
  }
}
