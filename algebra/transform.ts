/**
 * Walking and rebuilding the logical language: what every rewrite, the placement and the executor share. All functions are
 * pure; a node whose parts did not change is returned as it was, so that identity tells whether a rule fired.
 * Long since every walk names each kind of node.
 */
import { unreachable } from '../core/assert.ts';
import { sqlType } from '../core/sql-type.ts';
import type { FrameBound, Input, Rel } from './rel.ts';
import type { AggregateCall, CallScalar, ColumnId, FunctionRef, NativeScalar, Scalar, WindowCall } from './scalar.ts';

const mapArray = <T>(items: readonly T[], f: (item: T) => T): readonly T[] => {
  let out: T[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const mapped = f(items[i]!);
    if (mapped !== items[i] && out === undefined) out = items.slice(0, i);
    if (out !== undefined) out.push(mapped);
  }
  return out ?? items;
};

/** The direct parts of an expression. A subquery's `rel` is not a part: it has a scope of its own. */
export function scalarParts(expr: Scalar): readonly Scalar[] {
  switch (expr.kind) {
    case 'column':
    case 'const':
    case 'param':
    case 'caseoperand':
      return [];
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'native':
      return expr.args;
    case 'cast':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'field':
      return [expr.arg];
    case 'row':
      return expr.fields;
    case 'subscript':
      return [expr.container, ...expr.indexes.flatMap(({ lower, upper }) => [lower, upper].filter((bound) => bound !== null))];
    case 'distinct':
    case 'nullif':
      return [expr.left, expr.right];
    case 'arraycompare':
      return [expr.left, expr.array];
    case 'case':
      return [...(expr.operand ? [expr.operand] : []), ...expr.branches.flatMap((b) => [b.when, b.then]), expr.otherwise];
    case 'array':
      return expr.elements;
    case 'subquery':
      return expr.left ?? [];
    default:
      return unreachable(expr);
  }
}

