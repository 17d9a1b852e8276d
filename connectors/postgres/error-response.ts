/**
 * ErrorResponse of a source → SqlError that keeps its SQLSTATE and words. Positions are left out: they count in remote SQL.
 * What the net raises is the statement's own error: it names no source.
 */
import { CATALOG_SITE } from '../../algebra/rel.ts';
import { sourceError, sqlError } from '../../core/sql-error.ts';
import type { SqlError } from '../../core/sql-error.ts';

/** Body of an ErrorResponse or NoticeResponse at buffer[from, to), by field letter. */
export function responseFields(buffer: Buffer, from: number, to: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = from; at < to && buffer[at] !== 0;) {
    const end = buffer.indexOf(0, at + 1);
    if (end < 0 || end >= to) break;
    fields.set(String.fromCharCode(buffer[at]!), buffer.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return fields;
}

export function errorFromResponse(source: string, fields: ReadonlyMap<string, string>): SqlError {
  const [code, message] = [fields.get('C') ?? 'XX000', fields.get('M') ?? 'error without a message'];
  const more = {
    detail: fields.get('D'),
    hint: fields.get('H'),
    where: fields.get('W'),
    schema: fields.get('s'),
    table: fields.get('t'),
    column: fields.get('c'),
    dataType: fields.get('d'),
    constraint: fields.get('n'),
  };
  return source === CATALOG_SITE ? sqlError(code, message, more) : sourceError(source, code, message, more);
}
