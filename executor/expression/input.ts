/**
 * Columns as a generated loop reads them. What is known about a column's memory (layout, scale, whether it has a validity
 * bitmap) is part of the loop's signature; the loop is written anew for another signature (compile.ts).
 */
import { unreachable } from '../../core/assert.ts';
import type { Column, Layout } from '../../core/batch.ts';
import type { Int64, Interval, Numeric } from '../../core/datum.ts';
import { int64 } from '../../core/datum.ts';
import { readInt64 } from '../../core/int64.ts';
import { layoutOf } from '../../core/layout.ts';
import { numericFromBinary } from '../../core/numeric-binary.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { asBuffer } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { Value } from './value.ts';

/** `any`: numeric in either layout, found out value by value. `maybe`: the bitmap is there or not. */
export interface Shape {
  readonly layout: Layout | 'any';
  readonly scale: number;
  readonly nullable: 'no' | 'yes' | 'maybe';
}

export const shapeOf = (column: Column): Shape => ({
  layout: column.layout,
  scale: column.layout === 'decimal' ? column.scale : 0,
  nullable: column.valid === null ? 'no' : 'yes',
});

/** A shape that every column of the type has. */
export const generalShape = (type: SqlType): Shape => ({
  layout: type.kind === 'numeric' ? 'any' : layoutOf(type.kind),
  scale: 0,
  nullable: 'maybe',
});

export const shapeKey = (shape: Shape): string => `${shape.layout}${shape.scale}${shape.nullable}`;

/** Where a column's values are found: `columns[index]` of a batch, at the row named `row`. */
export interface InputColumn {
  readonly batch: string;
  readonly index: number;
  readonly row: string;
  readonly type: SqlType;
  readonly shape: Shape;
}

const variable = (column: InputColumn): string => `${column.batch}_${column.index}`;

/** Statements before the loop that fetch a column's memory. */
export function inputPrologue(emitter: Emitter, column: InputColumn): readonly string[] {
  const c = variable(column);
  const lines = [`const ${c} = ${column.batch}[${column.index}];`];
  const { layout, nullable } = column.shape;
  if (nullable !== 'no') lines.push(`const ${c}Valid = ${c}.valid;`);
  if (layout === 'bytes') {
    lines.push(`const ${c}Data = ${emitter.hoist(asBuffer)}(${c}.data), ${c}Offsets = ${c}.offsets;`);
  } else if (layout === 'fixed16') {
    lines.push(`const ${c}Data = ${emitter.hoist(asBuffer)}(${c}.data);`);
  } else if (layout !== 'any') {
    lines.push(`const ${c}Values = ${c}.values;`);
    if (layout === 'int64' || layout === 'decimal') lines.push(`const ${c}Words = ${c}.words;`);
  }
  return lines;
}

/** Reads the current row. */
export function emitInput(emitter: Emitter, column: InputColumn): Value {
  const { type, row, shape } = column;
  const c = variable(column);
  let missing: string | null = null;
  if (shape.nullable !== 'no') {
    missing = emitter.temporary('n');
    const there = shape.nullable === 'maybe' ? `${c}Valid !== null && ` : '';
    emitter.line(`const ${missing} = ${there}((${c}Valid[${row} >> 3] >> (${row} & 7)) & 1) === 0;`);
  }
  const common = { type, isNull: missing };
  switch (shape.layout) {
    case 'bool':
      return {
        ...common,
        form: 'bool',
        code: emitter.name(`${missing === null ? '' : `!${missing} && `}${c}Values[${row}] !== 0`),
      };
    case 'int32':
      return { ...common, form: 'int', code: emitter.name(`${c}Values[${row}]`) };
    case 'float64':
      return { ...common, form: 'float', code: emitter.name(`${c}Values[${row}]`) };
    case 'int64':
      return { ...common, form: 'int64', code: emitter.name(readWords(emitter, c, row)) };
    case 'decimal':
      return { ...common, form: 'decimal', scale: shape.scale, code: emitter.name(readWords(emitter, c, row)) };
    case 'bytes':
      return {
        ...common,
        form: 'span',
        data: `${c}Data`,
        from: emitter.name(`${c}Offsets[${row}]`),
        to: emitter.name(`${c}Offsets[${row} + 1]`),
      };
    case 'fixed16':
      if (type.kind === 'interval') {
        return { ...common, form: 'interval', code: emitter.name(`${emitter.hoist(readInterval)}(${c}Data, ${row})`) };
      }
      return {
        ...common,
        form: 'span',
        data: `${c}Data`,
        from: emitter.name(`${row} * 16`),
        to: emitter.name(`${row} * 16 + 16`),
      };
    case 'any':
      return {
        ...common,
        form: 'numeric',
        code: emitter.name(`${missing} ? undefined : ${emitter.hoist(readNumeric)}(${c}, ${row})`),
      };
    default:
      return unreachable(shape.layout);
  }
}

const readWords = (emitter: Emitter, c: string, row: string): string =>
  `${emitter.hoist(readInt64)}(${c}Words, ${c}Values, ${row})`;

function readInterval(data: Buffer, row: number): Interval {
  const at = row * 16;
  const micros: Int64 = int64(data.readBigInt64LE(at));
  return { micros, days: data.readInt32LE(at + 8), months: data.readInt32LE(at + 12) };
}

export function readNumeric(column: Column, row: number): Numeric {
  if (column.layout === 'decimal') return { kind: 'finite', unscaled: column.values[row]!, scale: column.scale };
  const { offsets, data } = column as Extract<Column, { layout: 'bytes' }>;
  return numericFromBinary(data, offsets[row], offsets[row + 1]);
}
