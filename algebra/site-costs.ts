/**
 * What work costs at a place that computes, and what it costs to bring rows home from there. For choosing among plans only: a
 * wrong figure makes a plan slower, never an answer wrong. Nanoseconds unless the name says otherwise.
 */
export interface ComputeCosts {
  /** A row read from a table. */
  readonly scanRow: number;
  /** A row found by an index, and the look-up itself. */
  readonly indexRow: number;
  readonly indexLookup: number;
  /** One condition, or one computed column, of one row. */
  readonly expression: number;
  /** A row looked up in a bitmap of keys; undefined: the place has no such thing. */
  readonly bitmapProbe?: number;
  /** A row put into a hash table, a row looked up there, and a pair put out. */
  readonly build: number;
  readonly probe: number;
  readonly joined: number;
  /** A pair that a nested loop looks at. */
  readonly pair: number;
  /** A row sent to its group, and one aggregate over it. */
  readonly group: number;
  readonly aggregate: number;
  /** Of a row, times the logarithm of their number. */
  readonly sort: number;
  /** A row under one window function. */
  readonly window: number;
  /** A row passed on by any other operator. */
  readonly pass: number;
}

/** From a site to the gateway. */
export interface LinkCosts {
  /** Until a fragment's first row. */
  readonly startMs: number;
  readonly row: number;
  /** One column of one row, made, read and decoded. */
  readonly column: number;
  readonly byte: number;
}

export interface SiteCosts {
  readonly compute: ComputeCosts;
  readonly link: LinkCosts;
}
