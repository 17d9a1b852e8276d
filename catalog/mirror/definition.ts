/**
 * What the catalog should hold for one source: its relations, types and collations under their catalog names, with types
 * the catalog server knows. Made from a SourceSchema by `defineMirrors`; compared with what was stored at the last refresh
 * by its JSON text, so the order of its fields and lists is part of the format.
 *
 * A source's views are mirrored as tables, as its foreign and partitioned tables are: a view here would be expanded by the
 * rewriter, and what is behind it is the source's affair. `kind` remembers what it was.
 */
import type { SourceColumn, SourceRelation, SourceSchema } from '../../algebra/site.ts';
import { TypeDefiner, typeSql } from './user-types.ts';
import type { UserTypeDefinition } from './user-types.ts';
import { unreachable } from '../../core/assert.ts';
import { qualifiedName } from '../quote.ts';
import { catalogSchemaName, NameSpace } from './names.ts';
import { OPAQUE_TYPE } from '../../core/sql-type.ts';
import type { ResolvedType } from './source-types.ts';

export interface ColumnDefinition {
  readonly name: string;
  readonly sourceName: string;
  /** SQL of its type in the catalog, quoted and qualified. */
  readonly type: string;
  readonly sourceType: string;
  readonly notNull: boolean;
  /** Key into `collations`, or OWN_COLLATION. */
  readonly collation?: string;
  readonly comment?: string;
}
export interface KeyDefinition {
  readonly name: string;
  /** Catalog names. */
  readonly columns: readonly string[];
  readonly primary: boolean;
}
export interface ForeignKeyDefinition {
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly certain?: true;
}
export interface RelationDefinition {
  readonly sourceSchema: string;
  readonly sourceName: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: SourceRelation['kind'];
  readonly comment?: string;
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
}
export interface EnumDefinition {
  readonly sourceSchema: string;
  readonly sourceName: string;
  readonly schema: string;
  readonly name: string;
  readonly labels: readonly string[];
}
export interface CollationDefinition {
  readonly name: string;
  readonly deterministic: boolean;
}
export interface MirrorDefinitions {
  readonly site: string;
  readonly relations: readonly RelationDefinition[];
  readonly estimatedRows: ReadonlyMap<RelationDefinition, number>;
  readonly enums: readonly EnumDefinition[];
  /** Each after those it is made of. */
  readonly userTypes: readonly UserTypeDefinition[];
  readonly collations: ReadonlyMap<string, CollationDefinition>;
  /** What could not be mirrored as it is, for the operator. */
  readonly problems: readonly string[];
  /** SQL of one of the source's types in the catalog. */
  readonly typeName: (type: SourceColumn['type']) => string | undefined;
}

/** Code-point order with ASCII's letters: not made here, PostgreSQL has it. */
export const OWN_COLLATION = 'C';
const MAX_COLUMNS = 1600;
const MAX_KEY_COLUMNS = 32;
const MAX_LABEL_BYTES = 63;

export const relationKey = (schema: string, name: string): string => JSON.stringify([schema, name]);

/** `types`: what each spelling in the source's listing is in the catalog (source-types.ts). */
export function defineMirrors(
  site: { readonly name: string; readonly defaultSchema: string },
  source: SourceSchema,
  types: ReadonlyMap<string, ResolvedType>,
): MirrorDefinitions {
  return new Definer(site, types).define(source);
}

class Definer {
  private readonly site: { readonly name: string; readonly defaultSchema: string };
  private readonly types: ReadonlyMap<string, ResolvedType>;
  private readonly problems: string[] = [];
  private readonly enums = new Map<string, EnumDefinition>();
  private userTypes: readonly UserTypeDefinition[] = [];
  private readonly typeDefiner = new TypeDefiner({
    typeName: (type) => this.knownType(type),
    place: (schema, name) => ({ schema: this.schemaName(schema), name: this.space(schema).assign(name) }),
  });
  private readonly collations = new Map<string, CollationDefinition>();
  /** One name space per schema: relations, their indexes and types share it in PostgreSQL. */
  private readonly spaces = new Map<string, NameSpace>();
  private readonly definitions = new Map<string, RelationDefinition>();

  constructor(site: { readonly name: string; readonly defaultSchema: string }, types: ReadonlyMap<string, ResolvedType>) {
    this.site = site;
    this.types = types;
  }

  define(source: SourceSchema): MirrorDefinitions {
    this.problems.push(...source.problems);
    const relations = source.relations.filter((relation) => this.fits(relation));
    const names = new Map(relations.map((relation) => [relation, this.space(relation.schema).assign(relation.name)]));
    for (const { schema, name, labels } of source.enums) {
      const tooLong = labels.some((label) => Buffer.byteLength(label) > MAX_LABEL_BYTES);
      if (tooLong) this.problems.push(`${schema}.${name}: an enum with labels over ${MAX_LABEL_BYTES} bytes is carried as text`);
      else {
        this.enums.set(relationKey(schema, name), {
          sourceSchema: schema, sourceName: name, schema: this.schemaName(schema), name: this.space(schema).assign(name), labels,
        }); // prettier-ignore
      }
    }
    this.userTypes = this.typeDefiner.define(source.types ?? [], this.problems);
    const estimatedRows = new Map<RelationDefinition, number>();
    for (const relation of relations) {
      const definition = this.relation(relation, names.get(relation)!);
      this.definitions.set(relationKey(relation.schema, relation.name), definition);
      if (relation.estimatedRows !== undefined) estimatedRows.set(definition, relation.estimatedRows);
    }
    return {
      site: this.site.name,
      relations: [...this.definitions.values()],
      estimatedRows,
      enums: [...this.enums.values()],
      userTypes: this.userTypes,
      collations: this.collations,
      problems: this.problems,
      typeName: (type) => this.knownType(type),
    };
  }

