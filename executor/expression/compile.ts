/**
 * Expressions compiled once per plan: lists of scalars to columns, conjuncts to the rows that satisfy them. The executor's
 * operators call these at their start with the columns of their input, then once per batch.
 *
 * The loop is written when the first batch of a signature arrives (layouts, scales, whether NULLs are there); beyond a
 * few signatures one general loop serves all further ones.
 */
import type { RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, visitScalar } from '../../algebra/transform.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { assert } from '../../core/assert.ts';
import type { ExpressionContext } from './context.ts';
import { ScalarEmitter } from './emit-scalar.ts';
import { Emitter } from './emitter.ts';
import { instantiate } from './generate.ts';
import type { InputColumn, Shape } from './input.ts';
import { generalShape, inputPrologue, shapeKey, shapeOf } from './input.ts';
import { emitOutput } from './output.ts';

const VARIANTS_MAX = 8;
/** Engines stop optimising very long functions: longer lists become several loops. */
const LOOP_NODES_MAX = 300;

/** Rows indices[0 … count). */
export interface Selection {
  readonly indices: Int32Array;
  readonly count: number;
}
export interface CompiledScalars {
  /** One column per expression, as long as the batch. */
  evaluate(batch: Batch): Column[];
}
export interface CompiledFilter {
  /** The rows for which every conjunct is true, ascending. */
  select(batch: Batch): Selection;
}
export interface CompiledPairFilter {
  /** The positions p in [0, count) for which every conjunct is true of (leftRows[p], rightRows[p]), ascending. */
  select(left: Batch, leftRows: Int32Array, right: Batch, rightRows: Int32Array, count: number): Selection;
}

/** A column of an input and where the generated code finds it. */
interface Source {
  readonly batch: string;
  readonly index: number;
  readonly row: string;
  readonly column: RelColumn;
}

const sourcesOf = (columns: readonly RelColumn[], batch: string, row: string): readonly Source[] =>
  columns.map((column, index) => ({ batch, index, row, column }));

/** Only the columns that the expressions read make a signature. */
const readBy = (exprs: readonly Scalar[], sources: readonly Source[]): readonly Source[] => {
  const ids = new Set<ColumnId>();
  for (const expr of exprs) columnsIn(expr, ids);
  return sources.filter((source) => ids.has(source.column.id));
};

/** Loops by signature. */
class Variants<F> {
  readonly #sources: readonly Source[];
  readonly #write: (columns: ReadonlyMap<ColumnId, InputColumn>) => F;
  readonly #loops = new Map<string, F>();
  #general: F | undefined;

  constructor(sources: readonly Source[], write: (columns: ReadonlyMap<ColumnId, InputColumn>) => F) {
    this.#sources = sources;
    this.#write = write;
  }

  for(columnOf: (source: Source) => Column): F {
    const shapes = this.#sources.map((source) => shapeOf(columnOf(source)));
    const key = shapes.map(shapeKey).join();
    let loop = this.#loops.get(key);
    if (loop !== undefined) return loop;
    if (this.#loops.size >= VARIANTS_MAX) {
      return (this.#general ??= this.#write(this.#inputs(this.#sources.map((source) => generalShape(source.column.type)))));
    }
    loop = this.#write(this.#inputs(shapes));
    this.#loops.set(key, loop);
    return loop;
  }

  #inputs(shapes: readonly Shape[]): ReadonlyMap<ColumnId, InputColumn> {
    return new Map(
      this.#sources.map(({ batch, index, row, column }, i) => [
        column.id,
        { batch, index, row, type: column.type, shape: shapes[i]! },
      ]),
    );
  }
}

export function compileScalars(
  exprs: readonly Scalar[],
  inputColumns: readonly RelColumn[],
  context: ExpressionContext,
): CompiledScalars {
  const positions = new Map(inputColumns.map((column, i) => [column.id, i]));
  const groups = groupBySize(exprs).map((group) => {
    const groupExprs = group.map((i) => exprs[i]!);
    const sources = readBy(groupExprs, sourcesOf(inputColumns, 'c', 'i'));
    return { group, variants: new Variants(sources, (columns) => writeScalars(groupExprs, columns, context)) };
  });
  return {
    evaluate(batch) {
      const out: Column[] = exprs.map((expr) => {
        const position = expr.kind === 'column' ? positions.get(expr.column) : undefined;
        return (position === undefined ? undefined : batch.columns[position]) as Column;
      });
      for (const { group, variants } of groups) {
        const columns = variants.for((source) => batch.columns[source.index]!)(batch.columns, batch.length);
        group.forEach((position, i) => (out[position] = columns[i]!));
      }
      return out;
    },
  };
}

