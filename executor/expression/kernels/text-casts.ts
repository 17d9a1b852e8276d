/** Casts among the text types with their length limits, and `||` of text with anything. */
import { sqlError } from '../../../core/sql-error.ts';
import { withoutBlanks } from '../compare.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';
import { textCode } from './any-text.ts';
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

const concatenate: Kernel = kernel((call) =>
  resultOf(call, `${textCode(call, call.args[0]!, 'text cast')} + ${textCode(call, call.args[1]!, 'text cast')}`),
);

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
