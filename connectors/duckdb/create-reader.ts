/** Which reader turns a result column of this DuckDB type into a column of the wanted SQL type. Anything else is a bug. */
import { DuckDBTypeId } from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import { assert, InternalError } from '../../core/assert.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { BoolReader, Fixed16Reader, Float64Reader, Int32Reader, Int64Reader, StringReader } from './column-reader.ts';
import type { ColumnReader } from './column-reader.ts';
import { ArrayReader, JsonbReader } from './nested-reader.ts';
import { NumericReader, NumericTextReader } from './numeric-reader.ts';

/** `where`: source and column, for errors. `infinityAt`: see NumericReader. */
export function createReader(type: SqlType, from: DuckDBType, where: string, infinityAt?: bigint): ColumnReader {
  const mismatch = (): InternalError => new InternalError(`${where} came as ${String(from)}, not as ${type.name}`);
  const expect = (id: DuckDBTypeId, reader: () => ColumnReader): ColumnReader => {
    if (from.typeId !== id) throw mismatch();
    return reader();
  };
  switch (type.kind) {
    case 'bool':
      return expect(DuckDBTypeId.BOOLEAN, () => new BoolReader());
    case 'int2':
      return expect(DuckDBTypeId.SMALLINT, () => new Int32Reader('int16'));
    case 'int4':
      return expect(DuckDBTypeId.INTEGER, () => new Int32Reader('int32'));
    case 'int8':
      return expect(DuckDBTypeId.BIGINT, () => new Int64Reader('int64'));
    case 'float4':
      return expect(DuckDBTypeId.FLOAT, () => new Float64Reader('float'));
    case 'float8':
      return expect(DuckDBTypeId.DOUBLE, () => new Float64Reader('double'));
    case 'date':
      return expect(DuckDBTypeId.DATE, () => new Int32Reader('date'));
    case 'time':
      return expect(DuckDBTypeId.TIME, () => new Int64Reader('int64'));
    case 'timestamp':
      return expect(DuckDBTypeId.TIMESTAMP, () => new Int64Reader('timestamp'));
    case 'timestamptz':
      return expect(DuckDBTypeId.TIMESTAMP_TZ, () => new Int64Reader('timestamp'));
    case 'interval':
      return expect(DuckDBTypeId.INTERVAL, () => new Fixed16Reader('interval'));
    case 'uuid':
      return expect(DuckDBTypeId.UUID, () => new Fixed16Reader('uuid'));
    case 'bytea':
      return expect(DuckDBTypeId.BLOB, () => new StringReader(false, where));
    case 'numeric':
      return numericReader(from, mismatch, infinityAt);
    case 'jsonb':
      return from.typeId === DuckDBTypeId.VARCHAR ? new StringReader(true, where) : new JsonbReader(from);
    case 'array':
      assert(type.element, 'an array has an element type');
      if (from.typeId !== DuckDBTypeId.LIST) throw mismatch();
      return new ArrayReader(type, createReader(type.element, from.valueType, where));
    default:
      return expect(DuckDBTypeId.VARCHAR, () => new StringReader(true, where));
  }
}

function numericReader(from: DuckDBType, mismatch: () => InternalError, infinityAt: bigint | undefined): ColumnReader {
  switch (from.typeId) {
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = from;
      return new NumericReader(width <= 4 ? 'int16' : width <= 9 ? 'int32' : width <= 18 ? 'int64' : 'int128', scale, infinityAt);
    }
    case DuckDBTypeId.VARCHAR:
      return new NumericTextReader();
    case DuckDBTypeId.HUGEINT:
      return new NumericReader('int128', 0);
    case DuckDBTypeId.UHUGEINT:
      return new NumericReader('uint128', 0);
    case DuckDBTypeId.BIGNUM:
      return new NumericReader('bignum', 0);
    default:
      throw mismatch();
  }
}