/** Positions of what has to be computed, in lists that make loops of bearable length. Bare columns are handed through. */
function groupBySize(exprs: readonly Scalar[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let room = 0;
  exprs.forEach((expr, i) => {
    if (expr.kind === 'column') return;
    const size = nodeCount(expr);
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = LOOP_NODES_MAX;
    }
    groups[groups.length - 1]!.push(i);
    room -= size;
  });
  return groups;
}

function nodeCount(expr: Scalar): number {
  let count = 0;
  visitScalar(expr, () => {
    count++;
  });
  return count;
}

function writeScalars(
  exprs: readonly Scalar[],
  columns: ReadonlyMap<ColumnId, InputColumn>,
  context: ExpressionContext,
): (columns: readonly Column[], length: number) => Column[] {
  const emitter = new Emitter();
  const scalars = new ScalarEmitter(emitter, columns, context);
  const outputs = exprs.map((expr) => {
    const output = emitOutput(emitter, scalars.emit(expr), expr.type, 'i', 'length');
    for (const line of output.store) emitter.line(line);
    return output;
  });
  const body = [
    'return (c, length) => {',
    ...[...scalars.used].flatMap((column) => inputPrologue(emitter, column)),
    ...outputs.flatMap((output) => output.prologue),
    'for (let i = 0; i < length; i++) {',
    emitter.text(),
    '}',
    `return [${outputs.map((output) => output.finish).join(', ')}];`,
    '};',
  ].join('\n');
  return instantiate(emitter.names, body, emitter.bindings) as (columns: readonly Column[], length: number) => Column[];
}

export function compileFilter(
  conjuncts: readonly Scalar[],
  inputColumns: readonly RelColumn[],
  context: ExpressionContext,
): CompiledFilter {
  type Loop = (columns: readonly Column[], length: number, indices: Int32Array) => number;
  const sources = readBy(conjuncts, sourcesOf(inputColumns, 'c', 'i'));
  const variants = new Variants<Loop>(
    sources,
    (columns) =>
      writeFilter(conjuncts, columns, context, (prologue, test) => [
        'return (c, length, out) => {',
        ...prologue,
        'let count = 0;',
        'for (let i = 0; i < length; i++) {',
        ...test,
        'out[count++] = i;',
        '}',
        'return count;',
        '};',
      ]) as Loop,
  );
  return {
    select(batch) {
      const indices = new Int32Array(batch.length);
      const count = variants.for((source) => batch.columns[source.index]!)(batch.columns, batch.length, indices);
      return { indices, count };
    },
  };
}

export function compilePairFilter(
  conjuncts: readonly Scalar[],
  leftColumns: readonly RelColumn[],
  rightColumns: readonly RelColumn[],
  context: ExpressionContext,
): CompiledPairFilter {
  type Loop = (
    left: readonly Column[],
    leftRows: Int32Array,
    right: readonly Column[],
    rightRows: Int32Array,
    count: number,
    out: Int32Array,
  ) => number;
  const sources = readBy(conjuncts, [...sourcesOf(leftColumns, 'l', 'i'), ...sourcesOf(rightColumns, 'r', 'j')]);
  const variants = new Variants<Loop>(
    sources,
    (columns) =>
      writeFilter(conjuncts, columns, context, (prologue, test) => [
        'return (l, leftRows, r, rightRows, length, out) => {',
        ...prologue,
        'let count = 0;',
        'for (let p = 0; p < length; p++) {',
        'const i = leftRows[p], j = rightRows[p];',
        ...test,
        'out[count++] = p;',
        '}',
        'return count;',
        '};',
      ]) as Loop,
  );
  return {
    select(left, leftRows, right, rightRows, count) {
      const indices = new Int32Array(count);
      const loop = variants.for((source) => (source.batch === 'l' ? left : right).columns[source.index]!);
      return { indices, count: loop(left.columns, leftRows, right.columns, rightRows, count, indices) };
    },
  };
}

function writeFilter(
  conjuncts: readonly Scalar[],
  columns: ReadonlyMap<ColumnId, InputColumn>,
  context: ExpressionContext,
  frame: (prologue: readonly string[], test: readonly string[]) => readonly string[],
): unknown {
  const emitter = new Emitter();
  const scalars = new ScalarEmitter(emitter, columns, context);
  for (const conjunct of conjuncts) {
    const value = scalars.emit(conjunct);
    assert(value.form === 'bool', 'a conjunct is boolean');
    emitter.line(`if (!${value.code}) continue;`);
  }
  const test = [emitter.text()];
  const prologue = [...scalars.used].flatMap((column) => inputPrologue(emitter, column));
  return instantiate(emitter.names, frame(prologue, test).join('\n'), emitter.bindings);
}
