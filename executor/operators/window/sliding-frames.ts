/**
 * An aggregate whose frame slides through its partition: rows that enter are added, rows that leave are taken out, so that
 * each row is touched twice however wide the frame is. For aggregates that forget a row without a trace (Accumulator.remove).
 */
import type { Column } from '../../../core/batch.ts';
import type { FrameState } from './feed.ts';
import { FrameResults } from './frame-results.ts';
import type { Frames } from './frames.ts';
import type { SortedRows } from './sorted-rows.ts';

export async function overSlidingFrames(
  { batch, partitions }: SortedRows,
  frames: Frames,
  { accumulator, feed, pace }: FrameState,
): Promise<Column> {
  const results = new FrameResults(batch.length);
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
        if (results.add(sums.finish(1))) await pace(sums.bytes + results.bytes);
      }
      results.assign(row);
    }
  }
  return results.finish();
}
