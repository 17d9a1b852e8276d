/** PostgreSQL's own functions and operators, for calls that nobody wrote: their OIDs (pg_proc.dat, pg_operator.dat) are fixed. */
import type { FunctionRef, OperatorRef } from './scalar.ts';

/** An immutable one. */
export const builtin = (
  oid: number,
  name: string,
  signature: string,
  kind: FunctionRef['kind'],
  { strict, leakproof = false }: { readonly strict: boolean; readonly leakproof?: boolean },
): FunctionRef => ({
  oid,
  schema: 'pg_catalog',
  name,
  signature,
  kind,
  volatility: 'immutable',
  strict,
  leakproof,
  returnsSet: false,
  ...(kind === 'aggregate' ? { aggregateKind: 'normal' } : {}),
});

/** `more`: what a comparison has besides. */
export const infix = (
  oid: number,
  name: string,
  functionOid: number,
  commutator: number,
  more: Pick<OperatorRef, 'negator' | 'canHash'> = { negator: 0, canHash: false },
): OperatorRef => ({ oid, schema: 'pg_catalog', name, position: 'infix', functionOid, commutator, ...more });
