/**
 * A plan as a tree of titled nodes with properties, the one source of every EXPLAIN format. Names follow PostgreSQL's, so
 * that plan viewers read them; `Site`, `Remote SQL` and `Not Pushed` are ours.
 */
import { InternalError, unreachable } from '../../core/assert.ts';
import { planInputs } from '../../algebra/plan.ts';
import type { KeyFilter, Plan, QueryPlan, Subplan } from '../../algebra/plan.ts';
import type { Rel, RelColumn, SortKey } from '../../algebra/rel.ts';
import { printFrame } from '../../algebra/print-rel.ts';
import { printAggregate, printScalar, printWindowCall, type DatumText } from '../../algebra/print-scalar.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { CATALOG_SITE, outputColumns, SESSION_SITE } from '../../algebra/rel.ts';
import { relScalars, visitRel, visitScalar } from '../../algebra/transform.ts';

/** What one node did, from the executor's metrics. */
export interface ActualFigures {
  readonly rows: number;
  readonly timeMs: number;
  readonly loops: number;
  /** Received from a source. */
  readonly bytes?: number;
  readonly memoryBytes?: number;
  readonly waitForConnectionMs?: number;
  /** Of a key filter; null: there were too many. */
  readonly keysSent?: number | null;
}

export interface ExplainOptions {
  readonly costs: boolean;
  readonly verbose: boolean;
  /** The SQL a site would be sent. */
  readonly sqlOf: (site: string, fragment: Rel) => string;
  readonly datum: DatumText;
  /** Present for EXPLAIN ANALYZE. */
  readonly actual?: (planId: number) => ActualFigures | undefined;
}

export type ExplainValue = string | number | boolean | readonly string[];

export interface ExplainNode {
  readonly title: string;
  readonly nodeType: string;
  readonly site: string;
  readonly cost: { readonly startup: number; readonly total: number; readonly rows: number; readonly width: number };
  readonly actual: ActualFigures | undefined;
  readonly properties: readonly (readonly [string, ExplainValue])[];
  readonly children: readonly { readonly relationship: string; readonly node: ExplainNode }[];
}

const WIDTH: Readonly<Record<string, number>> = {
  bool: 1,
  int2: 2,
  int4: 4,
  date: 4,
  float4: 4,
  text: 32,
  varchar: 32,
  bytea: 32,
  uuid: 16,
  interval: 16,
};
const widthOf = (columns: readonly RelColumn[]): number => columns.reduce((sum, c) => sum + (WIDTH[c.type.kind] ?? 8), 0);

/** Rough figures, not those of the search: rows touched locally, and rows times width over a link. */
const LOCAL_ROW_COST = 0.01;
const REMOTE_START_COST = 10;
const REMOTE_BYTE_COST = 0.001;

export function explainTree(plan: QueryPlan, options: ExplainOptions): ExplainNode {
  const names = columnNames(plan);
  const describe = new Describer(options, (column) => names.get(column) ?? `column ${column}`);
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
  const visit = (node: Plan): void => {
    add(node.columns);
    if (node.kind === 'remote') visitFragment(node.fragment);
    for (const child of planInputs(node)) visit(child);
  };
  visit(plan.root);
  for (const subplan of plan.subplans) visit(subplan.plan);
  return names;
}

