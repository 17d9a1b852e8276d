/**
 * A CatalogLookup read from a plain PostgreSQL: every table of the given schemas counts as a mirror of the source the schema
 * is mapped to. For tests of analysis and planning without a catalog server; asks for everything anew on each ensure().
 */
import type pg from 'pg';
import { ORDERING, orderingOf } from '../../catalog/operator-order.ts';
import { constantTexts } from '../../catalog/constant-texts.ts';
import type { CatalogLookup, ConstantDatum, MirroredColumn, MirroredRelation } from '../../algebra/catalog-lookup.ts';
import type { FunctionRef, OperatorRef } from '../../algebra/scalar.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { builtinType } from '../../core/sql-type.ts';

type Row = Record<string, unknown>;

export class TestLookup implements CatalogLookup {
  private readonly client: pg.Client;
  private readonly sites: ReadonlyMap<string, string>;
  private readonly mirrors = new Map<number, MirroredRelation>();
  private readonly types = new Map<number, SqlType>();
  private readonly functions = new Map<number, FunctionRef>();
  private readonly operators = new Map<number, OperatorRef>();
  private readonly collations = new Map<number, Collation>();
  private readonly labels = new Map<number, string>();

  /** `sites`: schema → source name. */
  constructor(client: pg.Client, sites: Readonly<Record<string, string>>) {
    this.client = client;
    this.sites = new Map(Object.entries(sites));
  }

  /** The statements of these tests are without. */
  domain(): undefined {
    return undefined;
  }

  async ensure(oids: Parameters<CatalogLookup['ensure']>[0]): Promise<void> {
    await this.loadCollations([...oids.collations]);
    const columns = await this.rows(
      `SELECT c.oid::int AS relation, n.nspname AS schema, c.relname AS name, a.attnum, a.attname, a.attisdropped AS dropped,
              a.atttypid::int AS type, a.atttypmod AS typmod, a.attcollation::int AS collation, a.attnotnull AS not_null,
              coalesce((SELECT json_agg((SELECT json_agg(k.attname) FROM pg_attribute k
                                         WHERE k.attrelid = c.oid AND k.attnum = ANY (i.indkey)))
                        FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS keys
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.oid = ANY ($1) AND n.nspname = ANY ($2) ORDER BY c.oid, a.attnum`,
      [[...oids.relations], [...this.sites.keys()]],
    );
    await this.loadTypes([...oids.types, ...columns.map((row) => Number(row['type']))]);
    await this.loadCollations(columns.map((row) => Number(row['collation'])));
    for (const row of columns) this.addColumn(row);
    await this.loadFunctions([...oids.functions]);
    const operators = await this.rows(
      `SELECT o.oid::int, n.nspname AS schema, oprname AS name, oprkind AS kind, oprcode::oid::int AS fn, oprcom::int AS commutator,
              oprnegate::int AS negator, oprcanhash AS hash, ${ORDERING} AS ordering
       FROM pg_operator o JOIN pg_namespace n ON n.oid = oprnamespace WHERE o.oid = ANY ($1)`,
      [[...oids.operators]],
    );
    for (const row of operators) {
      this.operators.set(Number(row['oid']), {
        oid: Number(row['oid']),
        schema: String(row['schema']),
        name: String(row['name']),
        position: row['kind'] === 'l' ? 'prefix' : 'infix',
        functionOid: Number(row['fn']),
        commutator: Number(row['commutator']),
        negator: Number(row['negator']),
        canHash: row['hash'] === true,
        ...orderingOf(row['ordering'] as readonly number[] | null),
      });
    }
  }

  constantTexts(constants: readonly ConstantDatum[]): Promise<readonly string[]> {
    const rows = async <R>(sql: string): Promise<R[]> => (await this.client.query(sql)).rows as R[];
    return constants.length === 0 ? Promise.resolve([]) : constantTexts({ rows }, constants);
  }

  mirror(oid: number): MirroredRelation | undefined {
    return this.mirrors.get(oid);
  }

  type(oid: number): SqlType {
    return found(this.types.get(oid), 'type', oid);
  }

  sourceFunctions(): Promise<ReadonlySet<number>> {
    return Promise.resolve(new Set());
  }
  function(oid: number): FunctionRef {
    return found(this.functions.get(oid), 'function', oid);
  }

  operator(oid: number): OperatorRef {
    return found(this.operators.get(oid), 'operator', oid);
  }

  collation(oid: number): Collation {
    return found(this.collations.get(oid), 'collation', oid);
  }

  enumLabel(oid: number): string | undefined {
    return this.labels.get(oid);
  }

  private async rows(text: string, values: unknown[]): Promise<Row[]> {
    return (await this.client.query<Row>(text, values)).rows;
  }