/** The same expression with `f` applied to each direct part. */
export function mapScalarParts(expr: Scalar, f: (part: Scalar) => Scalar): Scalar {
  switch (expr.kind) {
    case 'column':
    case 'const':
    case 'param':
    case 'caseoperand':
      return expr;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'native': {
      const args = mapArray(expr.args, f);
      return args === expr.args ? expr : { ...expr, args };
    }
    case 'cast':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'field': {
      const arg = f(expr.arg);
      return arg === expr.arg ? expr : { ...expr, arg };
    }
    case 'row': {
      const fields = mapArray(expr.fields, f);
      return fields === expr.fields ? expr : { ...expr, fields };
    }
    case 'subscript': {
      const container = f(expr.container);
      const indexes = mapArray(expr.indexes, (index) => {
        const lower = index.lower && f(index.lower);
        const upper = index.upper && f(index.upper);
        return lower === index.lower && upper === index.upper ? index : { lower, upper };
      });
      return container === expr.container && indexes === expr.indexes ? expr : { ...expr, container, indexes };
    }
    case 'distinct':
    case 'nullif': {
      const left = f(expr.left);
      const right = f(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'arraycompare': {
      const left = f(expr.left);
      const array = f(expr.array);
      return left === expr.left && array === expr.array ? expr : { ...expr, left, array };
    }
    case 'case': {
      const operand = expr.operand && f(expr.operand);
      const branches = mapArray(expr.branches, (branch) => {
        const when = f(branch.when);
        const then = f(branch.then);
        return when === branch.when && then === branch.then ? branch : { when, then };
      });
      const otherwise = f(expr.otherwise);
      if (operand === expr.operand && branches === expr.branches && otherwise === expr.otherwise) return expr;
      return { ...expr, ...(operand ? { operand } : {}), branches, otherwise };
    }
    case 'array': {
      const elements = mapArray(expr.elements, f);
      return elements === expr.elements ? expr : { ...expr, elements };
    }
    case 'subquery': {
      if (!expr.left) return expr;
      const left = mapArray(expr.left, f);
      return left === expr.left ? expr : { ...expr, left };
    }
    default:
      return unreachable(expr);
  }
}

/** Replaces, from the leaves up, every node for which `f` answers something else. */
export const rewriteScalar = (expr: Scalar, f: (node: Scalar) => Scalar): Scalar =>
  f(mapScalarParts(expr, (part) => rewriteScalar(part, f)));

/** Visits every node of an expression, parents first; stops descending where `visit` answers false. */
export function visitScalar(expr: Scalar, visit: (node: Scalar) => boolean | void): void {
  if (visit(expr) === false) return;
  for (const part of scalarParts(expr)) visitScalar(part, visit);
}

export const someScalar = (expr: Scalar, test: (node: Scalar) => boolean): boolean =>
  test(expr) || scalarParts(expr).some((part) => someScalar(part, test));

/** The columns an expression reads. */
export function columnsIn(expr: Scalar, into: Set<ColumnId> = new Set()): Set<ColumnId> {
  visitScalar(expr, (node) => {
    if (node.kind === 'column') into.add(node.column);
  });
  return into;
}

export const readsOnly = (expr: Scalar, columns: ReadonlySet<ColumnId>): boolean =>
  !someScalar(expr, (node) => node.kind === 'column' && !columns.has(node.column));

/** Subqueries included. */
export const isVolatile = (expr: Scalar): boolean => volatileCalls(expr).length > 0;

/** The volatile functions that an expression calls, its subqueries included. */
export function volatileCalls(expr: Scalar, into: FunctionRef[] = []): readonly FunctionRef[] {
  visitScalar(expr, (node) => {
    if (node.kind === 'call' && node.fn.volatility === 'volatile') into.push(node.fn);
    if (node.kind === 'subquery') volatileCallsOf(node.rel, into);
  });
  return into;
}

/** The same of a tree. */
export function volatileCallsOf(rel: Rel, into: FunctionRef[] = []): readonly FunctionRef[] {
  visitRel(rel, (node) => {
    for (const expr of relScalars(node)) volatileCalls(expr, into);
  });
  return into;
}

/** Columns replaced by expressions; others stay. */
export const substituteColumns = (expr: Scalar, replacement: ReadonlyMap<ColumnId, Scalar>): Scalar =>
  rewriteScalar(expr, (node) => (node.kind === 'column' ? (replacement.get(node.column) ?? node) : node));

/** A call that gives rows; only a ProjectSet holds one. */
export const returnsSet = (expr: Scalar): expr is CallScalar | NativeScalar =>
  expr.kind === 'call' ? expr.fn.returnsSet : expr.kind === 'native' && expr.returnsSet === true;

/** A predicate as the list of what it ANDs. */
export const conjunctsOf = (expr: Scalar): readonly Scalar[] => (expr.kind === 'and' ? expr.args.flatMap(conjunctsOf) : [expr]);

/** The predicates, of which there is at least one, as one. */
export const conjunctionOf = (conjuncts: readonly Scalar[]): Scalar =>
  conjuncts.length === 1 ? conjuncts[0]! : { kind: 'and', args: conjuncts, type: sqlType('bool') };

export function relInputs(rel: Rel): readonly Rel[] {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'ctescan':
    case 'input':
      return [];
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'projectset':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence':
      return [rel.input];
    case 'join':
    case 'setop':
      return [rel.left, rel.right];
    case 'recursive':
      return [rel.seed, rel.step];
    case 'with':
      return [...rel.definitions.map((d) => d.rel), rel.body];
    default:
      return unreachable(rel);
  }
}

/** Whether a fragment is about relations that are shipped with it. */
export const readsInput = (rel: Rel): boolean => rel.kind === 'input' || relInputs(rel).some(readsInput);

/** The relations that are shipped with a fragment, by their numbers. */
export function shippedInputs(fragment: Rel): readonly Input[] {
  const inputs: Input[] = [];
  visitRel(fragment, (node) => {
    if (node.kind === 'input') inputs[node.index] = node;
  });
  return inputs;
}

export function mapRelInputs(rel: Rel, f: (input: Rel) => Rel): Rel {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'ctescan':
    case 'input':
      return rel;
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'projectset':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'fence': {
      const input = f(rel.input);
      return input === rel.input ? rel : { ...rel, input };
    }
    case 'join':
    case 'setop': {
      const left = f(rel.left);
      const right = f(rel.right);
      return left === rel.left && right === rel.right ? rel : { ...rel, left, right };
    }
    case 'recursive': {
      const seed = f(rel.seed);
      const step = f(rel.step);
      return seed === rel.seed && step === rel.step ? rel : { ...rel, seed, step };
    }
    case 'with': {
      const definitions = mapArray(rel.definitions, (d) => {
        const mapped = f(d.rel);
        return mapped === d.rel ? d : { ...d, rel: mapped };
      });
      const body = f(rel.body);
      return definitions === rel.definitions && body === rel.body ? rel : { ...rel, definitions, body };
    }
    default:
      return unreachable(rel);
  }
}