function siteOf(plan: Plan, id: number): string | undefined {
  if (plan.kind === 'remote' && plan.id === id) return plan.site;
  for (const input of planInputs(plan)) {
    const found = siteOf(input, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

const JOIN_PREFIX = { inner: '', left: 'Left ', right: 'Right ', full: 'Full ', semi: 'Semi ', anti: 'Anti ' } as const;

class Describer {
  readonly #options: ExplainOptions;
  readonly #name: (column: ColumnId) => string;

  constructor(options: ExplainOptions, name: (column: ColumnId) => string) {
    this.#options = options;
    this.#name = name;
  }

  node(plan: Plan, subplans: readonly Subplan[] = []): ExplainNode {
    const children = [
      ...subplans.map((s) => ({ relationship: `InitPlan ${-s.param}`, node: this.node(s.plan) })),
      ...planInputs(plan).map((input, i) => ({ relationship: this.#relationship(plan, i), node: this.node(input) })),
    ];
    const { nodeType, title, properties } = this.#describe(plan);
    if (this.#options.verbose) properties.unshift(['Output', plan.columns.map((column) => column.name)]);
    if (plan.notPushed) properties.push(['Not Pushed', plan.notPushed]);
    const below = children.reduce((sum, child) => sum + child.node.cost.total, 0);
    const width = widthOf(plan.columns);
    const own =
      plan.kind === 'remote'
        ? REMOTE_START_COST + plan.estimatedRows * width * REMOTE_BYTE_COST
        : plan.estimatedRows * LOCAL_ROW_COST;
    const startup = plan.kind === 'remote' ? REMOTE_START_COST : plan.kind === 'sort' || plan.kind === 'aggregate' ? below : 0;
    return {
      title,
      nodeType,
      site: plan.kind === 'remote' ? plan.site : 'local',
      cost: { startup, total: below + own, rows: plan.estimatedRows, width },
      actual: this.#options.actual?.(plan.id),
      properties,
      children,
    };
  }

  #relationship(plan: Plan, index: number): string {
    if (plan.kind === 'with') return index < plan.definitions.length ? `CTE ${plan.definitions[index]!.name}` : 'Outer';
    if (plan.kind === 'recursive' && index < plan.constants.length) return `CTE kept rows ${index + 1}`;
    return index === 0 || (plan.kind === 'recursive' && index === plan.constants.length) ? 'Outer' : 'Inner';
  }

  #scalar(expr: Scalar): string {
    return printScalar(expr, this.#name, this.#options.datum);
  }

  #conjuncts(exprs: readonly Scalar[]): string {
    return exprs.length === 1 ? this.#scalar(exprs[0]!) : `(${exprs.map((expr) => this.#scalar(expr)).join(' AND ')})`;
  }

  /** `customers.customer_id to shop`, and how many it were. */
  #keysSent(plan: Plan, { target, key }: KeyFilter): string {
    if (plan.kind !== 'hashjoin') throw new InternalError('only hash joins send keys');
    const what = `${this.#scalar(plan.rightKeys[key]!)} to ${siteOf(plan.left, target)}`;
    const sent = this.#options.actual?.(plan.id)?.keysSent;
    return sent === undefined ? what : `${what} (${sent === null ? 'none: too many' : sent})`;
  }

  #sortKeys(keys: readonly SortKey[]): readonly string[] {
    return keys.map((key) => {
      const nulls = key.nullsFirst === key.descending ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
      return `${this.#name(key.column)}${key.descending ? ' DESC' : ''}${nulls}`;
    });
  }

  #describe(plan: Plan): { nodeType: string; title: string; properties: [string, ExplainValue][] } {
    switch (plan.kind) {
      case 'remote':
        return {
          nodeType: 'Remote Query',
          title: `Remote Query on ${plan.site !== CATALOG_SITE ? plan.site : plan.inputs ? `${plan.site} (net)` : SESSION_SITE}`,
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
        const properties: [string, ExplainValue][] = [['Hash Cond', keys.length === 1 ? keys[0]! : `(${keys.join(' AND ')})`]];
        if (plan.residual.length > 0) properties.push(['Join Filter', this.#conjuncts(plan.residual)]);
        if (plan.nullAware) properties.push(['Null Aware', true]);
        if (plan.keyFilter) properties.push(['Keys Sent', this.#keysSent(plan, plan.keyFilter)]);
        return { nodeType: 'Hash Join', title: `Hash ${JOIN_PREFIX[plan.type]}Join`, properties };
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
        return { nodeType: 'Aggregate', title: plan.groups.length > 0 ? 'HashAggregate' : 'Aggregate', properties };
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
        return { nodeType: 'Unique', title: 'HashUnique', properties: [] };
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
        return { nodeType: 'CTE Scan', title: `CTE Scan on ${plan.name}`, properties: [] };
      default:
        return unreachable(plan);
    }
  }
}
