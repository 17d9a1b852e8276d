/** Bytes that cross the link to a server, for EXPLAIN ANALYZE: DataRow messages, and the values of parameters. */
import type { SiteQueryMetrics } from '../../algebra/site.ts';
import type { BoundParameter } from './frontend-messages.ts';
import type { Collector } from './remote-query.ts';

/** Counts what the rows that a collector reads weigh. */
export function meteredRows(collector: Collector, metrics: SiteQueryMetrics | undefined): Collector {
  if (!metrics) return collector;
  return {
    get pendingRows() {
      return collector.pendingRows;
    },
    flush: () => collector.flush(),
    rows: (buffer, from, to) => {
      const at = collector.rows(buffer, from, to);
      metrics.bytes += at - from;
      return at;
    },
  };
}

/** Counts parameters that are sent. */
export function meterParameters(parameters: readonly BoundParameter[], metrics: SiteQueryMetrics | undefined): void {
  if (metrics) for (const { bytes } of parameters) metrics.sentBytes += bytes?.length ?? 0;
}