/** What an argument and ORDER BY have in common stays so: under DISTINCT it must. */
export function mapAggregateCall(call: AggregateCall, f: (expr: Scalar) => Scalar): AggregateCall {
  const args = mapArray(call.args, f);
  const filter = call.filter && f(call.filter);
  const orderBy = mapArray(call.orderBy, (key) => {
    const expr = args[call.args.indexOf(key.expr)] ?? f(key.expr);
    return expr === key.expr ? key : { ...key, expr };
  });
  const direct = call.direct && mapArray(call.direct, f);
  if (args === call.args && filter === call.filter && orderBy === call.orderBy && direct === call.direct) return call;
  return { ...call, args, filter, orderBy, ...(direct ? { direct } : {}) };
}

export function mapWindowCall(call: WindowCall, f: (expr: Scalar) => Scalar): WindowCall {
  const args = mapArray(call.args, f);
  const filter = call.filter && f(call.filter);
  return args === call.args && filter === call.filter ? call : { ...call, args, filter };
}

function mapFrameBound(bound: FrameBound, f: (expr: Scalar) => Scalar): FrameBound {
  if (!('offset' in bound)) return bound;
  const offset = f(bound.offset);
  return offset === bound.offset ? bound : { ...bound, offset };
}

/** Every expression of one aggregate call. */
export const aggregateScalars = (call: AggregateCall): readonly Scalar[] => [
  ...call.args,
  ...(call.filter ? [call.filter] : []),
  ...call.orderBy.map((key) => key.expr),
  ...(call.direct ?? []),
];

/** Every expression of one window call. */
export const windowScalars = (call: WindowCall): readonly Scalar[] => [...call.args, ...(call.filter ? [call.filter] : [])];

/** Every expression a node itself holds (not its inputs'). */
export function relScalars(rel: Rel): readonly Scalar[] {
  switch (rel.kind) {
    case 'scan':
      return rel.sample ? [...rel.sample.args, ...(rel.sample.repeatable ? [rel.sample.repeatable] : [])] : [];
    case 'ctescan':
    case 'input':
    case 'recursive':
    case 'sort':
    case 'distinct':
    case 'setop':
    case 'with':
    case 'fence':
      return [];
    case 'filter':
      return rel.conjuncts;
    case 'project':
      return rel.items.map((item) => item.expr);
    case 'join':
      return rel.on;
    case 'aggregate':
      return rel.aggregates.flatMap((a) => aggregateScalars(a.call));
    case 'window':
      return [
        ...rel.functions.flatMap((f) => windowScalars(f.call)),
        ...[rel.frame.start, rel.frame.end].flatMap((bound) => ('offset' in bound ? [bound.offset] : [])),
      ];
    case 'projectset':
      return rel.functions.map((f) => f.call);
    case 'limit':
      return [...(rel.limit ? [rel.limit] : []), ...(rel.offset ? [rel.offset] : [])];
    case 'values':
      return rel.rows.flat();
    default:
      return unreachable(rel);
  }
}