  private addColumn(row: Row): void {
    const oid = Number(row['relation']);
    const known = this.mirrors.get(oid);
    const columns = [...(known?.columns ?? [])];
    columns[Number(row['attnum']) - 1] = row['dropped'] === true ? undefined : this.column(row);
    const schema = String(row['schema']);
    this.mirrors.set(oid, {
      table: {
        site: this.sites.get(schema)!,
        mirrorOid: oid,
        schema,
        name: String(row['name']),
        keys: row['keys'] as string[][],
      },
      columns,
      estimatedRows: undefined,
    });
  }

  private column(row: Row): MirroredColumn {
    const collation = Number(row['collation']);
    return {
      name: String(row['attname']),
      sourceName: String(row['attname']),
      type: {
        ...this.type(Number(row['type'])),
        typmod: Number(row['typmod']),
        collation: collation === 0 ? 'none' : this.collation(collation),
      },
      notNull: row['not_null'] === true,
    };
  }

  private async loadTypes(oids: readonly number[]): Promise<void> {
    for (const oid of oids) {
      const type = builtinType(oid);
      if (type) this.types.set(oid, type);
    }
    const rows = await this.rows(
      `SELECT t.oid::int, t.typtype AS kind, t.typelem::int AS element, t.typsubscript::text AS subscript,
              quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS name,
              (SELECT json_agg(json_build_array(e.oid::int, e.enumlabel) ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
       FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = ANY ($1)`,
      [oids.filter((oid) => !this.types.has(oid))],
    );
    await this.elementsFirst(rows);
    for (const row of rows) {
      const base = { oid: Number(row['oid']), typmod: -1, collation: 'none', name: String(row['name']) } as const;
      const labels = row['labels'] as [number, string][] | null;
      if (labels) for (const [oid, label] of labels) this.labels.set(oid, label);
      const type: SqlType =
        row['kind'] === 'e'
          ? { ...base, kind: 'enum', labels: (labels ?? []).map(([, label]) => label) }
          : row['subscript'] === 'array_subscript_handler'
            ? { ...base, kind: 'array', element: this.type(Number(row['element'])) }
            : { ...base, kind: 'opaque' };
      this.types.set(base.oid, type);
    }
  }

  private async elementsFirst(rows: readonly Row[]): Promise<void> {
    const elements = rows.filter((row) => row['subscript'] === 'array_subscript_handler').map((row) => Number(row['element']));
    if (elements.length > 0) await this.loadTypes(elements);
  }

  private async loadCollations(oids: readonly number[]): Promise<void> {
    const rows = await this.rows(
      `SELECT oid::int, collname AS name, collisdeterministic AS deterministic FROM pg_collation WHERE oid = ANY ($1)`,
      [oids],
    );
    for (const row of rows) {
      const oid = Number(row['oid']);
      const name = String(row['name']);
      const plain = name === 'default' || name === 'C' ? name : undefined;
      this.collations.set(oid, plain ?? { name, oid, deterministic: row['deterministic'] === true });
    }
  }

  private async loadFunctions(oids: readonly number[]): Promise<void> {
    const rows = await this.rows(
      `SELECT p.oid::int, n.nspname AS schema, proname AS name, prokind AS kind, provolatile AS volatility, proisstrict AS strict,
              proleakproof AS leakproof, proretset AS set, aggkind,
              (SELECT string_agg(CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE tn.nspname || '.' END || t.typname, ',' ORDER BY a.i)
               FROM unnest(proargtypes) WITH ORDINALITY a(oid, i) JOIN pg_type t ON t.oid = a.oid
                    JOIN pg_namespace tn ON tn.oid = t.typnamespace) AS args
       FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid WHERE p.oid = ANY ($1)`,
      [oids],
    );
    for (const row of rows) {
      const schema = String(row['schema']);
      const name = String(row['name']);
      this.functions.set(Number(row['oid']), {
        oid: Number(row['oid']),
        schema,
        name,
        signature: `${schema === 'pg_catalog' ? '' : `${schema}.`}${name}(${typeof row['args'] === 'string' ? row['args'] : ''})`,
        kind: ({ f: 'function', a: 'aggregate', w: 'window', p: 'procedure' } as const)[String(row['kind']) as 'f'],
        volatility: ({ i: 'immutable', s: 'stable', v: 'volatile' } as const)[String(row['volatility']) as 'i'],
        strict: row['strict'] === true,
        leakproof: row['leakproof'] === true,
        returnsSet: row['set'] === true,
        ...(row['aggkind'] === 'n' ? { aggregateKind: 'normal' as const } : {}),
      });
    }
  }
}

function found<T>(value: T | undefined, what: string, oid: number): T {
  if (value === undefined) throw new Error(`${what} ${oid} was not loaded`);
  return value;
}
