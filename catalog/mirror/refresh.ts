/**
 * Brings the catalog's mirror of one source up to what the source lists now. A difference is computed and applied; when
 * nothing differs no statement but the reading ones is sent.
 *
 * - A listing that failed never gets here; one that is empty removes nothing.
 * - Creating is done in batches; each change or removal of an existing mirror is a transaction of its own that waits at most
 *   50 ms for its locks: an idle transaction of a session that analysed the table must not hold up everyone behind us.
 *   What found no lock is `pending` and worth another try soon.
 * - Never CASCADE. What a user's view or policy keeps from changing stays as it was and is marked stale, with the reason.
 */
import { SqlError } from '../../core/sql-error.ts';
import type { SourceSchema } from '../../algebra/site.ts';
import type { AdminConnection } from '../admin-connection.ts';
import { qualifiedName, quoteName, quoteText } from '../quote.ts';
import { CATALOG_SCHEMA, OWNER_ROLE } from '../reserved-names.ts';
import {
  addForeignKey,
  alterEnum,
  alterTable,
  createCollation,
  createEnum,
  createSchema,
  createTable,
  dropTable,
} from './ddl.ts';
import { defineMirrors, relationKey } from './definition.ts';
import type { EnumDefinition, ForeignKeyDefinition, MirrorDefinitions, RelationDefinition } from './definition.ts';
import { refreshFunctions } from './functions.ts';
import { guardRelations, HIDE_OWNERSHIP } from './guard.ts';
import { restoreKeepsakes, storeKeepsake, takeKeepsake } from './keepsake.ts';
import { dropUserTypes, refreshUserTypes } from './refresh-types.ts';
import type { TypeRefreshContext } from './refresh-types.ts';
import { resolveTypes } from './source-types.ts';
import {
  COUNT_CHANGE, forgetEnum, forgetRelation, loadMirrors, storeEnum, storeRelations, storeSchema, UNGUARDED, updateRelation,
} from './store.ts'; // prettier-ignore
import type { StoredMirrors, StoredRelation } from './store.ts';

export interface RefreshResult {
  readonly created: number;
  readonly altered: number;
  readonly dropped: number;
  /** Relations (`schema.name` at the source) whose change found no lock. */
  readonly pending: readonly string[];
  /** Relations kept as they were, and why. */
  readonly stale: readonly { readonly relation: string; readonly reason: string }[];
  /** For the operator: substitutes, left-out keys, types carried as text. */
  readonly problems: readonly string[];
}

