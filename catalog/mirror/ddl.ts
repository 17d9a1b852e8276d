/**
 * Definitions as DDL for the catalog server. Text only; refresh.ts decides what runs, when and in which transaction.
 * Collations of a source that the catalog does not have become stand-ins in schema `tributary`: they only mark columns whose
 * order and equality are the source's business, and never compare anything.
 */
import { qualifiedName, quoteName, quoteText } from '../quote.ts';
import { CATALOG_SCHEMA, NET_ROLE, OWNER_ROLE } from '../reserved-names.ts';
import { OWN_COLLATION } from './definition.ts';
import type { ColumnDefinition, EnumDefinition, ForeignKeyDefinition, KeyDefinition, RelationDefinition } from './definition.ts';

const relationName = (relation: RelationDefinition): string => qualifiedName(relation.schema, relation.name);
const names = (columns: readonly string[]): string => columns.map(quoteName).join(', ');

/** The net names types in it, and may do nothing else there. */
export const createSchema = (schema: string): string =>
  `CREATE SCHEMA ${quoteName(schema)} AUTHORIZATION ${OWNER_ROLE};GRANT USAGE ON SCHEMA ${quoteName(schema)} TO ${NET_ROLE};`;

export const createEnum = (type: EnumDefinition): string =>
  `CREATE TYPE ${qualifiedName(type.schema, type.name)} AS ENUM (${type.labels.map(quoteText).join(', ')});`;

/** C is PostgreSQL's own; others are made under the source's names. */
const collationName = (key: string): string => (key === OWN_COLLATION ? 'pg_catalog."C"' : qualifiedName(CATALOG_SCHEMA, key));

/** ICU is the only provider that knows nondeterministic collations. */
export const createCollation = (key: string, deterministic: boolean): string =>
  `CREATE COLLATION IF NOT EXISTS ${qualifiedName(CATALOG_SCHEMA, key)} ` +
  (deterministic ? `(provider = builtin, locale = 'C.UTF-8');` : `(provider = icu, locale = 'und', deterministic = false);`);

function columnType(column: ColumnDefinition): string {
  return column.collation === undefined ? column.type : `${column.type} COLLATE ${collationName(column.collation)}`;
}

/** PLAIN storage: no column is ever stored, and a table without a TOAST table is made in half the time. */
function columnClause(column: ColumnDefinition): string {
  const collation = column.collation === undefined ? '' : ` COLLATE ${collationName(column.collation)}`;
  return `${quoteName(column.name)} ${column.type} STORAGE PLAIN${collation}${column.notNull ? ' NOT NULL' : ''}`;
}

const keyClause = (key: KeyDefinition): string =>
  `CONSTRAINT ${quoteName(key.name)} ${key.primary ? 'PRIMARY KEY' : 'UNIQUE'} (${names(key.columns)})`;

/** Run as the owner role. */
export function createTable(relation: RelationDefinition): string {
  const clauses = [...relation.columns.map(columnClause), ...relation.keys.map(keyClause)];
  const comments = [
    commentOnTable(relation, undefined),
    ...relation.columns.map((column) => commentOnColumn(relation, column, undefined)),
  ];
  return `CREATE TABLE ${relationName(relation)} (${clauses.join(', ')});${comments.join('')}`;
}

/** Nothing when the source's comment is what it was: a user may have set another one here. */
export function commentOnTable(relation: RelationDefinition, before: RelationDefinition | undefined): string {
  if (relation.comment === before?.comment) return '';
  return `COMMENT ON TABLE ${relationName(relation)} IS ${relation.comment === undefined ? 'NULL' : quoteText(relation.comment)};`;
}

export function commentOnColumn(
  relation: RelationDefinition,
  column: ColumnDefinition,
  before: ColumnDefinition | undefined,
): string {
  const [text, previous] = [columnComment(column), before && columnComment(before)];
  if (text === previous) return '';
  return `COMMENT ON COLUMN ${relationName(relation)}.${quoteName(column.name)} IS ${text === undefined ? 'NULL' : quoteText(text)};`;
}

/** The source's own, or what is called differently here. */
function columnComment(column: ColumnDefinition): string | undefined {
  if (column.name !== column.sourceName && column.comment === undefined) return `called "${column.sourceName}" at the source`;
  return column.comment;
}

/**
 * Created NOT ENFORCED, which makes no triggers and checks nothing (a mirror takes no rows); afterwards it is presented as
 * what it is at the source.
 */