/** The node with `f` applied to each expression it holds itself. */
export function mapRelScalars(rel: Rel, f: (expr: Scalar) => Scalar): Rel {
  switch (rel.kind) {
    case 'scan': {
      if (!rel.sample) return rel;
      const args = mapArray(rel.sample.args, f);
      const repeatable = rel.sample.repeatable && f(rel.sample.repeatable);
      if (args === rel.sample.args && repeatable === rel.sample.repeatable) return rel;
      return { ...rel, sample: { ...rel.sample, args, repeatable } };
    }
    case 'ctescan':
    case 'input':
    case 'recursive':
    case 'sort':
    case 'distinct':
    case 'setop':
    case 'with':
    case 'fence':
      return rel;
    case 'filter': {
      const conjuncts = mapArray(rel.conjuncts, f);
      return conjuncts === rel.conjuncts ? rel : { ...rel, conjuncts };
    }
    case 'project': {
      const items = mapArray(rel.items, (item) => {
        const expr = f(item.expr);
        return expr === item.expr ? item : { ...item, expr };
      });
      return items === rel.items ? rel : { ...rel, items };
    }
    case 'join': {
      const on = mapArray(rel.on, f);
      return on === rel.on ? rel : { ...rel, on };
    }
    case 'aggregate': {
      const aggregates = mapArray(rel.aggregates, (a) => {
        const call = mapAggregateCall(a.call, f);
        return call === a.call ? a : { ...a, call };
      });
      return aggregates === rel.aggregates ? rel : { ...rel, aggregates };
    }
    case 'window': {
      const functions = mapArray(rel.functions, (item) => {
        const call = mapWindowCall(item.call, f);
        return call === item.call ? item : { ...item, call };
      });
      const start = mapFrameBound(rel.frame.start, f);
      const end = mapFrameBound(rel.frame.end, f);
      if (functions === rel.functions && start === rel.frame.start && end === rel.frame.end) return rel;
      return { ...rel, functions, frame: { ...rel.frame, start, end } };
    }
    case 'projectset': {
      const functions = mapArray(rel.functions, (item) => {
        const call = f(item.call);
        return call === item.call ? item : { ...item, call };
      });
      return functions === rel.functions ? rel : { ...rel, functions };
    }
    case 'limit': {
      const limit = rel.limit && f(rel.limit);
      const offset = rel.offset && f(rel.offset);
      return limit === rel.limit && offset === rel.offset ? rel : { ...rel, limit, offset };
    }
    case 'values': {
      const rows = mapArray(rel.rows, (row) => mapArray(row, f));
      return rows === rel.rows ? rel : { ...rel, rows };
    }
    default:
      return unreachable(rel);
  }
}

/** Applies `f` to every expression node of a whole tree, subqueries' trees included. */
export function rewriteAllScalars(rel: Rel, f: (node: Scalar) => Scalar): Rel {
  const inside = (node: Scalar): Scalar => {
    if (node.kind !== 'subquery') return f(node);
    const inner = rewriteAllScalars(node.rel, f);
    return f(inner === node.rel ? node : { ...node, rel: inner });
  };
  const withInputs = mapRelInputs(rel, (input) => rewriteAllScalars(input, f));
  return mapRelScalars(withInputs, (expr) => rewriteScalar(expr, inside));
}

/** Every node of a tree, parents first, without the trees of subqueries. */
export function visitRel(rel: Rel, visit: (node: Rel) => void): void {
  visit(rel);
  for (const input of relInputs(rel)) visitRel(input, visit);
}

/** Sites whose tables a tree reads or whose functions it calls, subqueries in its expressions included, or not. */
export function sitesOf(rel: Rel, into: Set<string> = new Set(), withSubqueries = true): Set<string> {
  visitRel(rel, (node) => {
    if (node.kind === 'scan') into.add(node.table.site);
    for (const expr of relScalars(node)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery' && withSubqueries) sitesOf(part.rel, into);
        if (part.kind === 'call' && part.fn.site !== undefined) into.add(part.fn.site);
        if (part.kind === 'cast' && part.site !== undefined) into.add(part.site);
      });
    }
  });
  return into;
}
