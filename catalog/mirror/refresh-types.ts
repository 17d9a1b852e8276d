/**
 * Brings the types that users of a source defined up to what it lists now: before its relations are looked at, since columns
 * may be of them. A domain's constraints change in place; any other change makes the type anew, with those made of it: mirrors
 * with columns of them are dropped (what users gave them is kept for their return), declarations of functions over them too.
 */
import type { AdminConnection } from '../admin-connection.ts';
import { OWNER_ROLE } from '../reserved-names.ts';
import { relationKey } from './definition.ts';
import { dropFunctionsOver } from './functions.ts';
import { HIDE_OWNERSHIP } from './guard.ts';
import { COUNT_CHANGE, forgetUserType, storeUserType } from './store.ts';
import type { StoredMirrors, StoredRelation } from './store.ts';
import { constraintsSql, createType, namesOfType, typeSql, withoutArray } from './user-types.ts';
import type { UserTypeDefinition } from './user-types.ts';

/** What the refresh of a source's mirrors lends. */
export interface TypeRefreshContext {
  readonly connection: AdminConnection;
  readonly site: string;
  readonly lockTimeout: string;
  /** Runs a transaction; false: it failed, and that was noted under the name. */
  readonly attempt: (name: string, sql: string) => Promise<boolean>;
  /** Drops a mirror, which may come back. */
  readonly dropRelation: (relation: StoredRelation) => Promise<void>;
}

const keyOf = (type: UserTypeDefinition): string => relationKey(type.sourceSchema, type.sourceName);
const nameOf = (type: UserTypeDefinition): string => `type ${type.sourceSchema}.${type.sourceName}`;
const isSame = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

const make = (site: string, types: readonly UserTypeDefinition[]): string =>
  `SET LOCAL ROLE ${OWNER_ROLE};${types.map(createType).join('')}RESET ROLE;` +
  types.map((type) => storeUserType(site, type)).join('') +
  HIDE_OWNERSHIP;

export async function refreshUserTypes(
  context: TypeRefreshContext,
  wanted: readonly UserTypeDefinition[],
  stored: StoredMirrors,
): Promise<void> {
  const before = stored.userTypes;
  const inPlace: UserTypeDefinition[] = [];
  for (const type of wanted) {
    const old = before.get(keyOf(type));
    // PostgreSQL may refuse, while it is part of arrays or rows.
    if (old && differInConstraints(old, type) && (await changeConstraints(context, old, type))) inPlace.push(type);
  }
  const changed = [...before.values()].filter((type) => {
    const now = wanted.find((other) => keyOf(other) === keyOf(type));
    return now !== undefined && !inPlace.includes(now) && textOf(now) !== textOf(type);
  });
  const anew = withUsers(changed, [...before.values()]);
  const unmade = await unmake(context, anew, stored);
  const missing = wanted.filter((type) => !before.has(keyOf(type)) || unmade.has(keyOf(type)));
  if (missing.length === 0) return;
  const isMade = await context.connection.succeeds(make(context.site, missing) + COUNT_CHANGE);
  // One that PostgreSQL refuses must not take the others with it.
  if (!isMade) for (const type of missing) await context.attempt(nameOf(type), make(context.site, [type]));
}

/** After the relations: a column may have been the last user. */
export async function dropUserTypes(
  context: TypeRefreshContext,
  wanted: readonly UserTypeDefinition[],
  stored: StoredMirrors,
): Promise<void> {
  const kept = new Set(wanted.map(keyOf));
  const gone = [...stored.userTypes.values()].filter((type) => !kept.has(keyOf(type)));
  for (const type of gone.reverse()) await context.attempt(nameOf(type), await dropSql(context, [type]));
}

/** Whatever order its fields were stored in. */
const textOf = ({ schema, name, sql, constraints, parts, base, multirange }: UserTypeDefinition): string =>
  JSON.stringify([schema, name, sql, constraints.map(({ add, drop }) => [add, drop]), parts, base, multirange]);

const differInConstraints = (before: UserTypeDefinition, after: UserTypeDefinition): boolean =>
  textOf(before) !== textOf(after) && textOf({ ...before, constraints: [] }) === textOf({ ...after, constraints: [] });

function changeConstraints(
  { connection, lockTimeout, site }: TypeRefreshContext,
  before: UserTypeDefinition,
  after: UserTypeDefinition,
): Promise<boolean> {
  const gone = before.constraints.filter((one) => !after.constraints.some((other) => isSame(one, other)));
  const added = after.constraints.filter((one) => !before.constraints.some((other) => isSame(one, other)));
  const actions = [...gone.map(({ drop }) => drop), ...added.map(({ add }) => add)];
  return connection.succeeds(lockTimeout + constraintsSql(after, actions) + storeUserType(site, after) + COUNT_CHANGE);
}

/** Those and all that are made of them, in the order in which they were made. */
function withUsers(types: readonly UserTypeDefinition[], all: readonly UserTypeDefinition[]): UserTypeDefinition[] {
  const found = new Set(types);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    const names = new Set([...found].flatMap(namesOfType));
    for (const type of all) if (type.parts.some((part) => names.has(withoutArray(part)))) found.add(type);
  }
  return all.filter((type) => found.has(type));
}

/** Takes types away together; the keys of those that are gone. */
async function unmake(
  context: TypeRefreshContext,
  types: readonly UserTypeDefinition[],
  stored: StoredMirrors,
): Promise<ReadonlySet<string>> {
  if (types.length === 0) return new Set();
  const names = new Set(types.flatMap(namesOfType));
  for (const relation of stored.relations.values()) {
    if (relation.definition.columns.some(({ type }) => names.has(withoutArray(type)))) await context.dropRelation(relation);
  }
  const isGone = await context.attempt(types.map(nameOf).join(', '), await dropSql(context, [...types].reverse()));
  return new Set(isGone ? types.map(keyOf) : []);
}

async function dropSql(
  { connection, site, lockTimeout }: TypeRefreshContext,
  types: readonly UserTypeDefinition[],
): Promise<string> {
  const functions = await dropFunctionsOver(connection, site, types.flatMap(namesOfType));
  const drops = types.map((type) => `DROP TYPE ${typeSql(type)};${forgetUserType(site, type)}`);
  return `${lockTimeout}${functions}${drops.join('')}`;
}
