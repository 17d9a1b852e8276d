/**
 * CURRENT_DATE, CURRENT_USER and the like (SQLValueFunction). They are no rows of pg_proc, so they become calls of functions
 * with OID 0 under their SQL names; session-expressions.ts replaces them by constants before a plan is made.
 */
import type { CallScalar, FunctionRef } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { assert } from '../../core/assert.ts';
import type { Analysis } from './analysis.ts';
import { integer } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** By SQLValueFunctionOp; those with a precision have it as typmod. */
const NAMES = [
  'current_date',
  'current_time',
  'current_time',
  'current_timestamp',
  'current_timestamp',
  'localtime',
  'localtime',
  'localtimestamp',
  'localtimestamp',
  'current_role',
  'current_user',
  'user',
  'session_user',
  'current_catalog',
  'current_schema',
] as const;

const references = new Map<string, FunctionRef>(
  NAMES.map((name) => [
    name,
    {
      oid: 0,
      schema: 'pg_catalog',
      name,
      signature: `${name}()`,
      kind: 'function',
      volatility: 'stable',
      strict: false,
      leakproof: false,
      returnsSet: false,
    },
  ]),
);

/** True for the calls made here: SQL writes them without parentheses. */
export const isSessionValue = (fn: FunctionRef): boolean => fn.oid === 0 && references.has(fn.name);

/** One without a precision. */
export function sessionValue(name: 'current_date', type: SqlType): CallScalar {
  return { kind: 'call', fn: references.get(name)!, args: [], type, inputCollation: 'none', form: 'function' };
}

export function convertSessionValue(analysis: Analysis, node: TreeNode): CallScalar {
  const fn = references.get(NAMES[integer(node, 'op')] ?? '');
  assert(fn !== undefined, `SQLVALUEFUNCTION of ${integer(node, 'op')}`);
  const typmod = integer(node, 'typmod');
  const type = analysis.type(integer(node, 'type'), typmod, 0);
  return {
    kind: 'call',
    fn,
    args: typmod < 0 ? [] : [{ kind: 'const', value: typmod, type: sqlType('int4') }],
    type: type.kind === 'name' ? { ...type, collation: 'C' } : type,
    inputCollation: 'none',
    form: 'function',
    location: analysis.location(node),
  };
}