  private fits(relation: SourceRelation): boolean {
    if (relation.columns.length <= MAX_COLUMNS) return true;
    this.problems.push(
      `${relation.schema}.${relation.name} is left out: ${relation.columns.length} columns, and PostgreSQL holds ${MAX_COLUMNS}`,
    );
    return false;
  }

  private relation(relation: SourceRelation, name: string): RelationDefinition {
    const where = `${relation.schema}.${relation.name}`;
    if (name !== relation.name) this.problems.push(`${where} is called "${name}" in the catalog`);
    const columnNames = new NameSpace('columns');
    const columns = relation.columns.map((column) => this.column(column, columnNames.assign(column.name), where));
    const bySourceName = new Map(columns.map((column) => [column.sourceName, column]));
    const catalogNames = (sourceNames: readonly string[]): string[] => sourceNames.map((n) => bySourceName.get(n)?.name ?? '');
    const keys: KeyDefinition[] = [];
    const { primaryKey } = relation;
    for (const key of [...(primaryKey ? [primaryKey] : []), ...relation.uniqueKeys]) {
      const known = key.columns.map((column) => bySourceName.get(column));
      const indexable = known.every((column) => column !== undefined && this.isIndexable(column.type));
      if (!indexable || known.length === 0 || known.length > MAX_KEY_COLUMNS) {
        this.problems.push(`${where}: key "${key.name}" is left out: the catalog cannot index its columns`);
        continue;
      }
      keys.push({
        name: this.space(relation.schema).assign(key.name),
        columns: catalogNames(key.columns),
        primary: key === primaryKey,
      });
    }
    const constraintNames = new NameSpace('relations');
    for (const key of keys) constraintNames.assign(key.name);
    return {
      sourceSchema: relation.schema,
      sourceName: relation.name,
      schema: this.schemaName(relation.schema),
      name,
      kind: relation.kind,
      ...(relation.comment === undefined ? {} : { comment: relation.comment }),
      columns,
      keys,
      foreignKeys: relation.foreignKeys
        .filter((key) => key.columns.every((column) => bySourceName.has(column)))
        .map((key) => ({
          name: constraintNames.assign(key.name),
          columns: catalogNames(key.columns),
          referencedSchema: key.referencedSchema,
          referencedTable: key.referencedTable,
          referencedColumns: key.referencedColumns,
          ...(key.certain === true ? { certain: true as const } : {}),
        })),
    };
  }

  private column(column: SourceColumn, name: string, where: string): ColumnDefinition {
    if (name !== column.name) this.problems.push(`${where}: column "${column.name}" is called "${name}" in the catalog`);
    const type = this.type(column, where);
    const collation =
      column.collation && this.types.get(type)?.collatable !== false ? this.collation(column.collation) : undefined;
    return {
      name,
      sourceName: column.name,
      type,
      sourceType: column.sourceType,
      notNull: column.notNull,
      ...(collation === undefined ? {} : { collation }),
      ...(column.comment === undefined ? {} : { comment: column.comment }),
    };
  }

  private type({ type, name, sourceType }: SourceColumn, where: string): string {
    if (type.kind === 'opaque') return OPAQUE_TYPE;
    const known = this.knownType(type);
    if (known !== undefined) return known;
    if (type.kind !== 'enum') this.problems.push(`${where}: column "${name}" of type ${sourceType} is carried as text`);
    return OPAQUE_TYPE;
  }

  /** SQL of a type that the catalog has or will have. */
  private knownType(type: SourceColumn['type']): string | undefined {
    switch (type.kind) {
      case 'opaque':
        return undefined;
      case 'builtin':
        return this.types.get(type.sql)?.sql;
      case 'enum': {
        const found = this.enums.get(relationKey(type.schema, type.name));
        return found && `${qualifiedName(found.schema, found.name)}${type.array ? '[]' : ''}`;
      }
      case 'user': {
        const found = this.typeDefiner.typeName(type.schema, type.name);
        return found && `${found}${type.array ? '[]' : ''}`;
      }
      default:
        return unreachable(type);
    }
  }

  private isIndexable(type: string): boolean {
    if (type === OPAQUE_TYPE) return false;
    for (const resolved of this.types.values()) if (resolved.sql === type) return resolved.indexable;
    const own = this.userTypes.find((defined) => typeSql(defined) === type);
    return own?.base === undefined || this.isIndexable(own.base);
  }

  private collation(collation: CollationDefinition): string {
    if (collation.name === OWN_COLLATION) return OWN_COLLATION;
    const key = `${collation.name}${collation.deterministic ? '' : ' (nondeterministic)'}`;
    this.collations.set(key, collation);
    return key;
  }

  private schemaName(schema: string): string {
    return catalogSchemaName(this.site.name, schema, this.site.defaultSchema);
  }

  private space(schema: string): NameSpace {
    let space = this.spaces.get(schema);
    if (!space) this.spaces.set(schema, (space = new NameSpace('relations')));
    return space;
  }
}
