/**
 * json_agg, json_object_agg and their jsonb and strict forms (json.c, jsonb.c): the texts of a group's values, put together as
 * PostgreSQL spells them; jsonb is the canonical form of that. NULL for a group without rows.
 */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Column } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import { canonicalJsonb } from '../../../core/json-text.ts';
import { invalidParameterValue, programLimitExceeded, sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { jsonKeyOf, jsonOf } from '../../expression/kernels/json-build.ts';
import type { Accumulator } from './accumulator.ts';
import type { AccumulatorFactory } from './registry.ts';

/** PostgreSQL's limit of a value (MaxAllocSize); JavaScript's of a string is about half of that. */
const TEXT_LENGTH_MAX = 0x1fff_ff00;

const isStructured = (type: SqlType): boolean => type.kind === 'array' || type.kind === 'composite';

/** How the members of an array or object are written. */
interface Parts {
  readonly open: string;
  readonly close: string;
  /** Null: left out. `isFirst`: nothing was written yet. */
  member(types: readonly SqlType[], values: readonly Datum[], settings: SessionSettings, isFirst: boolean): string | null;
}

export const jsonArrayParts = (strict: boolean): Parts => ({
  open: '[',
  close: ']',
  member: ([type], [value], settings, isFirst) => {
    if (value === null) return strict ? null : 'null';
    // Every array and row begins a line, but for the first.
    return `${isStructured(type!) && !isFirst ? '\n ' : ''}${jsonOf(type!, value!, settings)}`;
  },
});

export const jsonObjectParts = (strict: boolean, binary: boolean): Parts => ({
  open: '{ ',
  close: ' }',
  member: ([keyType, valueType], [key, value], settings) => {
    if (key === null) {
      throw binary
        ? invalidParameterValue('field name must not be null')
        : sqlError('22004', 'null value not allowed for object key');
    }
    if (strict && value === null) return null;
    return `${jsonKeyOf(keyType!, key!, settings)} : ${jsonOf(valueType!, value!, settings)}`;
  },
});

export const jsonAggregate =
  (parts: Parts, binary: boolean): AccumulatorFactory =>
  (call, _direct, settings) =>
    new JsonAccumulator(
      parts,
      binary,
      call.args.map((arg) => arg.type),
      call.type,
      settings,
    );

class JsonAccumulator implements Accumulator {
  readonly #parts: Parts;
  readonly #binary: boolean;
  readonly #types: readonly SqlType[];
  readonly #result: SqlType;
  readonly #settings: SessionSettings;
  /** By group: the members so far; null: no row. */
  readonly #texts: (string | null)[] = [];
  #length = 0;

  constructor(parts: Parts, binary: boolean, types: readonly SqlType[], result: SqlType, settings: SessionSettings) {
    this.#parts = parts;
    this.#binary = binary;
    this.#types = types;
    this.#result = result;
    this.#settings = settings;
  }

  get bytes(): number {
    return 2 * this.#length + 16 * this.#texts.length;
  }

  reserve(groups: number): void {
    while (this.#texts.length < groups) this.#texts.push(null);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const parts = this.#parts;
    const types = this.#types;
    for (let i = 0; i < length; i++) {
      const g = groups[i]!;
      const before = this.#texts[g] ?? '';
      const values = types.map((type, k) => readDatum(args[k]!, type, i));
      const member = parts.member(types, values, this.#settings, before === '');
      if (member === null) {
        this.#texts[g] = before;
        continue;
      }
      const added = before === '' ? member : `, ${member}`;
      if (before.length + added.length > TEXT_LENGTH_MAX)
        throw programLimitExceeded('a JSON aggregate exceeds the length of a text');
      this.#texts[g] = before + added;
      this.#length += added.length;
    }
  }

  finish(groups: number): Column {
    const { open, close } = this.#parts;
    const results: Datum[] = [];
    for (let g = 0; g < groups; g++) {
      const text = this.#texts[g] ?? null;
      if (text === null) results.push(null);
      else results.push(this.#binary ? canonicalJsonb(open + text + close) : open + text + close);
    }
    return columnFromDatums(this.#result, results);
  }
}