/** Tables per transaction: bounds locks held and the work redone when one of them fails. */
const BATCH_TABLES = 250;
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '50ms';`;

export async function refreshMirrors(
  connection: AdminConnection,
  site: { readonly name: string; readonly defaultSchema: string },
  source: SourceSchema,
): Promise<RefreshResult> {
  const types = await resolveTypes(connection, source);
  const wanted = defineMirrors(site, source, types);
  const result = await new Refresh(connection, wanted, await loadMirrors(connection, site.name)).apply();
  if (source.functions === undefined) return result;
  const undeclared = await refreshFunctions(connection, site, source.functions, wanted);
  return { ...result, problems: [...result.problems, ...undeclared] };
}

class Refresh {
  private readonly connection: AdminConnection;
  private readonly wanted: MirrorDefinitions;
  private readonly stored: StoredMirrors;
  private readonly problems: string[];
  private readonly pending: string[] = [];
  private readonly stale: { relation: string; reason: string }[] = [];
  private readonly restored: RelationDefinition[] = [];
  /** Mirrors dropped by this refresh. */
  private readonly gone = new Set<number>();
  private created = 0;
  private altered = 0;
  private dropped = 0;
  /** Anything at all was changed, enums and keys included. */
  private changed = false;

  constructor(connection: AdminConnection, wanted: MirrorDefinitions, stored: StoredMirrors) {
    this.connection = connection;
    this.wanted = wanted;
    this.stored = stored;
    this.problems = [...wanted.problems];
  }

  async apply(): Promise<RefreshResult> {
    const isEmpty = this.wanted.relations.length === 0;
    if (isEmpty && this.stored.relations.size > 0)
      this.problems.push('the source lists no relations: what is known of it is kept');
    else await this.applyDifference();
    const { created, altered, dropped, pending, stale, problems } = this;
    return { created, altered, dropped, pending, stale, problems };
  }

  private async applyDifference(): Promise<void> {
    const wantedByKey = new Map(this.wanted.relations.map((r) => [relationKey(r.sourceSchema, r.sourceName), r]));
    const usable = await this.ensureSchemas();
    await this.ensureCollations();
    for (const type of this.wanted.enums) if (usable.has(type.schema)) await this.ensureEnum(type);

    for (const [key, stored] of this.stored.relations) if (!wantedByKey.has(key)) await this.drop(stored);
    const types = this.wanted.userTypes.filter((type) => usable.has(type.schema));
    await refreshUserTypes(this.typeContext(), types, this.stored);
    const missing: RelationDefinition[] = [];
    for (const [key, relation] of wantedByKey) {
      if (!usable.has(relation.schema)) continue;
      const stored = this.stored.relations.get(key);
      if (!stored || this.gone.has(stored.oid)) missing.push(relation);
      else if (stored.text !== JSON.stringify(relation)) await this.change(stored, relation);
      else if (stored.stale !== null) await this.markStale(stored, null);
    }
    for (let at = 0; at < missing.length; at += BATCH_TABLES) await this.create(missing.slice(at, at + BATCH_TABLES));
    if (this.created + this.altered + this.dropped > 0) await this.addForeignKeys(wantedByKey);
    if (this.restored.length > 0) {
      await this.grantToReaders(this.restored);
      this.problems.push(...(await restoreKeepsakes(this.connection, this.wanted.site, this.restored)));
    }
    await dropUserTypes(this.typeContext(), types, this.stored);
    await this.dropEnums();
    await this.storeEstimates(wantedByKey);
    if (this.changed) await this.connection.run(COUNT_CHANGE);
  }

  /** Creates what is missing; answers the schemas we may use. One that somebody else made is not ours to fill. */
  private async ensureSchemas(): Promise<Set<string>> {
    const usable = new Set(this.stored.schemas);
    const sourceSchema = new Map(
      [...this.wanted.relations, ...this.wanted.enums, ...this.wanted.userTypes].map((one) => [one.schema, one.sourceSchema]),
    );
    for (const [schema, source] of sourceSchema) {
      if (usable.has(schema)) continue;
      try {
        await this.connection.run(createSchema(schema) + storeSchema(this.wanted.site, source, schema) + HIDE_OWNERSHIP);
        this.changed = true;
        usable.add(schema);
      } catch (error) {
        if (!(error instanceof SqlError) || error.code !== '42P06') throw error;
        this.problems.push(`schema "${schema}" exists in the catalog already: the source's schema "${source}" cannot be shown`);
      }
    }
    return usable;
  }

  private async ensureCollations(): Promise<void> {
    if (this.wanted.collations.size === 0) return;
    const existing = await this.connection.rows<{ collname: string }>(
      `SELECT collname FROM pg_collation WHERE collnamespace = ${quoteText(CATALOG_SCHEMA)}::regnamespace`,
    );
    const known = new Set(existing.map((row) => row.collname));
    for (const [key, { deterministic }] of this.wanted.collations)
      if (!known.has(key)) await this.connection.run(createCollation(key, deterministic));
  }

  private async ensureEnum(type: EnumDefinition): Promise<void> {
    const before = this.stored.enums.get(relationKey(type.sourceSchema, type.sourceName));
    if (before && JSON.stringify(before) === JSON.stringify(type)) return;
    const sql = before
      ? LOCK_TIMEOUT + alterEnum(before, type, this.columnsOf(type))
      : `SET LOCAL ROLE ${OWNER_ROLE};${createEnum(type)}RESET ROLE;`;
    // Retyped columns change their tables' fingerprints.
    const retyped = `UPDATE tributary.mirror SET fingerprint = f.print FROM tributary.fingerprints(ARRAY(SELECT oid FROM tributary.mirror WHERE site = ${quoteText(this.wanted.site)})) f WHERE f.relation = oid AND f.print <> fingerprint;`;
    await this.attempt(
      `${type.sourceSchema}.${type.sourceName}`,
      sql + storeEnum(this.wanted.site, type) + HIDE_OWNERSHIP + (before ? retyped : ''),
    );
  }

  private columnsOf(type: EnumDefinition): { schema: string; table: string; column: string; array: boolean }[] {
    const name = qualifiedName(type.schema, type.name);
    return [...this.stored.relations.values()].flatMap(({ definition }) =>
      definition.columns
        .filter((column) => column.type === name || column.type === `${name}[]`)
        .map((column) => ({
          schema: definition.schema,
          table: definition.name,
          column: column.name,
          array: column.type !== name,
        })),
    );
  }

  /** After the tables: a column may have been the last user. One still in use stays. */
  private async dropEnums(): Promise<void> {
    const wanted = new Set(this.wanted.enums.map((type) => relationKey(type.sourceSchema, type.sourceName)));
    for (const [key, type] of this.stored.enums) {
      if (wanted.has(key)) continue;
      const sql = `${LOCK_TIMEOUT}DROP TYPE ${qualifiedName(type.schema, type.name)};${forgetEnum(this.wanted.site, type)}`;
      await this.attempt(`${type.sourceSchema}.${type.sourceName}`, sql);
    }
  }

  private async create(relations: readonly RelationDefinition[]): Promise<void> {
    const sql =
      `SET LOCAL ROLE ${OWNER_ROLE};${relations.map(createTable).join('')}RESET ROLE;` +
      storeRelations(this.wanted.site, relations, (relation) => this.wanted.estimatedRows.get(relation)) +
      guardRelations(UNGUARDED);
    try {
      await this.connection.run(sql);
      this.created += relations.length;
      this.changed = true;
      this.restored.push(...relations);
    } catch (error) {
      if (!(error instanceof SqlError) || isConnectionLoss(error)) throw error;
      if (relations.length > 1) for (const relation of relations) await this.create([relation]);
      else this.problems.push(`${nameOf(relations[0]!)} is left out: ${error.message}`);
    }
  }

  private async change(stored: StoredRelation, after: RelationDefinition): Promise<void> {
    const before = stored.definition;
    const alter = before.schema === after.schema && before.name === after.name ? alterTable(before, after) : undefined;
    const detach = await this.detachForeignKeys(stored);
    if (alter !== undefined) {
      const sql = LOCK_TIMEOUT + detach + alter + updateRelation(stored.oid, after) + guardRelations(UNGUARDED);
      if (await this.attempt(nameOf(after), sql, stored)) this.altered++;
      return;
    }
    const keepsake = storeKeepsake(this.wanted.site, stored, await takeKeepsake(this.connection, stored));
    const remake =
      `${LOCK_TIMEOUT}${detach}${keepsake}${dropTable(before)}${forgetRelation(stored.oid)}SET LOCAL ROLE ${OWNER_ROLE};${createTable(after)}RESET ROLE;` +
      storeRelations(this.wanted.site, [after], (relation) => this.wanted.estimatedRows.get(relation)) +
      guardRelations(UNGUARDED);
    if (await this.attempt(nameOf(after), remake, stored)) {
      this.altered++;
      this.restored.push(after);
    }
  }

  private async drop(stored: StoredRelation): Promise<void> {
    if (this.gone.has(stored.oid)) return;
    const keepsake = storeKeepsake(this.wanted.site, stored, await takeKeepsake(this.connection, stored));
    const sql =
      LOCK_TIMEOUT +
      (await this.detachForeignKeys(stored)) +
      keepsake +
      dropTable(stored.definition) +
      forgetRelation(stored.oid);
    if (!(await this.attempt(nameOf(stored.definition), sql, stored))) return;
    this.dropped++;
    this.gone.add(stored.oid);
  }

  private typeContext(): TypeRefreshContext {
    return {
      connection: this.connection,
      site: this.wanted.site,
      lockTimeout: LOCK_TIMEOUT,
      attempt: (name, sql) => this.attempt(name, sql),
      dropRelation: (relation) => this.drop(relation),
    };
  }

  /** Our own foreign keys that point at it would hold it; they come back with `addForeignKeys`. */
  private async detachForeignKeys(stored: StoredRelation): Promise<string> {
    const rows = await this.connection.rows<{ schema: string; name: string; constraint: string; oid: number }>(
      `SELECT m.oid, m.schema, m.name, k.conname AS constraint FROM pg_constraint k JOIN tributary.mirror m ON m.oid = k.conrelid
       WHERE k.contype = 'f' AND k.confrelid = $1`, [stored.oid],
    ); // prettier-ignore
    return rows
      .map((row) => `ALTER TABLE ${qualifiedName(row.schema, row.name)} DROP CONSTRAINT ${quoteName(row.constraint)};UPDATE tributary.mirror SET fingerprint = NULL WHERE oid = ${row.oid};`)
      .join('') + (rows.length > 0 ? guardRelations(UNGUARDED) : ''); // prettier-ignore
  }

  private async addForeignKeys(wantedByKey: ReadonlyMap<string, RelationDefinition>): Promise<void> {
    const rows = await this.connection.rows<{ source_schema: string; source_name: string; constraint: string | null }>(
      `SELECT m.source_schema, m.source_name, k.conname AS constraint
       FROM tributary.mirror m LEFT JOIN pg_constraint k ON k.conrelid = m.oid AND k.contype = 'f' WHERE m.site = $1`, [this.wanted.site],
    ); // prettier-ignore
    const mirrored = new Set(rows.map((row) => relationKey(row.source_schema, row.source_name)));
    const existing = new Set(rows.map((row) => `${relationKey(row.source_schema, row.source_name)}${row.constraint}`));
    const missing: { relation: RelationDefinition; key: ForeignKeyDefinition; sql: string }[] = [];
    for (const [id, relation] of wantedByKey) {
      for (const key of relation.foreignKeys) {
        const referencedId = relationKey(key.referencedSchema, key.referencedTable);
        const referenced = wantedByKey.get(referencedId);
        if (!mirrored.has(id) || existing.has(id + key.name) || !referenced || !mirrored.has(referencedId)) continue;
        missing.push({ relation, key, sql: addForeignKey(relation, key, referenced) });
      }
    }
    if (missing.length === 0) return;
    const finish = this.presentForeignKeys();
    try {
      await this.connection.run(LOCK_TIMEOUT + missing.map((one) => one.sql).join('') + finish);
    } catch (error) {
      if (!(error instanceof SqlError) || isConnectionLoss(error)) throw error;
      for (const { relation, key, sql } of missing) {
        await this.connection.run(LOCK_TIMEOUT + sql + finish).catch((reason: unknown) => {
          if (reason instanceof SqlError && reason.code === '55P03') this.pending.push(nameOf(relation));
          else this.problems.push(`${nameOf(relation)}: foreign key "${key.name}" is left out: ${String(reason)}`);
        });
      }
    }
  }

  /** They hold at the source: shown as enforced and validated. */
  private presentForeignKeys(): string {
    const ours = `SELECT oid FROM tributary.mirror WHERE site = ${quoteText(this.wanted.site)}`;
    const fresh = `SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND NOT conenforced AND conrelid IN (${ours})`;
    return (
      `UPDATE tributary.mirror SET fingerprint = NULL WHERE oid IN (${fresh});` +
      `UPDATE pg_constraint SET conenforced = true, convalidated = true WHERE contype = 'f' AND NOT conenforced AND conrelid IN (${ours});` +
      guardRelations(UNGUARDED)
    );
  }

  /** Roles that the configuration gave this source read its new tables as well. */
  private async grantToReaders(relations: readonly RelationDefinition[]): Promise<void> {
    const readers = await this.connection.rows<{ role: string }>(
      'SELECT r.role FROM tributary.role_source r JOIN pg_roles p ON p.rolname = r.role WHERE r.site = $1', [this.wanted.site],
    ); // prettier-ignore
    if (readers.length === 0) return;
    const roles = readers.map(({ role }) => quoteName(role)).join(', ');
    const schemas = [...new Set(relations.map((relation) => quoteName(relation.schema)))].join(', ');
    const tables = relations.map((relation) => qualifiedName(relation.schema, relation.name)).join(', ');
    await this.connection.run(`GRANT USAGE ON SCHEMA ${schemas} TO ${roles};GRANT SELECT ON TABLE ${tables} TO ${roles};`);
  }

  private async storeEstimates(wantedByKey: ReadonlyMap<string, RelationDefinition>): Promise<void> {
    const changes: string[] = [];
    for (const [key, stored] of this.stored.relations) {
      const relation = wantedByKey.get(key);
      const rows = relation && this.wanted.estimatedRows.get(relation);
      if (relation && (rows ?? null) !== stored.estimatedRows) changes.push(`(${stored.oid}::oid, ${rows ?? 'NULL'}::float8)`);
    }
    if (changes.length === 0) return;
    await this.connection.run(
      `UPDATE tributary.mirror m SET estimated_rows = v.estimate FROM (VALUES ${changes.join(',')}) v(oid, estimate) WHERE v.oid = m.oid`,
    );
  }

  /** True when it was done. No lock: pending. Something depends on it: stale. */
  private async attempt(name: string, sql: string, stored?: StoredRelation): Promise<boolean> {
    try {
      await this.connection.run(sql);
      this.changed = true;
      return true;
    } catch (error) {
      if (!(error instanceof SqlError) || isConnectionLoss(error)) throw error;
      if (error.code === '55P03') {
        this.pending.push(name);
        return false;
      }
      const reason = [error.message, error.fields.detail].filter((part) => part !== undefined).join(': ');
      this.stale.push({ relation: name, reason });
      if (stored) await this.markStale(stored, reason);
      return false;
    }
  }

  private async markStale(stored: StoredRelation, reason: string | null): Promise<void> {
    if (stored.stale === reason) return;
    await this.connection.rows('UPDATE tributary.mirror SET stale = $2 WHERE oid = $1', [stored.oid, reason]);
    this.changed = true;
  }
}

const nameOf = (relation: RelationDefinition): string => `${relation.sourceSchema}.${relation.sourceName}`;

const isConnectionLoss = (error: SqlError): boolean => /^(08|57P)/.test(error.code);
