/** One query on PostgreSQL and through the gateway: identical, refused, different or failed, and why. */
import { parseSync } from 'libpg-query';
import type pg from 'pg';
import { difference, run } from '../support/differential.ts';

export type Verdict =
  | { readonly kind: 'identical' }
  /** 0A000. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'different'; readonly detail: string }
  /** Another error than PostgreSQL's, or one where it answers, or none where it fails. */
  | { readonly kind: 'failed'; readonly detail: string };

type TypedOutcome = Awaited<ReturnType<typeof run>>;

const FIRST_USER_OID = 16384;
export const ANOTHER_ORDER = 'the same rows in another order';

export class QueryComparison {
  /** Names of types that users made: their OIDs are each server's own. */
  readonly #typeNames = new Map<pg.Client, Map<number, string>>();

  async compare(
    sql: string,
    ordered: boolean,
    expected: TypedOutcome,
    actual: TypedOutcome,
    clients: { readonly oracle: pg.Client; readonly session: pg.Client },
  ): Promise<Verdict> {
    if (expected.error || actual.error) return compareErrors(expected, actual);
    const left = await this.#named(expected, clients.oracle);
    const right = await this.#named(actual, clients.session);
    if (difference(left, right, { ordered: true }) === undefined) return { kind: 'identical' };
    const differs = difference(left, right, { ordered: false });
    if (differs !== undefined) return { kind: 'different', detail: differs };
    if (!ordered || sameKeyOrder(sql, left, right)) return { kind: 'identical' };
    return { kind: 'different', detail: ANOTHER_ORDER };
  }

  async #named(outcome: TypedOutcome, client: pg.Client): Promise<TypedOutcome> {
    const known = this.#typeNames.get(client) ?? new Map<number, string>();
    this.#typeNames.set(client, known);
    const unknown = outcome.typeOids.filter((oid) => oid >= FIRST_USER_OID && !known.has(oid));
    for (const oid of unknown) {
      const { rows } = await run(client, `SELECT typname FROM pg_catalog.pg_type WHERE oid = ${oid}`);
      known.set(oid, rows[0]?.[0] ?? String(oid));
    }
    const columns = outcome.columns.map((column, i) => {
      const name = known.get(outcome.typeOids[i]!);
      return name === undefined ? column : column.replace(/ \d+ (-?\d+)$/, ` ${name} $1`);
    });
    return { ...outcome, columns };
  }
}

function compareErrors(expected: TypedOutcome, actual: TypedOutcome): Verdict {
  const [right, wrong] = [expected.error, actual.error];
  if (right?.code === wrong?.code) return { kind: 'identical' };
  if (wrong?.code === '0A000') return { kind: 'refused', detail: wrong.message };
  const describe = (error: TypedOutcome['error']): string => (error ? `${error.code} ${error.message}` : 'rows');
  return { kind: 'failed', detail: `expected ${describe(right)}, got ${describe(wrong)}` };
}

/** Whether rows that differ in order are equal in what they are ordered by: PostgreSQL leaves the order of such rows open. */
function sameKeyOrder(sql: string, left: TypedOutcome, right: TypedOutcome): boolean {
  const names = left.columns.map((column) => column.split(' ').slice(0, -2).join(' '));
  const keys = sortKeys(sql).map((key) => (typeof key === 'number' ? key - 1 : names.indexOf(key ?? '')));
  if (keys.length === 0 || keys.some((key) => key < 0)) return false;
  return left.rows.every((row, i) => keys.every((key) => row[key] === right.rows[i]![key]));
}

interface SortKey {
  readonly A_Const?: { readonly ival?: { readonly ival?: number } };
  readonly ColumnRef?: { readonly fields?: readonly { readonly String?: { readonly sval?: string } }[] };
}

interface Select {
  readonly sortClause?: readonly { readonly SortBy?: { readonly node?: SortKey } }[];
  readonly targetList?: readonly { readonly ResTarget?: { readonly val?: object } }[];
}

/** Each by its number in the select list, or by its name. */
function sortKeys(sql: string): readonly (number | string | undefined)[] {
  const select = (parseSync(sql).stmts?.[0]?.stmt as { SelectStmt?: Select } | undefined)?.SelectStmt;
  // An asterisk stands for several columns: after it, numbers are not those of the rows.
  const targets = (select?.targetList ?? []).map(({ ResTarget }) => withoutPlaces(ResTarget?.val));
  const known = targets.slice(0, targets.findIndex((target) => target.includes('A_Star')) >>> 0);
  return (select?.sortClause ?? []).map(({ SortBy }) => {
    const node = SortBy?.node;
    const selected = known.indexOf(withoutPlaces(node));
    return node?.A_Const?.ival?.ival ?? (selected < 0 ? node?.ColumnRef?.fields?.at(-1)?.String?.sval : selected + 1);
  });
}

const withoutPlaces = (node: unknown): string =>
  JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value)) ?? '';
