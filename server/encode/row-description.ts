/** The RowDescription message: what a client is told about a result before its rows. */
import type { SqlType } from '../../core/sql-type.ts';

export interface FieldDescription {
  readonly name: string;
  /** With a domain already replaced by its base type, as PostgreSQL does; the typmod is the type's own. */
  readonly type: SqlType;
  /** The table the column comes from unchanged, as the catalog knows it; 0 for expressions. */
  readonly tableOid: number;
  readonly attributeNumber: number;
  readonly format: 0 | 1;
}

/** pg_type.typlen where it is not -1. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [16, 1],
  [18, 1],
  [19, 64],
  [20, 8],
  [21, 2],
  [23, 4],
  [24, 4],
  [26, 4],
  [27, 6],
  [28, 4],
  [29, 4],
  [600, 16],
  [601, 32],
  [603, 32],
  [628, 24],
  [700, 4],
  [701, 8],
  [705, -2],
  [718, 24],
  [774, 8],
  [790, 8],
  [829, 6],
  [1033, 16],
  [1082, 4],
  [1083, 8],
  [1114, 8],
  [1184, 8],
  [1186, 16],
  [1266, 12],
  [2202, 4],
  [2203, 4],
  [2204, 4],
  [2205, 4],
  [2206, 4],
  [2275, -2],
  [2278, 4],
  [2950, 16],
  [3220, 8],
  [3734, 4],
  [3769, 4],
  [4089, 4],
  [4096, 4],
  [4191, 4],
  [5069, 8],
]);

const typeLength = (type: SqlType): number => (type.kind === 'enum' ? 4 : (fixedLengths.get(type.oid) ?? -1));

export function rowDescription(fields: readonly FieldDescription[]): Buffer {
  const names = fields.map((field) => Buffer.from(field.name, 'utf8'));
  const length = names.reduce((sum, name) => sum + name.length + 19, 6);
  const message = Buffer.alloc(length + 1);
  message[0] = 0x54;
  message.writeInt32BE(length, 1);
  message.writeInt16BE(fields.length, 5);
  let at = 7;
  for (const [i, field] of fields.entries()) {
    at += names[i]!.copy(message, at) + 1;
    message.writeUInt32BE(field.tableOid, at);
    message.writeInt16BE(field.attributeNumber, at + 4);
    message.writeUInt32BE(field.type.oid, at + 6);
    message.writeInt16BE(typeLength(field.type), at + 10);
    message.writeInt32BE(field.type.typmod, at + 12);
    message.writeInt16BE(field.format, at + 16);
    at += 18;
  }
  return message;
}
