/** A small listing of a source, and ways to change it. */
import type { SourceColumn, SourceRelation, SourceSchema } from '../../algebra/site.ts';

export const shop = { name: 'shop', defaultSchema: 'public' };

export const column = (name: string, sql: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  name, type: { kind: 'builtin', sql }, sourceType: sql, notNull: false, ...more,
}); // prettier-ignore

export const relation = (name: string, columns: readonly SourceColumn[], more: Partial<SourceRelation> = {}): SourceRelation => ({
  schema: 'public', name, kind: 'table', columns, uniqueKeys: [], foreignKeys: [], ...more,
}); // prettier-ignore

export const customers = relation(
  'customers',
  [column('id', 'integer', { notNull: true }), column('email', 'character varying(80)', { notNull: true }), column('region', 'text')],
  {
    comment: 'who buys',
    primaryKey: { name: 'customers_pkey', columns: ['id'] },
    uniqueKeys: [{ name: 'customers_email_key', columns: ['email'] }, { name: 'customers_region_key', columns: ['region'] }],
    estimatedRows: 1000,
  },
); // prettier-ignore

export const orders = relation(
  'orders',
  [
    column('id', 'bigint', { notNull: true }),
    column('customer_id', 'integer', { notNull: true }),
    column('total', 'numeric(10,2)', { comment: 'in euro' }),
    column('mood', 'mood', { type: { kind: 'enum', schema: 'public', name: 'mood', array: false } }),
    column('moods', 'mood[]', { type: { kind: 'enum', schema: 'public', name: 'mood', array: true } }),
    column('area', 'box2d', { type: { kind: 'opaque' } }),
    column('tags', 'text[]'),
    column('note', 'text', { collation: { name: 'de_DE.utf8', deterministic: true } }),
    column('placed', 'timestamp(3) with time zone'),
  ],
  {
    primaryKey: { name: 'orders_pkey', columns: ['id'] },
    foreignKeys: [
      { name: 'orders_customer_fkey', columns: ['customer_id'], referencedSchema: 'public', referencedTable: 'customers', referencedColumns: ['id'], certain: true },
    ],
    estimatedRows: 50_000,
  },
); // prettier-ignore

export const moodEnum = { schema: 'public', name: 'mood', labels: ['sad', 'ok', 'happy'] };

export const listing = (relations: readonly SourceRelation[] = [customers, orders], enums = [moodEnum]): SourceSchema => ({
  relations, enums, problems: [],
}); // prettier-ignore
