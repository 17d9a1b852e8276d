/**
 * Arguments of any type as the text that PostgreSQL makes of them: by the type's output function (concat, format), or by a
 * cast to text, which differs for bool and char(n).
 */
import type { SqlType } from '../../../core/sql-type.ts';
import { formatDatum } from '../../../core/text-format.ts';
import { withoutBlanks } from '../compare.ts';
import { asForm, asNatural } from '../convert.ts';
import type { Kernel, KernelArgument, KernelCall } from '../kernel.ts';
import { nullableResult } from '../kernel.ts';
import type { Value } from '../value.ts';
import { formOf } from '../value.ts';

export type TextBy = 'output function' | 'text cast';

/** Code of a value's text; it is not NULL. */
export function textCode(call: KernelCall, value: Value, by: TextBy): string {
  const { emitter } = call;
  if (by === 'text cast') {
    if (value.type.kind === 'bpchar') return `${emitter.hoist(withoutBlanks)}(${asForm(emitter, value, 'string')})`;
    if (value.type.kind === 'bool') return `(${asNatural(emitter, value)} ? 'true' : 'false')`;
  }
  if (formOf(value.type.kind) === 'string') return asForm(emitter, value, 'string');
  return `${emitter.hoist(formatDatum)}(${emitter.hoist(value.type)}, ${asNatural(emitter, value)}, ${emitter.hoist(call.settings)})`;
}

/** The same, null for NULL. */
export function nullableTextCode(call: KernelCall, value: Value, by: TextBy): string {
  if (value.isNull === 'true') return 'null';
  const code = textCode(call, value, by);
  return value.isNull === null ? code : `(${value.isNull} ? null : ${code})`;
}

const isOpaque = (type: SqlType): boolean => (type.element ?? type).kind === 'opaque';

/** Types that are only carried have no text of their own here. */
export function opaqueArgument(args: readonly KernelArgument[]): string | undefined {
  const opaque = args.find((arg) => isOpaque(arg.type));
  return opaque === undefined ? undefined : `the text of ${opaque.type.name}`;
}

/** A function of the texts of its arguments, null among them for NULL. */
export const overAnything = (f: (texts: readonly (string | null)[]) => string | null, by: TextBy): Kernel => ({
  collation: 'none',
  refusal: opaqueArgument,
  emit: (call) => {
    const texts = call.args.map((arg) => nullableTextCode(call, arg, by));
    return nullableResult(call, `${call.emitter.hoist(f)}([${texts.join(', ')}])`);
  },
});
