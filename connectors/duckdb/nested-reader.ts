/**
 * Lists of scalars → arrays (PostgreSQL's binary array format), all other nested values → jsonb text. One value at a time:
 * nested columns are rare, and read exactly rather than fast.
 */
import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  DuckDBArrayValue,
  DuckDBVector,
} from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { assert } from '../../core/assert.ts';
import type { Column } from '../../core/batch.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import { readDatum } from '../../core/column.ts';
import { BytesBuilder } from '../../core/column-builder.ts';
import type { Datum } from '../../core/datum.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { ColumnReader, vectorWords } from './column-reader.ts';
import { jsonbText, jsonNumber, jsonString, parseJson } from './jsonb-text.ts';
import type { JsonTree } from './jsonb-text.ts';
import { listChild, listChildLength } from './raw-vector.ts';
import type { RawVector } from './raw-vector.ts';

abstract class BytesReader extends ColumnReader {
  protected builder = new BytesBuilder();
  protected grow(): void {
    // The builder grows by itself.
  }
  protected take(length: number, valid: Uint8Array | null): Column {
    return { ...this.builder.finish(), length, valid };
  }
}

/** A LIST; `element` reads what is in it. */
export class ArrayReader extends BytesReader {
  private readonly type: SqlType;
  private readonly element: ColumnReader;
  constructor(type: SqlType, element: ColumnReader) {
    super();
    this.type = type;
    this.element = element;
  }
  protected read(vector: RawVector, rows: number, validity: Uint8Array | null): void {
    const entries = vectorWords(vector, rows * 4);
    this.element.append(listChild(vector), listChildLength(vector));
    const column = this.element.finish();
    for (let row = 0; row < rows; row++) {
      if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) {
        this.builder.appendNull();
        continue;
      }
      // Offset and length are 64-bit; no list within a chunk comes near 2^31 elements.
      const from = entries[row * 4]!;
      const count = entries[row * 4 + 2]!;
      const elements: Datum[] = [];
      for (let i = from; i < from + count; i++) elements.push(readDatum(column, this.type.element!, i));
      const bytes = encodeBinary(this.type, { dims: count === 0 ? [] : [count], lowerBounds: count === 0 ? [] : [1], elements });
      this.builder.appendBytes(bytes, 0, bytes.length);
    }
  }
}

/** STRUCT, MAP, UNION, lists of lists. */
export class JsonbReader extends BytesReader {
  private readonly type: DuckDBType;
  constructor(type: DuckDBType) {
    super();
    this.type = type;
  }
  protected read(vector: RawVector, rows: number): void {
    const values = DuckDBVector.create(vector, rows, this.type);
    for (let row = 0; row < rows; row++) {
      const value = values.getItem(row);
      if (value === null) this.builder.appendNull();
      else this.builder.appendString(jsonbText(jsonTree(value, this.type)));
    }
  }
}

/** A value as JSON, in the shape DuckDB's to_json gives it. */
function jsonTree(value: DuckDBValue, type: DuckDBType): JsonTree {
  if (value === null) return 'null';
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return String(value);
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.BIGNUM:
    case DuckDBTypeId.DOUBLE:
      return jsonNumber(Object.is(value, -0) ? '-0' : String(value));
    case DuckDBTypeId.FLOAT:
      return jsonNumber(String(shortestSingle(value as number)));
    case DuckDBTypeId.DECIMAL: {
      assert(value instanceof DuckDBDecimalValue, 'a DECIMAL value');
      return jsonNumber(decimalText(value));
    }
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? parseJson(value as string) : jsonString(value as string);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      assert(value instanceof DuckDBListValue || value instanceof DuckDBArrayValue, 'a list');
      return value.items.map((item) => jsonTree(item, type.valueType));
    case DuckDBTypeId.STRUCT: {
      assert(value instanceof DuckDBStructValue, 'a struct');
      return new Map(type.entryNames.map((name, i) => [name, jsonTree(value.entries[name]!, type.entryTypes[i]!)]));
    }
    case DuckDBTypeId.MAP:
      assert(value instanceof DuckDBMapValue, 'a map');
      return new Map(value.entries.map((entry) => [String(entry.key), jsonTree(entry.value, type.valueType)]));
    case DuckDBTypeId.UNION: {
      assert(value instanceof DuckDBUnionValue, 'a union');
      return new Map([[value.tag, jsonTree(value.value, type.memberTypes[type.memberTags.indexOf(value.tag)]!)]]);
    }
    default:
      return jsonString(String(value));
  }
}

function decimalText(decimal: DuckDBDecimalValue): string {
  const digits = (decimal.value < 0n ? -decimal.value : decimal.value).toString().padStart(decimal.scale + 1, '0');
  const point = digits.length - decimal.scale;
  return `${decimal.value < 0n ? '-' : ''}${digits.slice(0, point)}${decimal.scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** The number with the fewest digits that is this single-precision one. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
