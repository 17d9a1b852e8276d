/**
 * `left op ANY (subquery)` and `ALL`: the subquery's rows are in memory. Where every comparison is `=` on types with keys,
 * rows without NULLs are looked up and only rows with NULLs are walked; otherwise all rows are.
 */
import type { Scalar } from '../../algebra/scalar.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { RelColumn } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import { isNull } from '../../core/batch.ts';
import { readDatum } from '../../core/column.ts';
import { SqlError } from '../../core/sql-error.ts';
import type { ScalarEmitter } from './emit-scalar.ts';
import { constantValue } from './convert.ts';
import { emitInput, inputPrologue, shapeOf } from './input.ts';
import type { InputColumn } from './input.ts';
import { keyOf } from './key-set.ts';
import type { Key } from './value-keys.ts';
import { haveKeys, keyCode } from './value-keys.ts';
import type { Value } from './value.ts';

type SubqueryScalar = Extract<Scalar, { kind: 'subquery' }>;
type Comparison = NonNullable<SubqueryScalar['comparisons']>[number];

export function emitSubqueryCompare(scalars: ScalarEmitter, expr: SubqueryScalar): Value {
  const { emitter } = scalars;
  assert(expr.mode === 'any' || expr.mode === 'all', `a subquery of mode ${expr.mode} in an expression`);
  const left = expr.left!.map((part) => scalars.emit(part));
  let rows: Batch;
  try {
    rows = scalars.context.subqueryRows(expr.rel);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    emitter.line(`throw ${emitter.hoist(error)};`);
    return constantValue(emitter, expr.type, null);
  }
  const any = expr.mode === 'any';
  if (rows.length === 0) return constantValue(emitter, expr.type, !any);
  const columns = outputColumns(expr.rel);
  const slot = emitter.slot(expr.type, { form: 'bool' }, true);
  assert(slot.value.form === 'bool' && slot.value.isNull !== null, 'a boolean slot');
  const target = { result: slot.value.code, unknown: slot.value.isNull };
  emitter.line(`${target.result} = ${!any}; ${target.unknown} = false;`);
  const byKey =
    any && expr.comparisons!.every((c, i) => c.operator.name === '=' && haveKeys(expr.left![i]!.type, columns[i]!.type));
  if (!byKey) {
    walk(scalars, expr, left, rows, columns, target, null);
  } else {
    const { keys, withNulls } = keysOf(rows, columns);
    const flags = left.flatMap((value) => (value.isNull === null ? [] : [value.isNull]));
    const present = emitter.capture(() => {
      const key = compositeKey(left.map((value) => keyCode(emitter, { ...value, isNull: null })));
      emitter.line(`if (${emitter.hoist(keys)}.has(${key})) ${target.result} = true;`);
      if (withNulls.length > 0) {
        const rest = emitter.capture(() => walk(scalars, expr, left, rows, columns, target, withNulls));
        emitter.block('else {', rest.lines);
      }
    });
    if (flags.length === 0) {
      emitter.block('{', present.lines);
    } else {
      emitter.block(`if (!(${flags.join(' || ')})) {`, present.lines, '} else {');
      const all = emitter.capture(() => walk(scalars, expr, left, rows, columns, target, null));
      for (const line of all.lines) emitter.line(line);
      emitter.line('}');
    }
  }
  return slot.value;
}

const compositeKey = (codes: readonly string[]): string =>
  codes.length === 1 ? codes[0]! : codes.map((code) => `String(${code}).length + ':' + ${code}`).join(" + ',' + ");

function keysOf(rows: Batch, columns: readonly RelColumn[]): { keys: ReadonlySet<Key>; withNulls: Int32Array } {
  const keys = new Set<Key>();
  const withNulls: number[] = [];
  for (let row = 0; row < rows.length; row++) {
    if (rows.columns.some((column) => isNull(column, row))) {
      withNulls.push(row);
      continue;
    }
    const parts = columns.map((column, i) => keyOf(column.type, readDatum(rows.columns[i]!, column.type, row)!));
    keys.add(parts.length === 1 ? parts[0]! : parts.map((part) => `${String(part).length}:${part}`).join());
  }
  return { keys, withNulls: Int32Array.from(withNulls) };
}

/** Compares with every row (of `subset`), three-valued, until one decides. */
function walk(
  scalars: ScalarEmitter,
  expr: SubqueryScalar,
  left: readonly Value[],
  rows: Batch,
  columns: readonly RelColumn[],
  target: { readonly result: string; readonly unknown: string },
  subset: Int32Array | null,
): void {
  const { emitter } = scalars;
  const any = expr.mode === 'any';
  const batch = emitter.temporary('b');
  const row = emitter.temporary('r');
  emitter.line(`const ${batch} = ${emitter.hoist(rows.columns)};`);
  const inputs = columns.map((column, index): InputColumn => ({
    batch,
    index,
    row,
    type: column.type,
    shape: shapeOf(rows.columns[index]!),
  }));
  for (const input of inputs) for (const line of inputPrologue(emitter, input)) emitter.line(line);
  const { lines } = emitter.capture(() => {
    const verdict = emitter.temporary();
    const missing = emitter.temporary('n');
    emitter.line(`let ${verdict} = true, ${missing} = false;`);
    expr.comparisons!.forEach((comparison, i) => {
      const part = emitter.capture(() => compareOne(scalars, comparison, left[i]!, inputs[i]!));
      const test = part.result;
      assert(test.form === 'bool', 'a comparison is boolean');
      const settle = `if (${test.isNull ?? 'false'}) ${missing} = true; else if (!${test.code}) ${verdict} = false;`;
      emitter.block(`if (${verdict}) {`, [...part.lines, settle]);
    });
    emitter.line(
      `if (${any ? `${verdict} && !${missing}` : `!${verdict}`}) { ${target.result} = ${any}; ${target.unknown} = false; break; }`,
    );
    emitter.line(`if (${verdict} && ${missing}) ${target.unknown} = true;`);
  });
  if (subset === null) emitter.block(`for (let ${row} = 0; ${row} < ${rows.length}; ${row}++) {`, lines);
  else emitter.block(`for (const ${row} of ${emitter.hoist(subset)}) {`, lines);
  emitter.line(`if (${target.unknown}) ${target.result} = false;`);
}

const compareOne = (scalars: ScalarEmitter, comparison: Comparison, left: Value, input: InputColumn): Value =>
  scalars.compare(comparison.fn, { inputCollation: comparison.inputCollation, type: left.type }, [
    left,
    emitInput(scalars.emitter, input),
  ]);