export function addForeignKey(relation: RelationDefinition, key: ForeignKeyDefinition, referenced: RelationDefinition): string {
  const columns = key.referencedColumns.map(
    (name) => referenced.columns.find((column) => column.sourceName === name)?.name ?? name,
  );
  return (
    `ALTER TABLE ${relationName(relation)} ADD CONSTRAINT ${quoteName(key.name)} FOREIGN KEY (${names(key.columns)}) ` +
    `REFERENCES ${relationName(referenced)} (${names(columns)}) NOT ENFORCED;`
  );
}

export const dropTable = (relation: RelationDefinition): string => `DROP TABLE ${relationName(relation)};`;

/**
 * From one definition to another of the same relation; undefined when only a new table gives the source's column order.
 * Foreign keys are dropped here and added with everyone's.
 */
export function alterTable(before: RelationDefinition, after: RelationDefinition): string | undefined {
  const [old, wanted] = [new Map(before.columns.map((c) => [c.name, c])), new Map(after.columns.map((c) => [c.name, c]))];
  const kept = before.columns.filter((column) => wanted.has(column.name));
  const added = after.columns.filter((column) => !old.has(column.name));
  const resulting = [...kept, ...added].map((column) => column.name);
  if (resulting.some((name, index) => name !== after.columns[index]!.name)) return undefined;

  const actions: string[] = [];
  const keepsKey = (key: KeyDefinition): boolean => after.keys.some((other) => same(key, other));
  for (const key of before.keys) if (!keepsKey(key)) actions.push(`DROP CONSTRAINT ${quoteName(key.name)}`);
  for (const key of before.foreignKeys) actions.push(`DROP CONSTRAINT IF EXISTS ${quoteName(key.name)}`);
  for (const column of before.columns) if (!wanted.has(column.name)) actions.push(`DROP COLUMN ${quoteName(column.name)}`);
  for (const column of kept) {
    const [now, name] = [wanted.get(column.name)!, quoteName(column.name)];
    if (columnType(column) !== columnType(now)) {
      const collation = now.collation === undefined && column.collation !== undefined ? ' COLLATE "default"' : '';
      actions.push(`ALTER COLUMN ${name} TYPE ${columnType(now)}${collation} USING NULL::${now.type}`);
    }
    if (column.notNull !== now.notNull) actions.push(`ALTER COLUMN ${name} ${now.notNull ? 'SET' : 'DROP'} NOT NULL`);
  }
  for (const column of added) actions.push(`ADD COLUMN ${columnClause(column)}`);
  for (const key of after.keys) if (!before.keys.some((other) => same(key, other))) actions.push(`ADD ${keyClause(key)}`);
  const comments = after.columns.map((column) => commentOnColumn(after, column, old.get(column.name)));
  const alter = actions.length === 0 ? '' : `ALTER TABLE ${relationName(after)} ${actions.join(', ')};`;
  return `${alter}${commentOnTable(after, before)}${comments.join('')}`;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/**
 * New labels are added where they belong. When some went or moved, the type is made anew and every column of a mirror that
 * has it is switched over; a user's view or table over it stops that (2BP01).
 */
export function alterEnum(before: EnumDefinition, after: EnumDefinition, users: readonly EnumColumn[]): string {
  const type = qualifiedName(after.schema, after.name);
  const kept = after.labels.filter((label) => before.labels.includes(label));
  if (same(kept, before.labels)) {
    return after.labels
      .map((label, index) => {
        if (before.labels.includes(label)) return '';
        const place =
          index === 0 ? `BEFORE ${quoteText(before.labels[0] ?? '')}` : `AFTER ${quoteText(after.labels[index - 1]!)}`;
        return `ALTER TYPE ${type} ADD VALUE ${quoteText(label)}${before.labels.length === 0 && index === 0 ? '' : ` ${place}`};`;
      })
      .join('');
  }
  const aside = `${after.name.slice(0, 40)}~replaced`;
  const switches = users.map(
    ({ schema, table, column, array }) =>
      `ALTER TABLE ${qualifiedName(schema, table)} ALTER COLUMN ${quoteName(column)} TYPE ${type}${array ? '[]' : ''} USING NULL;`,
  );
  return (
    `ALTER TYPE ${type} RENAME TO ${quoteName(aside)};SET LOCAL ROLE ${OWNER_ROLE};${createEnum(after)}RESET ROLE;` +
    `${switches.join('')}DROP TYPE ${qualifiedName(after.schema, aside)};`
  );
}

export interface EnumColumn {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly array: boolean;
}
