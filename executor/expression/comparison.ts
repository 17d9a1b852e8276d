/** Code of `=`, `<>`, `<`, `<=`, `>`, `>=` for two values of one family of types. Neither is NULL. */
import { unreachable } from '../../core/assert.ts';
import type { Int64 } from '../../core/datum.ts';
import { compareStrings } from '../../core/compare-strings.ts';
import { compareNumeric } from '../../core/numeric.ts';
import { powerOfTen } from '../../core/numeric-binary.ts';
import { int64 } from '../../core/datum.ts';
import type { TypeKind } from '../../core/sql-type.ts';
import { blanksFrom, compareIntervals, compareSpans, datumComparator, equalSpans, intervalSpan } from './compare.ts';
import { asForm, asSpan } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { DecimalValue, SpanValue, Value } from './value.ts';
import { formOf } from './value.ts';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Family = 'integer' | 'float' | 'numeric' | 'bool' | 'bytes' | 'blankpadded' | 'interval' | 'general';

/** undefined: no comparison here. */
export function familyOf(kind: TypeKind): Family | undefined {
  switch (kind) {
    case 'bool':
      return 'bool';
    case 'int2':
    case 'int4':
    case 'int8':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'integer';
    case 'float4':
    case 'float8':
      return 'float';
    case 'numeric':
      return 'numeric';
    case 'text':
    case 'varchar':
    case 'name':
    case 'bytea':
    case 'uuid':
      return 'bytes';
    case 'bpchar':
      return 'blankpadded';
    case 'interval':
      return 'interval';
    case 'enum':
    case 'array':
    case 'composite':
    case 'jsonb':
      return 'general';
    case 'json':
    case 'opaque':
      return undefined;
    default:
      return unreachable(kind);
  }
}

const scriptOperator = { '=': '===', '<>': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const;

export function comparisonCode(emitter: Emitter, op: ComparisonOperator, a: Value, b: Value, family: Family): string {
  const script = scriptOperator[op];
  switch (family) {
    case 'integer':
    case 'bool': {
      const form = family === 'bool' ? 'bool' : undefined;
      const x = form ? asForm(emitter, a, form) : plainCode(a);
      const y = form ? asForm(emitter, b, form) : plainCode(b);
      return `${x} ${script} ${y}`;
    }
    case 'float':
      return floatComparison(op, plainCode(a), plainCode(b));
    case 'numeric':
      if (a.form === 'decimal' && b.form === 'decimal') return decimalComparison(emitter, script, a, b);
      return `${emitter.hoist(compareNumeric)}(${asForm(emitter, a, 'numeric')}, ${asForm(emitter, b, 'numeric')}) ${script} 0`;
    case 'bytes':
      return bytesComparison(emitter, op, a, b);
    case 'blankpadded':
      return spanComparison(emitter, op, trimmed(emitter, asSpan(emitter, a)), trimmed(emitter, asSpan(emitter, b)));
    case 'interval':
      if (op === '=' || op === '<>') {
        const span = emitter.hoist(intervalSpan);
        return `${span}(${plainCode(a)}) ${script} ${span}(${plainCode(b)})`;
      }
      return `${emitter.hoist(compareIntervals)}(${plainCode(a)}, ${plainCode(b)}) ${script} 0`;
    case 'general': {
      const compare = emitter.hoist(comparatorFor(a));
      const form = formOf(a.type.kind);
      return `${compare}(${asForm(emitter, a, form)}, ${asForm(emitter, b, form)}) ${script} 0`;
    }
    default:
      return unreachable(family);
  }
}

const comparatorFor = (value: Value) => datumComparator(value.type);

function plainCode(value: Value): string {
  if (value.form === 'span') throw new TypeError(`a span of ${value.type.name} where a number was expected`);
  return value.code;
}

/** NaN equals NaN and is above everything. */
function floatComparison(op: ComparisonOperator, a: string, b: string): string {
  switch (op) {
    case '=':
      return `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`;
    case '<>':
      return `!(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`;
    case '<':
      return `(${a} < ${b} || (${b} !== ${b} && ${a} === ${a}))`;
    case '<=':
      return `(${a} <= ${b} || ${b} !== ${b})`;
    case '>':
      return `(${a} > ${b} || (${a} !== ${a} && ${b} === ${b}))`;
    case '>=':
      return `(${a} >= ${b} || ${a} !== ${a})`;
  }
}

function decimalComparison(emitter: Emitter, script: string, a: DecimalValue, b: DecimalValue): string {
  const scale = Math.max(a.scale, b.scale);
  return `${scaledUp(emitter, a, scale)} ${script} ${scaledUp(emitter, b, scale)}`;
}

/** The unscaled value at a scale that is not smaller; may write lines. */
export function scaledUp(emitter: Emitter, value: DecimalValue, scale: number): string {
  if (value.scale === scale) return value.code;
  const power = powerOfTen(scale - value.scale);
  if (
    typeof value.constant === 'object' &&
    value.constant !== null &&
    'kind' in value.constant &&
    value.constant.kind === 'finite'
  ) {
    return emitter.hoist(int64(value.constant.unscaled * power));
  }
  const scaled = emitter.temporary();
  emitter.line(`let ${scaled};`);
  const slow = `${scaled} = ${emitter.hoist(timesBigInt)}(${value.code}, ${emitter.hoist(power)});`;
  if (scale - value.scale > 15) {
    emitter.line(slow);
  } else {
    emitter.line(
      `if (typeof ${value.code} === 'number' && (${scaled} = ${value.code} * ${10 ** (scale - value.scale)}) <= 9007199254740991 && ${scaled} >= -9007199254740991) {} else ${slow}`,
    );
  }
  return scaled;
}

const timesBigInt = (value: Int64, power: bigint): Int64 => int64(BigInt(value) * power);

function bytesComparison(emitter: Emitter, op: ComparisonOperator, a: Value, b: Value): string {
  const computed = (value: Value): boolean => value.form === 'string' && value.constant === undefined;
  if (computed(a) || computed(b)) {
    const x = asForm(emitter, a, 'string');
    const y = asForm(emitter, b, 'string');
    if (op === '=' || op === '<>') return `${x} ${scriptOperator[op]} ${y}`;
    return `${emitter.hoist(compareStrings)}(${x}, ${y}) ${scriptOperator[op]} 0`;
  }
  return spanComparison(emitter, op, asSpan(emitter, a), asSpan(emitter, b));
}

function spanComparison(emitter: Emitter, op: ComparisonOperator, a: SpanValue, b: SpanValue): string {
  const args = `(${a.data}, ${a.from}, ${a.to}, ${b.data}, ${b.from}, ${b.to})`;
  if (op === '=') return `${emitter.hoist(equalSpans)}${args}`;
  if (op === '<>') return `!${emitter.hoist(equalSpans)}${args}`;
  return `${emitter.hoist(compareSpans)}${args} ${scriptOperator[op]} 0`;
}

const trimmed = (emitter: Emitter, span: SpanValue): SpanValue => ({
  ...span,
  to: emitter.name(`${emitter.hoist(blanksFrom)}(${span.data}, ${span.from}, ${span.to})`),
});
