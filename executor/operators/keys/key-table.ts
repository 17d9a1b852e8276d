/**
 * Numbers the distinct keys of a stream of batches 0, 1, 2 … in order of arrival: what hash joins, grouping, DISTINCT and
 * set operations stand on. One int column is looked up straight from its memory, one text column in a byte dictionary, all
 * else through canonical words (key-words.ts).
 *
 * `nulls`: 'group': NULL is a key like any other (GROUP BY, DISTINCT); 'reject': a row with a NULL has no number (joins).
 */
import type { Column } from '../../../core/batch.ts';
import type { ByteDictionary } from './byte-dictionary.ts';
import type { KeyKind } from './key-types.ts';
import { KeyWordWriter } from './key-words.ts';
import { Word1Table, Word2Table, WordsTable } from './word-table.ts';

type WordTable = Word1Table | Word2Table | WordsTable;

export class KeyTable {
  readonly #nulls: 'group' | 'reject';
  readonly #writers: readonly KeyWordWriter[];
  readonly #kinds: readonly KeyKind[];
  /** Words per key; with several columns of which any may be NULL, the last ones are a bitmap of NULLs. */
  readonly #stride: number;
  readonly #nullWords: number;
  readonly #table: WordTable;
  /** A single column of text is numbered by its dictionary alone. */
  readonly #dictionary: ByteDictionary | null;
  /** The number of the NULL key of a single-column table, -1 before it was seen. */
  #nullId = -1;
  #words = new Int32Array(0);
  #nullFlags = new Uint8Array(0);
  #skip = new Uint8Array(0);
  #absent = new Uint8Array(0);

  constructor(kinds: readonly KeyKind[], nulls: 'group' | 'reject') {
    this.#kinds = kinds;
    this.#nulls = nulls;
    this.#writers = kinds.map((kind) => new KeyWordWriter(kind));
    const words = this.#writers.reduce((sum, writer) => sum + writer.words, 0);
    this.#nullWords = nulls === 'group' && kinds.length > 1 ? Math.ceil(kinds.length / 32) : 0;
    this.#stride = words + this.#nullWords;
    this.#table = this.#stride === 1 ? new Word1Table() : this.#stride === 2 ? new Word2Table() : new WordsTable(this.#stride);
    this.#dictionary = kinds.length === 1 ? this.#writers[0]!.dictionary : null;
  }

  /** How many numbers were given. */
  get size(): number {
    return this.#dictionary === null ? this.#table.size : this.#dictionary.size;
  }
  get bytes(): number {
    return this.#table.bytes + this.#writers.reduce((sum, writer) => sum + writer.bytes, 0);
  }

  /** ids[i] = number of row i's key, new if it was not there; -1 where it was rejected. */
  insert(columns: readonly Column[], length: number, ids: Int32Array): void {
    const direct = this.#direct(columns, length);
    if (direct !== null) return this.#table.insert(direct, length, null, ids);
    if (this.#dictionary !== null) return this.#lookUpBytes(columns[0]!, length, ids, null);
    const skip = this.#write(columns, length, null);
    this.#table.insert(this.#words, length, skip, ids);
    if (skip !== null) this.#numberNulls(skip, length, ids, true);
  }

  /** No more keys will come: insert() may not follow. Integer keys are then found faster. */
  freeze(): void {
    // Two words may also be two int4 columns: those are not one number.
    if (this.#kinds.length === 1) this.#table.freeze();
  }

  /** As insert, but -1 for keys that are not there. */
  find(columns: readonly Column[], length: number, ids: Int32Array): void {
    const direct = this.#direct(columns, length);
    if (direct !== null) return this.#table.find(direct, length, null, ids);
    if (this.#absent.length < length) this.#absent = new Uint8Array(length);
    this.#absent.fill(0, 0, length);
    if (this.#dictionary !== null) return this.#lookUpBytes(columns[0]!, length, ids, this.#absent);
    const skip = this.#write(columns, length, this.#absent);
    this.#table.find(this.#words, length, skip, ids);
    if (skip !== null) this.#numberNulls(skip, length, ids, false);
    for (let i = 0; i < length; i++) if (this.#absent[i] !== 0) ids[i] = -1;
  }

  /** The words of a single int column without NULLs: its own memory. */
  #direct(columns: readonly Column[], length: number): Int32Array | null {
    if (this.#kinds.length !== 1) return null;
    const column = columns[0]!;
    if (column.valid !== null || column.length !== length) return null;
    if (this.#kinds[0] === 'int32' && column.layout === 'int32') return column.values;
    if (this.#kinds[0] === 'int64' && column.layout === 'int64') return column.words;
    return null;
  }

  /** Of a batch just inserted: the first row of every key it brought, given the size before. */
  firstRows(ids: Int32Array, length: number, sizeBefore: number): Int32Array {
    const rows = new Int32Array(this.size - sizeBefore).fill(-1);
    if (rows.length === 0) return rows;
    for (let i = 0; i < length; i++) {
      const fresh = ids[i]! - sizeBefore;
      if (fresh >= 0 && rows[fresh]! < 0) rows[fresh] = i;
    }
    return rows;
  }

  #lookUpBytes(column: Column, length: number, ids: Int32Array, absent: Uint8Array | null): void {
    this.#reserveScratch(length);
    this.#writers[0]!.write(column, ids, 1, 0, this.#nullFlags, absent);
    if (column.valid !== null) this.#numberNulls(this.#nullFlags, length, ids, absent === null);
  }

  /** Fills #words; answers the rows to leave out of the table: those with a rejected NULL, or with the single NULL key. */
  #write(columns: readonly Column[], length: number, absent: Uint8Array | null): Uint8Array | null {
    this.#reserveScratch(length);
    const words = this.#words;
    const stride = this.#stride;
    const nulls = this.#nullFlags;
    const skip = this.#skip;
    const firstNullWord = stride - this.#nullWords;
    for (let w = firstNullWord; w < stride; w++) for (let i = 0; i < length; i++) words[i * stride + w] = 0;
    let skips = false;
    let offset = 0;
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!;
      const writer = this.#writers[c]!;
      writer.write(column, words, stride, offset, nulls, absent);
      offset += writer.words;
      if (column.valid === null) continue;
      if (this.#nullWords > 0) {
        const at = firstNullWord + (c >> 5);
        for (let i = 0; i < length; i++) words[i * stride + at]! |= nulls[i]! << (c & 31);
      } else {
        if (!skips) skip.fill(0, 0, length);
        skips = true;
        for (let i = 0; i < length; i++) skip[i]! |= nulls[i]!;
      }
    }
    return skips ? skip : null;
  }

  /** The rows marked have a rejected NULL (-1), or are the NULL key, whose number is given after the batch's others. */
  #numberNulls(marks: Uint8Array, length: number, ids: Int32Array, learn: boolean): void {
    if (this.#nulls === 'group' && this.#nullId < 0 && learn && marks.subarray(0, length).includes(1)) {
      this.#nullId = (this.#dictionary ?? this.#table).reserve();
    }
    const id = this.#nulls === 'group' ? this.#nullId : -1;
    for (let i = 0; i < length; i++) if (marks[i] !== 0) ids[i] = id;
  }

  #reserveScratch(length: number): void {
    if (this.#words.length < length * this.#stride) this.#words = new Int32Array(length * this.#stride);
    if (this.#nullFlags.length >= length) return;
    this.#nullFlags = new Uint8Array(length);
    this.#skip = new Uint8Array(length);
  }
}
