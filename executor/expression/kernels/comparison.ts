/** The comparison operators' functions, by PostgreSQL's names for them. */
import type { ComparisonOperator, Family } from '../comparison.ts';
import { comparisonCode } from '../comparison.ts';
import type { CollationNeed, Kernel, KernelTable } from '../kernel.ts';
import { kernel, resultOf } from '../kernel.ts';

const comparison = (op: ComparisonOperator, family: Family, collation: CollationNeed): Kernel =>
  kernel((call) => resultOf(call, comparisonCode(call.emitter, op, call.args[0]!, call.args[1]!, family)), collation);

/** `eq` → `=` … */
const suffixes: readonly (readonly [string, ComparisonOperator])[] = [
  ['eq', '='],
  ['ne', '<>'],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
];

const table: Record<string, Kernel> = {};

/** All six functions `prefix + suffix (a, b)`. */
function family(prefix: string, a: string, b: string, family: Family, names: Readonly<Record<string, string>> = {}): void {
  const collatable = family === 'blankpadded' || a === 'anyarray' || a === 'text' || a === 'name' || b === 'text' || b === 'name';
  for (const [suffix, op] of suffixes) {
    const need = !collatable ? 'none' : op === '=' || op === '<>' ? 'equality' : 'order';
    table[`${names[suffix] ?? prefix + suffix}(${a},${b})`] = comparison(op, family, need);
  }
}

/** `nameeqtext`, `namelttext` … */
function infixed(before: string, after: string): Readonly<Record<string, string>> {
  return Object.fromEntries(suffixes.map(([suffix]) => [suffix, `${before}${suffix}${after}`]));
}

const widths = ['2', '4', '8'];
for (const a of widths) {
  for (const b of widths) family(a === b ? `int${a}` : `int${a}${b}`, `int${a}`, `int${b}`, 'integer');
}
family('float4', 'float4', 'float4', 'float');
family('float48', 'float4', 'float8', 'float');
family('float84', 'float8', 'float4', 'float');
family('float8', 'float8', 'float8', 'float');
family('numeric_', 'numeric', 'numeric', 'numeric');
family('bool', 'bool', 'bool', 'bool');
family('text', 'text', 'text', 'bytes', { lt: 'text_lt', le: 'text_le', gt: 'text_gt', ge: 'text_ge' });
family('bpchar', 'bpchar', 'bpchar', 'blankpadded');
family('name', 'name', 'name', 'bytes');
family('', 'name', 'text', 'bytes', infixed('name', 'text'));
family('', 'text', 'name', 'bytes', infixed('text', 'name'));
family('bytea', 'bytea', 'bytea', 'bytes');
family('uuid_', 'uuid', 'uuid', 'bytes');
family('date_', 'date', 'date', 'integer');
family('time_', 'time', 'time', 'integer');
family('timestamp_', 'timestamp', 'timestamp', 'integer');
family('timestamptz_', 'timestamptz', 'timestamptz', 'integer');
family('interval_', 'interval', 'interval', 'interval');
family('array_', 'anyarray', 'anyarray', 'general');
family('record_', 'record', 'record', 'general');
family('enum_', 'anyenum', 'anyenum', 'general');
export const comparisonKernels: KernelTable = table;
