/**
 * Random trees of inner, outer, semi and anti joins over small tables with NULLs, and what they are by definition: for proofs
 * that a rewritten tree has the rows of the one that was written.
 */
import { printScalar } from '../../../algebra/print-scalar.ts';
import { outputColumns, type Aggregate, type Join, type Rel, type Scan } from '../../../algebra/rel.ts';
import type { AggregateCall, CallScalar, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { sqlType } from '../../../core/sql-type.ts';

export type Row = ReadonlyMap<ColumnId, number | null>;

export const INT = sqlType('int4');
export const BOOL = sqlType('bool');
/** Repeatable: a test that fails fails again. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

export const column = (id: ColumnId): Scalar => ({ kind: 'column', column: id, type: INT });

export function compare(name: '=' | '<', left: Scalar, right: Scalar): CallScalar {
  const oid = name === '=' ? 65 : 66;
  return {
    kind: 'call',
    fn: {
      oid,
      schema: 'pg_catalog',
      name: name === '=' ? 'int4eq' : 'int4lt',
      signature: name === '=' ? 'int4eq(int4,int4)' : 'int4lt(int4,int4)',
      kind: 'function',
      volatility: 'immutable',
      strict: true,
      leakproof: true,
      returnsSet: false,
    },
    operator: {
      oid: name === '=' ? 96 : 97,
      schema: 'pg_catalog',
      name,
      position: 'infix',
      functionOid: oid,
      commutator: 0,
      negator: 0,
      canHash: name === '=',
    },
    args: [left, right],
    type: BOOL,
    inputCollation: 'none',
    form: 'operator',
  };
}

export class RandomBlock {
  readonly tables = new Map<Scan, readonly Row[]>();
  readonly #random: (below: number) => number;
  #lastColumn = 0;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  tree(relations: number): Rel {
    if (relations === 1) return this.#scan();
    const near = 1 + this.#random(relations - 1);
    const left = this.#filtered(this.tree(near));
    const right = this.#filtered(this.tree(relations - near));
    const type = (['inner', 'inner', 'inner', 'left', 'left', 'right', 'full', 'semi', 'anti'] as const)[this.#random(9)]!;
    const on: Scalar[] = this.#random(12) === 0 && type === 'inner' ? [] : [this.condition(left, right)];
    if (this.#random(3) === 0) on.push(this.condition(left, right));
    if (this.#random(6) === 0) on.push(this.condition(right, right));
    if (this.#random(8) === 0) on.push(this.#constant());
    if (this.#random(8) === 0) on.push(this.#overThree(left, right));
    if (this.#random(40) === 0) on.splice(0, on.length, this.#constant());
    if (type === 'anti' && this.#random(3) === 0) return { kind: 'join', type, left, right, on: on.slice(0, 1), nullAware: true };
    return { kind: 'join', type, left, right, on };
  }

  /** Mostly as it is: a filter between joins. */
  #filtered(input: Rel): Rel {
    if (this.#random(10) !== 0) return input;
    const conjuncts = [this.#random(4) === 0 ? this.#constant() : this.condition(input, input)];
    return { kind: 'filter', input, conjuncts };
  }

  #constant(): Scalar {
    return { kind: 'const', value: [true, true, false, null][this.#random(4)]!, type: BOOL };
  }

  /** Reads up to three relations. */
  #overThree(left: Rel, right: Rel): Scalar {
    const other = this.condition(right, left);
    const args = [this.condition(left, right), other];
    return { kind: 'or', args, type: BOOL };
  }

  #scan(): Scan {
    const count = this.tables.size;
    const columns = [0, 1].map((i) => ({
      id: ++this.#lastColumn as ColumnId,
      name: `c${i}`,
      type: INT,
      sourceName: `c${i}`,
    }));
    const site = ['shop', 'lake'][this.#random(2)]!;
    const table = { site, mirrorOid: count + 1, schema: 's', name: `t${count}`, keys: [] };
    const scan: Scan = { kind: 'scan', table, columns };
    const value = (): number | null => (this.#random(5) === 0 ? null : this.#random(3));
    const rows = Array.from({ length: this.#random(5) }, () => new Map(columns.map(({ id }) => [id, value()])));
    this.tables.set(scan, rows);
    return scan;
  }

  condition(left: Rel, right: Rel): Scalar {
    const pick = (rel: Rel): Scalar => column(outputColumns(rel)[this.#random(outputColumns(rel).length)]!.id);
    const [a, b] = [pick(left), pick(right)];
    switch (this.#random(8)) {
      case 0:
        return { kind: 'nulltest', arg: b, negated: this.#random(2) === 0, type: BOOL } as Scalar;
      case 1:
        return { kind: 'or', args: [compare('=', a, b), { kind: 'nulltest', arg: a, negated: false, type: BOOL } as Scalar], type: BOOL }; // prettier-ignore
      case 2:
        return compare('<', a, b);
      default:
        return compare('=', a, b);
    }
  }

  rows(rel: Rel): readonly Row[] {
    switch (rel.kind) {
      case 'scan':
        return this.tables.get(rel)!;
      case 'filter':
        return this.rows(rel.input).filter((row) => rel.conjuncts.every((expr) => evaluate(expr, row) === true));
      case 'input':
        return this.rows(rel.shipped!).map((row) => new Map(rel.columns.map(({ id }) => [id, row.get(id)!])));
      case 'project':
        return this.rows(rel.input).map((row) => new Map(rel.items.map((item) => [item.column.id, evaluate(item.expr, row) as number | null]))); // prettier-ignore
      case 'join':
        return joined(rel, this.rows(rel.left), this.rows(rel.right));
      case 'aggregate':
        return aggregated(rel, this.rows(rel.input));
      case 'sort':
        return this.rows(rel.input);
      default:
        throw new Error(`no ${rel.kind} here`);
    }
  }
}

function joined(rel: Join, left: readonly Row[], right: readonly Row[]): Row[] {
  const nulls = (side: Rel): Row => new Map(outputColumns(side).map(({ id }) => [id, null]));
  const both = (a: Row, b: Row): Row => new Map([...a, ...b]);
  const truths = (a: Row): readonly unknown[] => right.map((b) => all(rel.on.map((expr) => evaluate(expr, both(a, b)))));
  const out: Row[] = [];
  const matched = new Set<number>();
  for (const a of left) {
    const found = truths(a);
    const partners = [...found.keys()].filter((i) => found[i] === true);
    for (const i of partners) matched.add(i);
    if (rel.type === 'semi') {
      if (partners.length > 0) out.push(a);
    } else if (rel.type === 'anti') {
      if (rel.nullAware === true ? found.every((truth) => truth === false) : partners.length === 0) out.push(a);
    } else {
      for (const i of partners) out.push(both(a, right[i]!));
      if (partners.length === 0 && (rel.type === 'left' || rel.type === 'full')) out.push(both(a, nulls(rel.right)));
    }
  }
  if (rel.type === 'right' || rel.type === 'full') {
    for (const [i, b] of right.entries()) if (!matched.has(i)) out.push(both(nulls(rel.left), b));
  }
  return out;
}

function aggregated({ groups, aggregates }: Aggregate, rows: readonly Row[]): Row[] {
  const byKey = new Map<string, Row[]>(groups.length === 0 ? [['', []]] : []);
  for (const row of rows) {
    const key = groups.map(({ id }) => String(row.get(id))).join();
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  return [...byKey.values()].map((group) => {
    const keys = groups.map(({ id }): [ColumnId, number | null] => [id, group[0]!.get(id)!]);
    return new Map([
      ...keys,
      ...aggregates.map(({ column: { id }, call }): [ColumnId, number | null] => [id, called(call, group)]),
    ]);
  });
}

function called({ fn, args, filter, distinct }: AggregateCall, group: readonly Row[]): number | null {
  const rows = filter === null ? group : group.filter((row) => evaluate(filter, row) === true);
  if (args.length === 0) return rows.length;
  const found = rows.map((row) => evaluate(args[0]!, row) as number | null).filter((value) => value !== null);
  const values = distinct ? [...new Set(found)] : found;
  if (fn.name === 'count') return values.length;
  if (values.length === 0) return null;
  if (fn.name === 'sum') return values.reduce((sum, value) => sum + value, 0);
  return fn.name === 'min' ? Math.min(...values) : Math.max(...values);
}

const all = (truths: readonly unknown[]): unknown => (truths.includes(false) ? false : truths.includes(null) ? null : true);

function evaluate(expr: Scalar, row: Row): unknown {
  switch (expr.kind) {
    case 'column':
      return row.get(expr.column)!;
    case 'const':
      return expr.value;
    case 'nulltest':
      return (evaluate(expr.arg, row) === null) !== expr.negated;
    case 'or': {
      const truths = expr.args.map((arg) => evaluate(arg, row));
      return truths.includes(true) ? true : truths.includes(null) ? null : false;
    }
    case 'and':
      return all(expr.args.map((arg) => evaluate(arg, row)));
    case 'coalesce':
      return expr.args.map((arg) => evaluate(arg, row)).find((value) => value !== null) ?? null;
    case 'call': {
      const [a, b] = expr.args.map((arg) => evaluate(arg, row) as number | null);
      if (a === null || b === null) return null;
      // A cast among numbers.
      if (expr.operator === undefined) return a;
      return expr.operator.name === '*' ? a! * b! : expr.operator.name === '=' ? a === b : a! < b!;
    }
    default:
      throw new Error(`no ${expr.kind} here`);
  }
}

export const printed = (rel: Rel): string => {
  const condition = (expr: Scalar): string => printScalar(expr, (id) => `#${id}`);
  if (rel.kind === 'join') {
    return `(${printed(rel.left)} ${rel.type}[${rel.on.map(condition).join(' and ')}] ${printed(rel.right)})`;
  }
  if (rel.kind === 'filter') return `filter[${rel.conjuncts.map(condition).join(' and ')}](${printed(rel.input)})`;
  if (rel.kind === 'aggregate') return `γ(${printed(rel.input)})`;
  if (rel.kind === 'input') return `shipped ${printed(rel.shipped!)}`;
  return rel.kind === 'project' ? printed(rel.input) : `t${outputColumns(rel).map(({ id }) => id).join('_')}`; // prettier-ignore
};

export const sorted = (rel: Rel, rows: readonly Row[]): readonly string[] =>
  rows.map((row) => outputColumns(rel).map(({ id }) => String(row.get(id))).join()).sort(); // prettier-ignore
