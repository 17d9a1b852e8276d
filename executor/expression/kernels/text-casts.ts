/** Casts among the text types with their length limits, and `||` of text with anything. */
import { sqlError } from '../../../core/sql-error.ts';
import { formatDatum } from '../../../core/text-format.ts';
import { withoutBlanks } from '../compare.ts';
import { asForm, asNatural } from '../convert.ts';
import type { Kernel, KernelCall, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';
import type { Value } from '../value.ts';
import { formOf } from '../value.ts';
import { characterCount, sliceCharacters } from './characters.ts';

const TYPMOD_HEADER = 4;

/** Cuts to `limit` characters; unless asked for explicitly, only blanks may be lost. */
function cutTo(text: string, limit: number, explicit: boolean, type: string): string {
  const kept = sliceCharacters(text, 0, limit);
  if (!explicit && withoutBlanks(text).length > kept.length) {
    throw sqlError('22001', `value too long for type ${type}(${limit})`);
  }
  return kept;
}

function toVarchar(text: string, typmod: number, explicit: boolean): string {
  const limit = typmod - TYPMOD_HEADER;
  if (limit < 0 || text.length <= limit || characterCount(text) <= limit) return text;
  return cutTo(text, limit, explicit, 'character varying');
}

function toBpchar(text: string, typmod: number, explicit: boolean): string {
  const limit = typmod - TYPMOD_HEADER;
  if (limit < 0) return text;
  const length = characterCount(text);
  if (length <= limit) return text + ' '.repeat(limit - length);
  return cutTo(text, limit, explicit, 'character');
}

const NAME_BYTES_MAX = 63;
/** As many whole characters as fit a name. */
function toName(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= NAME_BYTES_MAX) return text;
  let end = NAME_BYTES_MAX;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

const same = kernel((call) => ({ ...call.args[0]!, type: call.type }));

/** The text that `x::text` gives. */
function textOf(call: KernelCall, value: Value): string {
  const { emitter } = call;
  if (value.type.kind === 'bpchar') return `${emitter.hoist(withoutBlanks)}(${asForm(emitter, value, 'string')})`;
  if (value.type.kind === 'bool') return `(${asNatural(emitter, value)} ? 'true' : 'false')`;
  if (formOf(value.type.kind) === 'string') return asForm(emitter, value, 'string');
  return `${emitter.hoist(formatDatum)}(${emitter.hoist(value.type)}, ${asNatural(emitter, value)}, ${emitter.hoist(call.settings)})`;
}
const concatenate: Kernel = kernel((call) => resultOf(call, `${textOf(call, call.args[0]!)} + ${textOf(call, call.args[1]!)}`));

export const textCastKernels: KernelTable = {
  'varchar(varchar,int4,bool)': apply(toVarchar),
  'bpchar(bpchar,int4,bool)': apply(toBpchar),
  'text(bpchar)': apply(withoutBlanks),
  'text(name)': same,
  'varchar(name)': same,
  'bpchar(name)': same,
  'name(text)': apply(toName),
  'name(varchar)': apply(toName),
  'name(bpchar)': apply((text: string) => toName(withoutBlanks(text))),
  'anytextcat(anynonarray,text)': concatenate,
  'textanycat(text,anynonarray)': concatenate,
};
