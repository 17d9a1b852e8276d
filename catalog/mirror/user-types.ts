/**
 * The types that users of a source defined (composite, domain, range) as statements that make them in the catalog, under the
 * source's schema and name. A type is made after those it is made of; one that contains what the catalog does not have is
 * left out. A domain with a check that only the source can make has one here that raises: nobody may think it was made.
 */
import type { SourceType } from '../../algebra/source-type.ts';
import type { SourceColumn } from '../../algebra/site.ts';
import { unreachable } from '../../core/assert.ts';
import { qualifiedName, quoteName, quoteText } from '../quote.ts';

export interface UserTypeDefinition {
  readonly sourceSchema: string;
  readonly sourceName: string;
  readonly schema: string;
  readonly name: string;
  /** The statement that makes it; a domain's constraints are added to it. */
  readonly sql: string;
  /** Constraints of a domain: each an action of ALTER DOMAIN, and the one that takes it back. */
  readonly constraints: readonly { readonly add: string; readonly drop: string }[];
  /** SQL of the types it is made of. */
  readonly parts: readonly string[];
  /** SQL of what a domain is over. */
  readonly base?: string;
  /** Made with it, in its schema. */
  readonly multirange?: string;
}

export const typeSql = ({ schema, name }: UserTypeDefinition): string => qualifiedName(schema, name);
/** SQL of all the types that come with one; arrays left out. */
export const namesOfType = (type: UserTypeDefinition): readonly string[] =>
  type.multirange === undefined ? [typeSql(type)] : [typeSql(type), qualifiedName(type.schema, type.multirange)];

/** Checks name types of their schema without it. */
export const constraintsSql = (type: UserTypeDefinition, actions: readonly string[]): string =>
  actions.length === 0
    ? ''
    : `SET LOCAL search_path = ${quoteName(type.schema)};` +
      actions.map((action) => `ALTER DOMAIN ${typeSql(type)} ${action};`).join('') +
      'SET LOCAL search_path TO DEFAULT;';

export const createType = (type: UserTypeDefinition): string =>
  type.sql +
  constraintsSql(
    type,
    type.constraints.map(({ add }) => add),
  );

export const withoutArray = (type: string): string => type.replace(/(?:\[\])+$/, '');

interface Naming {
  /** SQL of a type; undefined: the catalog does not have it. */
  typeName(type: SourceColumn['type']): string | undefined;
  place(schema: string, name: string): { readonly schema: string; readonly name: string };
}

const MAX_FIELDS = 1600;

export class TypeDefiner {
  private readonly naming: Naming;
  /** SQL by the source's names. */
  private readonly names = new Map<string, string>();

  constructor(naming: Naming) {
    this.naming = naming;
  }

  /** What is left out is told. */
  define(types: readonly SourceType[], problems: string[]): UserTypeDefinition[] {
    return types.flatMap((type) => {
      const definition = this.definition(type);
      if (definition) return [definition];
      problems.push(`type ${type.schema}.${type.name} is left out: the catalog does not have all that it is made of`);
      return [];
    });
  }

  /** SQL of one that was defined. */
  typeName(schema: string, name: string): string | undefined {
    return this.names.get(qualifiedName(schema, name));
  }

  private place(schema: string, name: string): { readonly schema: string; readonly name: string } {
    const place = this.naming.place(schema, name);
    this.names.set(qualifiedName(schema, name), qualifiedName(place.schema, place.name));
    return place;
  }

  private definition(type: SourceType): UserTypeDefinition | undefined {
    const parts = partsOf(type).map((part) => this.naming.typeName(part));
    if (parts.length > MAX_FIELDS || !parts.every((part) => part !== undefined)) return undefined;
    const { schema, name } = this.place(type.schema, type.name);
    const common = { sourceSchema: type.schema, sourceName: type.name, schema, name, parts: [...new Set(parts)] };
    const full = qualifiedName(schema, name);
    switch (type.kind) {
      case 'composite': {
        const fields = type.fields.map((field, i) => `${quoteName(field.name)} ${parts[i]!}${collate(field.collation)}`);
        return { ...common, constraints: [], sql: `CREATE TYPE ${full} AS (${fields.join(', ')});` };
      }
      case 'domain': {
        const constraints = type.checks.map((check) => ({
          add: `ADD CONSTRAINT ${quoteName(check.name)} CHECK (${check.expression ?? `tributary.refuse_domain(${quoteText(type.name)})`})`,
          drop: `DROP CONSTRAINT ${quoteName(check.name)}`,
        }));
        if (type.notNull === '') constraints.push({ add: 'SET NOT NULL', drop: 'DROP NOT NULL' });
        else if (type.notNull !== undefined) {
          const name = quoteName(type.notNull);
          constraints.push({ add: `ADD CONSTRAINT ${name} NOT NULL`, drop: `DROP CONSTRAINT ${name}` });
        }
        return {
          ...common,
          constraints,
          sql: `CREATE DOMAIN ${full} AS ${parts[0]!}${collate(type.collation)};`,
          base: parts[0]!,
        };
      }
      case 'range': {
        const options = [`SUBTYPE = ${parts[0]!}`];
        if (type.operatorClass !== undefined) options.push(`SUBTYPE_OPCLASS = pg_catalog.${quoteName(type.operatorClass)}`);
        if (type.collation !== undefined) options.push('COLLATION = pg_catalog."C"');
        const multirange = type.multirange === undefined ? undefined : this.place(type.schema, type.multirange).name;
        if (multirange !== undefined) options.push(`MULTIRANGE_TYPE_NAME = ${qualifiedName(schema, multirange)}`);
        const sql = `CREATE TYPE ${full} AS RANGE (${options.join(', ')});`;
        return { ...common, constraints: [], sql, ...(multirange === undefined ? {} : { multirange }) };
      }
      default:
        return unreachable(type);
    }
  }
}

const collate = (collation: 'C' | undefined): string => (collation === undefined ? '' : ' COLLATE pg_catalog."C"');

/** The types that it is made of. */
export function partsOf(type: SourceType): readonly SourceColumn['type'][] {
  switch (type.kind) {
    case 'composite':
      return type.fields.map((field) => field.type);
    case 'domain':
      return [type.base];
    case 'range':
      return [type.subtype];
    default:
      return unreachable(type);
  }
}
