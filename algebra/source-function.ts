/** A function that users or extensions gave a source: declared in the catalog, evaluated at that source alone. */
import type { SourceColumn } from './site.ts';

export interface SourceFunction {
  readonly schema: string;
  readonly name: string;
  /** As it is called: IN, INOUT and VARIADIC arguments. */
  readonly arguments: readonly SourceArgument[];
  /** The columns of a function that returns rows; null: it returns a value of type `result`. */
  readonly columns: readonly SourceResultColumn[] | null;
  readonly result: SourceFunctionType;
  readonly returnsSet: boolean;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly strict: boolean;
  readonly comment?: string | undefined;
}
export interface SourceArgument {
  /** '' when it has none. */
  readonly name: string;
  readonly type: SourceFunctionType;
  readonly variadic: boolean;
  readonly hasDefault: boolean;
}
export interface SourceResultColumn {
  readonly name: string;
  readonly type: SourceFunctionType;
}
/** `pseudo`: `anyelement`, `record`, `void`, …, PostgreSQL's own. */
export type SourceFunctionType = SourceColumn['type'] | { readonly kind: 'pseudo'; readonly name: string };
