/** What is known about the data, for estimates only: a wrong figure makes a plan slower, never an answer wrong. */
import type { SourceTable } from './rel.ts';

export interface Statistics {
  /** Rows of a table; undefined when nobody knows. */
  rows(table: SourceTable): number | undefined;
}
