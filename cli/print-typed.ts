/** Query results with their types kept: JSON, and Arrow's IPC stream. */
import { columnFromDatums } from '../core/column.ts';
import { arrowIpcStream } from '../core/arrow.ts';
import { builtinType, sqlType, type SqlType } from '../core/sql-type.ts';
import { parseDatum } from '../core/text-parse.ts';
import type { TextSettings } from '../core/text-settings.ts';
import type { TextResult } from './query.ts';

const SETTINGS: TextSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
};

/** An array of objects, one a line. Numbers keep all their digits; what JSON has no number for is a string. */
export function jsonRows(result: TextResult): string {
  const lines = result.rows.map((row) => {
    const members = row.map(
      (value, i) => `${JSON.stringify(result.names[i])}:${jsonValue(value, builtinType(result.typeOids[i]!))}`,
    );
    return `{${members.join(',')}}`;
  });
  return lines.length === 0 ? '[]' : `[${lines.join(',\n ')}]`;
}

function jsonValue(value: string | null, type: SqlType | undefined): string {
  if (value === null) return 'null';
  switch (type?.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'numeric':
      return /^-?\d/.test(value) ? value : JSON.stringify(value);
    case 'bool':
      return value === 't' ? 'true' : 'false';
    case 'json':
    case 'jsonb':
      return value;
    default:
      return JSON.stringify(value);
  }
}

/** Types without an Arrow counterpart travel as text. */
export function arrowStream(result: TextResult): Uint8Array {
  const types = result.typeOids.map((oid) => builtinType(oid) ?? sqlType('text'));
  const columns = types.map((type, i) =>
    columnFromDatums(
      type,
      result.rows.map((row) => (row[i] === null ? null : parseDatum(type, row[i]!, SETTINGS))),
    ),
  );
  return arrowIpcStream(
    result.names.map((name, i) => ({ name, type: types[i]! })),
    { length: result.rows.length, columns },
  );
}
