/**
 * The check PostgreSQL makes before it runs a plan (ExecCheckPermissions, ExecCheckOneRelPerms, and EXECUTE on functions),
 * for statements that we run. Parse checks nothing, and a plan outlives the rights it was made under: to be asked at every
 * execution, on the session's own backend, with the revalidation round trip.
 */
import { insufficientPrivilege } from '../core/sql-error.ts';
import type { SqlError } from '../core/sql-error.ts';
import { quoteText } from './quote.ts';

/** As in the tree's RTEPERMISSIONINFO. */
export interface RelationPrivileges {
  readonly relation: number;
  /** 0: the current user; otherwise the owner of the view through which it is read. */
  readonly checkAsUser: number;
  /** ACL_INSERT 1 | ACL_SELECT 2 | ACL_UPDATE 4 | ACL_DELETE 8 | … */
  readonly requiredPerms: number;
  /** Attribute numbers plus 7 (FirstLowInvalidHeapAttributeNumber): 7 alone is the whole row. */
  readonly selectedCols: readonly number[];
  readonly insertedCols: readonly number[];
  readonly updatedCols: readonly number[];
}

const PRIVILEGES: readonly (readonly [bit: number, name: string])[] = [
  [1, 'INSERT'], [2, 'SELECT'], [4, 'UPDATE'], [8, 'DELETE'], [16, 'TRUNCATE'], [32, 'REFERENCES'], [64, 'TRIGGER'], [16384, 'MAINTAIN'],
]; // prettier-ignore

/**
 * An SQL expression of type text: NULL when all is allowed, else what is denied, for `privilegeError`. To be put into a
 * SELECT of the session's. Built from numbers alone.
 */
export function privilegeCheck(relations: readonly RelationPrivileges[], functions: Iterable<number>): string {
  const rows = relations.flatMap((relation) =>
    PRIVILEGES.filter(([bit]) => (relation.requiredPerms & bit) !== 0).map(([bit, privilege]) => {
      const columns =
        bit === 1 ? relation.insertedCols : bit === 4 ? relation.updatedCols : bit === 2 ? relation.selectedCols : null;
      return { relation, privilege, columns: columns === null ? '-' : columns.map((column) => column - 7).join(' ') };
    }),
  );
  const list = (values: readonly (string | number)[], type: string): string =>
    `${quoteText(`{${values.map((v) => `"${v}"`).join(',')}}`)}::pg_catalog.${type}[]`;
  const { relations: oids, users, privileges, columns } = {
    relations: list(rows.map((row) => row.relation.relation), 'oid'),
    users: list(rows.map((row) => row.relation.checkAsUser), 'oid'),
    privileges: list(rows.map((row) => row.privilege), 'text'),
    columns: list(rows.map((row) => row.columns), 'text'),
  }; // prettier-ignore
  return `tributary.first_denied(${oids}, ${users}, ${privileges}, ${columns}, ${list([...functions], 'oid')})`;
}

/** `denied`: what the expression above gave. */
export function privilegeError(denied: string): SqlError {
  return insufficientPrivilege(`permission denied for ${denied}`);
}
