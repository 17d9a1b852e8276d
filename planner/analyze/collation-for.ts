/**
 * COLLATION FOR (x): a name that analysis knows. The argument is evaluated all the same, as PostgreSQL does: it may raise.
 * Collations that the search path decides how to call are left to be refused.
 */
import type { CallScalar, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import { integer } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

export const PG_COLLATION_FOR = 3162;

/** By OID: those of every database, as quote_identifier writes them. */
const NAMES: Readonly<Record<number, string>> = { 100: '"default"', 950: '"C"', 951: '"POSIX"' };

/** A call of pg_collation_for; the call itself when it is of another collation. */
export function collationFor(call: CallScalar, node: TreeNode): Scalar {
  const name = NAMES[integer(node, 'inputcollid')];
  const [arg] = call.args;
  if (name === undefined || arg === undefined) return call;
  const value: Scalar = { kind: 'const', value: name, type: call.type, location: call.location };
  const when: Scalar = { kind: 'nulltest', arg, negated: false, type: sqlType('bool') };
  return { kind: 'case', branches: [{ when, then: value }], otherwise: value, type: call.type, location: call.location };
}
