/**
 * The memory of DuckDB's vectors, as the low-level binding hands it out: a copy of the values, the validity mask, children
 * of lists. The only module that knows this binding; everything here must be called while the chunk is alive.
 */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

export type RawVector = duckdb.Vector;

export const chunkVector = (chunk: DuckDBDataChunk, column: number): RawVector =>
  duckdb.data_chunk_get_vector(chunk.chunk, column);

/** `bytes` must not exceed what the vector holds: the binding reads them unchecked. */
export const vectorData = (vector: RawVector, bytes: number): Uint8Array => duckdb.vector_get_data(vector, bytes);

/** One bit a row, least significant first, 1 = not NULL; null when the vector has no mask. */
export function vectorValidity(vector: RawVector, rows: number): Uint8Array | null {
  return (duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null | undefined) ?? null;
}

export const listChild = (vector: RawVector): RawVector => duckdb.list_vector_get_child(vector);
export const listChildLength = (vector: RawVector): number => duckdb.list_vector_get_size(vector);

/** Reads `bytes` bytes at the address stored at `offset` of `holder`. */
export const readAtPointer = (holder: ArrayBuffer, offset: number, bytes: number): Uint8Array =>
  duckdb.get_data_from_pointer(holder, offset, bytes);
