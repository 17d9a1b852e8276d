/** Relations shipped with a statement, read to their end: the values of the array parameters that they are. */
import type { Input } from '../../algebra/rel.ts';
import type { SiteQueryOptions } from '../../algebra/site.ts';
import { assert } from '../../core/assert.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import { sqlError } from '../../core/sql-error.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { emptyArray, joinedArrays, shippedArrays } from './net-rows.ts';

/** For each of `inputs` an array per column, or its number of rows. More than `bytesMax` in all is 54000. */
export async function shippedParameters(
  inputs: readonly Input[],
  options: SiteQueryOptions,
  bytesMax: number,
): Promise<readonly BoundParameter[]> {
  const bound: BoundParameter[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const rows = options.inputs?.[input.index];
    assert(rows, 'nothing was shipped with the statement');
    const chunks: Uint8Array[][] = input.columns.map(() => []);
    let count = 0;
    for (let batch = await rows.next(); batch !== null; batch = await rows.next()) {
      options.signal.throwIfAborted();
      count += batch.length;
      if (batch.length === 0 || input.columns.length === 0) continue;
      const arrays = shippedArrays(batch, input.columns, input.columns.map((_, i) => i), 0, batch.length); // prettier-ignore
      arrays.forEach((array, i) => {
        chunks[i]!.push(array.bytes!);
        bytes += array.bytes!.length;
      });
      if (bytes > bytesMax) throw sqlError('54000', `more than ${bytesMax} bytes to ship with one statement`);
    }
    if (input.columns.length === 0) bound.push({ format: 1, bytes: encodeBinary(sqlType('int8'), BigInt(count)) });
    input.columns.forEach(({ type }, i) => {
      const arrays = chunks[i]!;
      bound.push({ format: 1, bytes: arrays.length === 0 ? emptyArray(type) : joinedArrays(arrays) });
    });
  }
  return bound;
}
