/**
 * `left op ANY (array)` and `left op ALL (array)`, IN lists among them. A constant list compared with `=` is looked up in a
 * set; everything else is a loop over the elements with SQL's three-valued logic.
 */
import type { ArrayCompareScalar } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { decodeBinary } from '../../core/binary-format.ts';
import type { Datum, PgArray } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { asNatural, constantValue } from './convert.ts';
import type { ScalarEmitter } from './emit-scalar.ts';
import type { Value } from './value.ts';
import { formOf } from './value.ts';
import { keySetOf } from './key-set.ts';
import { haveKeys, keyCode } from './value-keys.ts';

export function emitArrayCompare(scalars: ScalarEmitter, expr: ArrayCompareScalar): Value {
  const { emitter } = scalars;
  const left = scalars.emit(expr.left);
  const array = scalars.emit(expr.array);
  if (array.isNull === 'true') return constantValue(emitter, expr.type, null);
  const any = expr.quantifier === 'any';
  if (array.constant !== undefined) {
    const { elements } = array.constant as PgArray;
    if (elements.length === 0) return constantValue(emitter, expr.type, !any);
    const looksUp = expr.operator.name === (any ? '=' : '<>');
    const element = expr.array.type.element!;
    if (looksUp && elements.length > 2 && haveKeys(expr.left.type, element)) return lookUp(scalars, expr, left, elements);
  }
  return scan(scalars, expr, left, array);
}

/** IN: true when found, else NULL when the list has a NULL, else false. NOT IN: its negation. */
function lookUp(scalars: ScalarEmitter, expr: ArrayCompareScalar, left: Value, elements: readonly Datum[]): Value {
  const { emitter } = scalars;
  const any = expr.quantifier === 'any';
  const hasNull = elements.includes(null);
  const keys = keySetOf(expr.array.type.element!, elements);
  return scalars.strictly([left], expr.type, ([value]) => {
    const found = emitter.name(
      keys.kind === 'bytes' && value!.form === 'span'
        ? `${emitter.hoist(keys.set)}.has(${value!.data}, ${value!.from}, ${value!.to})`
        : `${emitter.hoist(keys.keys)}.has(${keyCode(emitter, value!)})`,
    );
    if (hasNull) {
      const isNull = emitter.name(`!${found}`);
      return { form: 'bool', type: expr.type, isNull, code: any ? found : 'false' };
    }
    return { form: 'bool', type: expr.type, isNull: null, code: any ? found : emitter.name(`!${found}`) };
  });
}

function scan(scalars: ScalarEmitter, expr: ArrayCompareScalar, left: Value, array: Value): Value {
  const { emitter } = scalars;
  assert(expr.fn.strict, `${expr.fn.signature} is not strict`);
  const any = expr.quantifier === 'any';
  const type = expr.array.type.element!;
  const slot = emitter.slot(expr.type, { form: 'bool' }, true);
  assert(slot.value.form === 'bool' && slot.value.isNull !== null, 'a boolean slot');
  const { code: result, isNull: unknown } = slot.value;
  const { lines } = emitter.capture(() => {
    const elements = emitter.name(
      array.form === 'span'
        ? `${emitter.hoist(elementReader(array.type))}(${array.data}, ${array.from}, ${array.to})`
        : `${asNatural(emitter, array)}.elements`,
    );
    const element = emitter.temporary('e');
    const body = emitter.capture(() => {
      const isNull = emitter.name(`${element} === null`);
      const item: Value = { form: formOf(type.kind), type, isNull, code: element };
      return scalars.compare(expr.fn, expr, [{ ...left, isNull: null }, item]);
    });
    const test = body.result;
    assert(test.form === 'bool', 'a comparison is boolean');
    const missing = test.isNull ?? 'false';
    // ANY ends with the first true, ALL with the first false.
    const decisive = any ? test.code : `!${test.code}`;
    const step = `if (${missing}) ${unknown} = true; else if (${decisive}) { ${result} = ${any}; ${unknown} = false; break; }`;
    emitter.line(`${result} = ${!any}; ${unknown} = false;`);
    const loop = [`for (const ${element} of ${elements}) {`, ...body.lines, step, '}', `if (${unknown}) ${result} = false;`];
    if (left.isNull === null) for (const line of loop) emitter.line(line);
    else {
      emitter.line(`if (${left.isNull}) { ${unknown} = ${elements}.length > 0; ${result} = ${!any} && !${unknown}; } else {`);
      for (const line of loop) emitter.line(line);
      emitter.line('}');
    }
  });
  if (array.isNull === null) emitter.block('{', lines);
  else emitter.block(`if (!${array.isNull}) {`, lines);
  return slot.value;
}

/** A join repeats the arrays of its sides row by row: the one that came last is not decoded again. */
function elementReader(type: SqlType): (data: Buffer, from: number, to: number) => readonly Datum[] {
  let last: Buffer | undefined;
  let elements: readonly Datum[] = [];
  return (data, from, to) => {
    if (last?.compare(data, from, to) !== 0) {
      last = Buffer.from(data.subarray(from, to));
      ({ elements } = decodeBinary(type, last) as PgArray);
    }
    return elements;
  };
}
