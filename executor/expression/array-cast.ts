/** Casts of arrays element by element: `'{1,2}'::int4[]::text[]`. */
import type { CastScalar } from '../../algebra/scalar.ts';
import { asNatural } from './convert.ts';
import type { Emitter } from './emitter.ts';
import { datumCode } from './kernel.ts';
import type { Value } from './value.ts';
import { formOf } from './value.ts';

/** `array` is not NULL; `cast` writes the cast of one element, which may be. */
export function emitArrayCast(emitter: Emitter, array: Value, expr: CastScalar, cast: (element: Value) => Value): Value {
  const type = expr.arg.type.element!;
  const source = emitter.name(asNatural(emitter, array));
  const elements = emitter.temporary('a');
  const element = emitter.temporary('e');
  emitter.line(`const ${elements} = [];`);
  const { lines } = emitter.capture(() => {
    const isNull = emitter.name(`${element} === null`);
    const form = formOf(type.kind);
    const code = form === 'bool' ? emitter.name(`${element} === true`) : element;
    const result = cast({ form, type, isNull, code });
    emitter.line(`${elements}.push(${datumCode(emitter, result)});`);
  });
  emitter.block(`for (const ${element} of ${source}.elements) {`, lines);
  const code = emitter.name(`{ dims: ${source}.dims, lowerBounds: ${source}.lowerBounds, elements: ${elements} }`);
  return { form: 'array', type: expr.type, isNull: null, code };
}
