/**
 * An aggregate whose frame slides through its partition: rows that enter are added, rows that leave are taken out, so that
 * each row is touched twice however wide the frame is. For aggregates that forget a row without a trace (Accumulator.remove).
 */
import type { Column } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import { columnBytes } from '../../memory/memory-budget.ts';
import type { FrameState } from './feed.ts';
import type { Frames } from './frames.ts';
import type { SortedRows } from './sorted-rows.ts';

/** Results put together at a time. */
const RESULTS = 4096;

export async function overSlidingFrames(
  { batch, partitions }: SortedRows,
  frames: Frames,
  { accumulator, feed, pace }: FrameState,
): Promise<Column> {
  const results: Column[] = [];
  let recent: Column[] = [];
  let resultBytes = 0;
  let steps = 0;
  const indices = new Int32Array(batch.length);
  for (let p = 0; p < partitions.count; p++) {
    const first = partitions.starts[p]!;
    let sums = accumulator();
    sums.reserve(1);
    let from = first;
    let to = first;
    for (let row = first; row < partitions.starts[p + 1]!; row++) {
      // Neither edge ever moves back; an empty frame lies where it begins.
      const start = frames.start[row]!;
      const end = Math.max(frames.end[row]!, start);
      if (row === first || start !== from || end !== to) {
        // A frame that leaves most of its rows behind is begun anew.
        if (start - from > end - start) {
          sums = accumulator();
          sums.reserve(1);
          to = start;
        } else feed.remove(sums, from, start);
        from = start;
        feed.add(sums, 0, to, end);
        feed.flush(sums);
        to = end;
        const one = sums.finish(1);
        resultBytes += columnBytes(one);
        recent.push(one);
        steps++;
        if (recent.length === RESULTS) {
          results.push(concatColumns(recent));
          recent = [];
          await pace(sums.bytes + resultBytes);
        }
      }
      indices[row] = steps - 1;
    }
  }
  if (recent.length > 0) results.push(concatColumns(recent));
  return gather(concatColumns(results), indices, indices.length);
}
