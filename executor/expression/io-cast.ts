/** Casts through the text form: to text by the type's output function, from text by its input function. */
import type { SessionSettings } from '../../algebra/plan.ts';
import { formatDatum } from '../../core/text-format.ts';
import { parseDatum } from '../../core/text-parse.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { asForm, asNatural } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { Value } from './value.ts';
import { formOf } from './value.ts';

const isText = (kind: TypeKind): boolean => kind === 'text' || kind === 'varchar' || kind === 'bpchar';

/** undefined: the cast is done here; else why not. */
export function ioCastRefusal(from: SqlType, to: SqlType): string | undefined {
  for (const type of [from, to]) {
    if ((type.element ?? type).kind === 'opaque') return `the cast from ${from.name} to ${to.name}`;
  }
  if (hasDomain(to)) return `the cast from ${from.name} to ${to.name}, parts of which are of a domain`;
  if (to.kind === 'name') return `the cast from ${from.name} to ${to.name}`;
  return undefined;
}

const hasDomain = (type: SqlType): boolean =>
  type.domain !== undefined ||
  (type.element !== undefined && hasDomain(type.element)) ||
  (type.fields ?? []).some((field) => hasDomain(field.type));

/** `value` is not NULL. */
export function emitIoCast(emitter: Emitter, value: Value, type: SqlType, settings: SessionSettings): Value {
  const common = { type, isNull: null } as const;
  const from = value.type;
  const text = formOf(from.kind) === 'string' ? asForm(emitter, value, 'string') : formatCode(emitter, value, settings);
  if (isText(type.kind)) return { ...common, form: 'string', code: emitter.name(text) };
  const parsed = `${emitter.hoist(parseDatum)}(${emitter.hoist(type)}, ${text}, ${emitter.hoist(settings)})`;
  return { ...common, form: formOf(type.kind), code: emitter.name(parsed) };
}

const formatCode = (emitter: Emitter, value: Value, settings: SessionSettings): string =>
  `${emitter.hoist(formatDatum)}(${emitter.hoist(value.type)}, ${asNatural(emitter, value)}, ${emitter.hoist(settings)})`;
