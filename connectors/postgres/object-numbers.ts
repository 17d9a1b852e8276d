/**
 * Rows and arrays in binary form name the types of their parts by number. Where such a type is users' own, the source's number
 * gives way to the catalog's; where it is PostgreSQL's, it must be the one that the plan was made for.
 */
import { featureNotSupported } from '../../core/sql-error.ts';
import type { SqlType } from '../../core/sql-type.ts';

const FIRST_USER_OID = 16_384;
/** Whose bytes are text: char(n), varchar, text, name are read alike. */
const TEXTS: ReadonlySet<number> = new Set([19, 25, 1042, 1043]);

/** Rewrites the value at data[at…]. */
export function relabelValue(type: SqlType, data: Uint8Array, at: number): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type.kind === 'composite') relabelRow(type, view, at);
  else relabelArray(type.element!, view, at);
}

/** Whether parts of a value have to be looked at one by one. */
export const isMadeOfRows = (type: SqlType): boolean => type.kind === 'composite' || type.element?.kind === 'composite';

function relabelArray(element: SqlType, view: DataView, at: number): void {
  relabelNumber(element, view, at + 8);
  if (element.kind !== 'composite') return;
  const dimensions = view.getInt32(at);
  let count = dimensions === 0 ? 0 : 1;
  for (let i = 0; i < dimensions; i++) count *= view.getInt32(at + 12 + i * 8);
  let next = at + 12 + dimensions * 8;
  for (let i = 0; i < count; i++) {
    const length = view.getInt32(next);
    next += 4;
    if (length < 0) continue;
    relabelRow(element, view, next);
    next += length;
  }
}

function relabelRow(type: SqlType, view: DataView, at: number): void {
  const fields = type.fields!;
  if (view.getInt32(at) !== fields.length) throw changed(type);
  let next = at + 4;
  for (const field of fields) {
    relabelNumber(field.type, view, next);
    const length = view.getInt32(next + 4);
    next += 8;
    if (length < 0) continue;
    if (field.type.kind === 'composite') relabelRow(field.type, view, next);
    else if (field.type.kind === 'array') relabelArray(field.type.element!, view, next);
    next += length;
  }
}

function relabelNumber(type: SqlType, view: DataView, at: number): void {
  const found = view.getUint32(at);
  if (found === type.oid) return;
  // A domain's values are sent as the domain's in rows and arrays.
  const isOwn = type.domain !== undefined || type.oid >= FIRST_USER_OID;
  const isMisread = isOwn ? found < FIRST_USER_OID : !(TEXTS.has(found) && TEXTS.has(type.oid));
  if (isMisread) throw changed(type);
  view.setUint32(at, type.oid);
}

const changed = (type: SqlType): Error =>
  featureNotSupported(`a value whose type (${type.name}) has changed at its source`, {
    hint: 'The catalog is refreshed from the source in a moment; then run the statement again.',
  });
