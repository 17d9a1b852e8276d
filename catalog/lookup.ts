/**
 * The meaning of the OIDs in an analysed tree: the catalog server's pg_proc, pg_operator, pg_type, pg_collation and our
 * mirrors, read when first asked for and kept. `ensure` costs one round trip for everything unknown, none when all is known.
 *
 * What PostgreSQL ships never changes; the rest is read again after `forget`, to be called whenever the DDL generation moved.
 */
import { z } from 'zod';
import type { CatalogLookup, ConstantDatum, KnownDomain, MirroredRelation } from '../algebra/catalog-lookup.ts';
import type { FunctionRef, OperatorRef } from '../algebra/scalar.ts';
import { assert } from '../core/assert.ts';
import { SqlError } from '../core/sql-error.ts';
import { builtinType, withCollation, withTypmod } from '../core/sql-type.ts';
import type { Collation, SqlType } from '../core/sql-type.ts';
import type { AdminConnection } from './admin-connection.ts';
import { catalogObjectsSql, describeObjectsSql, IS_REFUSED } from './catalog-objects.ts';
import { constantTexts } from './constant-texts.ts';
import { mirrorFromRow, mirrorRow } from './mirror/mirrored-relation.ts';
import { FIRST_USER_OID, OidCache } from './oid-cache.ts';
import { orderingOf } from './operator-order.ts';
import { quoteName } from './quote.ts';

const INVALID = 0;

type Wanted = Parameters<CatalogLookup['ensure']>[0];

export class CachedLookup implements CatalogLookup {
  private readonly connection: AdminConnection;
  private readonly read: (missing: Missing | 'builtin') => Promise<CatalogAnswer>;
  /** null: not a mirror. */
  private readonly mirrors = new OidCache<MirroredRelation | null>();
  private readonly types = new OidCache<SqlType>();
  private readonly functions = new OidCache<FunctionRef>();
  private readonly operators = new OidCache<OperatorRef>();
  private readonly collations = new OidCache<Collation>();
  private declared: Promise<ReadonlySet<number>> | undefined;
  private readonly enumLabels = new Map<number, string>();
  private readonly domains = new Map<number, KnownDomain>();
  /** Goes up with `forget`: an answer on its way meanwhile may be about the past, and is asked for again. */
  private epoch = 0;

  constructor(connection: AdminConnection, read = (missing: Missing | 'builtin') => readCatalog(connection, missing)) {
    this.connection = connection;
    this.read = read;
  }

  async ensure(wanted: Wanted): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const missing = {
        relations: this.mirrors.missing(wanted.relations),
        types: this.types.missing(wanted.types).filter((oid) => builtinType(oid) === undefined),
        functions: this.functions.missing(wanted.functions),
        operators: this.operators.missing(wanted.operators),
        collations: this.collations.missing(wanted.collations),
      };
      if (Object.values(missing).every((oids) => oids.length === 0)) return;
      await this.load(missing);
    }
    throw new Error('the catalog changes faster than it can be read');
  }

  mirror(oid: number): MirroredRelation | undefined {
    const found = this.mirrors.get(oid);
    assert(found !== undefined, `relation ${oid} was not loaded`);
    return found ?? undefined;
  }

  type(oid: number): SqlType {
    const found = builtinType(oid) ?? this.types.get(oid);
    assert(found, `type ${oid} was not loaded`);
    return found;
  }

  domain(oid: number): KnownDomain | undefined {
    return this.domains.get(oid);
  }

  function(oid: number): FunctionRef {
    const found = this.functions.get(oid);
    assert(found, `function ${oid} was not loaded`);
    return found;
  }

  operator(oid: number): OperatorRef {
    const found = this.operators.get(oid);
    assert(found, `operator ${oid} was not loaded`);
    return found;
  }

  collation(oid: number): Collation {
    const found = oid === INVALID ? 'none' : this.collations.get(oid);
    assert(found, `collation ${oid} was not loaded`);
    return found;
  }

  enumLabel(oid: number): string | undefined {
    return this.enumLabels.get(oid);
  }

  constantTexts(constants: readonly ConstantDatum[]): Promise<readonly string[]> {
    return constants.length === 0 ? Promise.resolve([]) : constantTexts(this.connection, constants);
  }

  sourceFunctions(): Promise<ReadonlySet<number>> {
    this.declared ??= this.connection
      .rows<{ oid: number }>(
        `WITH RECURSIVE refused (oid) AS (
           SELECT oid FROM tributary.mirror_user_type WHERE ${IS_REFUSED}
           UNION SELECT t.oid FROM pg_type t JOIN refused ON t.typbasetype = refused.oid)
         SELECT oid FROM tributary.mirror_function UNION ALL SELECT oid FROM refused`,
      )
      .then((rows) => new Set(rows.map((row) => row.oid)));
    // The next to ask tries again.
    this.declared.catch(() => (this.declared = undefined));
    return this.declared;
  }

  /** What a user or a refresh may have changed is read again when next asked for. */
  forget(): void {
    this.epoch++;
    this.declared = undefined;
    for (const cache of [this.mirrors, this.types, this.functions, this.operators, this.collations]) cache.forget();
  }

  /** All of PostgreSQL's own objects at once, so that first statements need no round trip. */
  async preload(): Promise<void> {
    await this.load('builtin');
  }

  private async load(missing: Missing | 'builtin'): Promise<void> {
    const { epoch } = this;
    const answer = await this.read(missing);
    const current = epoch === this.epoch;
    for (const row of answer.collations) this.collations.set(row.oid, collationFromRow(row), current);
    const typeRows = new Map(answer.types.map((row) => [row.oid, row]));
    for (const { labels } of answer.types) for (const one of labels ?? []) this.enumLabels.set(one.oid, one.label);
    for (const row of answer.types) if (row.kind === 'd') this.domains.set(row.oid, knownDomain(row, typeRows));
    for (const row of answer.types) this.types.set(row.oid, this.typeFromRow(row, typeRows), current);
    for (const row of answer.functions)
      this.functions.set(
        row.oid,
        functionFromRow(row, (type) => this.type(type)),
        current,
      );
    for (const row of answer.operators) this.operators.set(row.oid, operatorFromRow(row), current);
    const typeOf = (oid: number, typmod: number, collationOid: number): SqlType => {
      const known = this.type(oid);
      // A domain has the modifier of what it is over.
      const type = typmod < 0 ? known : withTypmod(known, typmod);
      return type.collation === 'none' ? type : withCollation(type, this.collation(collationOid));
    };
    for (const row of answer.relations) this.mirrors.set(row.oid, mirrorFromRow(row, typeOf), current);
    if (missing === 'builtin') return;
    const mirrors = new Set(answer.relations.map((row) => row.oid));
    for (const oid of missing.relations) if (!mirrors.has(oid)) this.mirrors.set(oid, null, current);
    if (!current) return;
    refuseUnknown('type', missing.types, this.types);
    refuseUnknown('function', missing.functions, this.functions);
    refuseUnknown('operator', missing.operators, this.operators);
    refuseUnknown('collation', missing.collations, this.collations);
  }

  /** `rows` holds the types this one is made of. */
  private typeFromRow(row: TypeRow, rows: ReadonlyMap<number, TypeRow>): SqlType {
    const part = (oid: number): SqlType => {
      const [builtin, row] = [builtinType(oid), rows.get(oid)];
      if (builtin) return builtin;
      return row ? this.typeFromRow(row, rows) : this.type(oid);
    };
    if (row.kind === 'd') return row.baseTypmod < 0 ? part(row.base) : withTypmod(part(row.base), row.baseTypmod);
    const member = (oid: number): SqlType => {
      const of = rows.get(oid);
      return of?.kind === 'd' ? { ...part(oid), domain: qualified(of) } : part(oid);
    };
    const collation: Collation = row.collation === INVALID ? 'none' : (this.collations.get(row.collation) ?? 'default');
    const common = { oid: row.oid, typmod: -1, collation, name: qualified(row) };
    if (row.kind === 'e') return { ...common, kind: 'enum', labels: (row.labels ?? []).map(({ label }) => label) };
    if (row.isArray) {
      const element = member(row.element);
      // An array of something carried as text is carried as text.
      if (element.kind !== 'opaque') return { ...common, kind: 'array', element };
      return holdsRows(element) ? { ...common, kind: 'opaque', element } : { ...common, kind: 'opaque' };
    }
    if (row.fields === null) return { ...common, kind: 'opaque' };
    const fields = row.fields.map(({ name, attribute, ...field }) => {
      const base = member(field.type);
      const type = field.typmod < 0 ? base : withTypmod(base, field.typmod);
      const own = field.collation === INVALID ? type : withCollation(type, this.collations.get(field.collation) ?? 'default');
      return { name, type: own, attribute };
    });
    // What has no binary form here travels as text, with all that is around it.
    const kind = fields.some(({ type }) => type.kind === 'opaque') ? 'opaque' : 'composite';
    return { ...common, kind, fields, ...(row.ofTable ? { ofTable: true } : {}) };
  }
}

const holdsRows = (element: SqlType): boolean => element.fields !== undefined || element.name === 'pg_catalog.record';

/** The tree comes from the session's backend, which sees what its own transaction made; we do not. */
function refuseUnknown(what: string, oids: readonly number[], cache: OidCache<unknown>): void {
  if (oids.some((oid) => !cache.isKnown(oid))) throw new NotCommitted(`a ${what} made in the transaction that uses it`);
}

/** What only the session that made it can tell of. */
export class NotCommitted extends SqlError {
  constructor(what: string) {
    super({ code: '0A000', message: `${what} is not supported` });
  }
}

const qualified = ({ schema, name }: TypeRow): string => `${quoteIfNeeded(schema)}.${quoteIfNeeded(name)}`;

function knownDomain(row: TypeRow, rows: ReadonlyMap<number, TypeRow>): KnownDomain {
  let site = row.refused;
  for (let base = rows.get(row.base); site === null && base?.kind === 'd'; base = rows.get(base.base)) site = base.refused;
  return { name: qualified(row), ...(site === null ? {} : { site }) };
}

const quoteIfNeeded = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteName(name));

interface Missing {
  readonly relations: readonly number[];
  readonly types: readonly number[];
  readonly functions: readonly number[];
  readonly operators: readonly number[];
  readonly collations: readonly number[];
}

const oid = z.number();
const typeRow = z.object({
  oid, schema: z.string(), name: z.string(), kind: z.string(), element: oid, isArray: z.boolean(), base: oid, baseTypmod: z.number(),
  collation: oid, ofTable: z.boolean(), refused: z.string().nullable(), fields: z.array(z.object({ name: z.string(), type: oid, typmod: z.number(), collation: oid, attribute: z.number() })).nullable(), labels: z.array(z.object({ oid, label: z.string() })).nullable(),
}); // prettier-ignore
const functionRow = z.object({
  oid, schema: z.string(), name: z.string(), kind: z.enum(['f', 'a', 'w', 'p']), args: z.array(z.string()),
  volatility: z.enum(['i', 's', 'v']), strict: z.boolean(), leakproof: z.boolean(), set: z.boolean(), aggregate: z.enum(['n', 'o', 'h']).nullable(),
  site: z.string().nullable(), columns: z.array(oid).nullable(),
}); // prettier-ignore
const operatorRow = z.object({
  oid, schema: z.string(), name: z.string(), kind: z.enum(['b', 'l']), fn: oid, commutator: oid, negator: oid, hash: z.boolean(), ordering: z.array(oid).nullable(),
}); // prettier-ignore
const collationRow = z.object({
  oid,
  name: z.string(),
  schema: z.string(),
  provider: z.string(),
  locale: z.string().nullable(),
  deterministic: z.boolean(),
});
const catalogAnswer = z.object({
  relations: z.array(mirrorRow),
  types: z.array(typeRow),
  functions: z.array(functionRow),
  operators: z.array(operatorRow),
  collations: z.array(collationRow),
});
type TypeRow = z.infer<typeof typeRow>;
type CatalogAnswer = z.infer<typeof catalogAnswer>;

async function readCatalog(connection: AdminConnection, missing: Missing | 'builtin'): Promise<CatalogAnswer> {
  const among = (column: string, oids: readonly number[] | undefined): string =>
    oids === undefined ? `${column} < ${FIRST_USER_OID}` : `${column} = ANY ('{${oids.join(',')}}'::oid[])`;
  const want: Partial<Missing> = missing === 'builtin' ? {} : missing;
  const [row] = await connection.rows<{ answer: string }>(catalogObjectsSql((column, kind) => among(column, want[kind])));
  return catalogAnswer.parse(JSON.parse(row?.answer ?? '{}'));
}

/** Objects as a session sees them, whose backend answers `describe`, the one value of a query. For one statement. */
export const sessionLookup = (connection: AdminConnection, describe: (sql: string) => Promise<string>): CatalogLookup =>
  new CachedLookup(connection, async (missing) => {
    assert(missing !== 'builtin', 'a session is not asked for everything');
    return catalogAnswer.parse(JSON.parse(await describe(describeObjectsSql(missing))));
  });

/** Ours for a source's collation: known by the source's name. PostgreSQL's own "C" and the like: code-point order. */
function collationFromRow(row: z.infer<typeof collationRow>): Collation {
  if (row.schema === 'pg_catalog') {
    // The database's default is builtin C.UTF-8, which pg_c_utf8 spells out.
    if (row.name === 'default' || (row.provider === 'b' && row.locale === 'C.UTF-8')) return 'default';
    if (row.name === 'C' || row.name === 'POSIX' || (row.provider === 'b' && row.locale === 'C')) return 'C';
  }
  const name = row.deterministic ? row.name : row.name.replace(/ \(nondeterministic\)$/, '');
  return { name, oid: row.oid, deterministic: row.deterministic };
}

function functionFromRow(row: z.infer<typeof functionRow>, typeOf: (oid: number) => SqlType): FunctionRef {
  const prefix = row.schema === 'pg_catalog' ? '' : `${row.schema}.`;
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    signature: `${prefix}${row.name}(${row.args.join(',')})`,
    kind: ({ f: 'function', a: 'aggregate', w: 'window', p: 'procedure' } as const)[row.kind],
    volatility: ({ i: 'immutable', s: 'stable', v: 'volatile' } as const)[row.volatility],
    strict: row.strict,
    leakproof: row.leakproof,
    returnsSet: row.set,
    ...(row.aggregate === null
      ? {}
      : { aggregateKind: ({ n: 'normal', o: 'ordered-set', h: 'hypothetical' } as const)[row.aggregate] }),
    ...(row.site === null ? {} : { site: row.site }),
    ...(row.columns === null ? {} : { resultColumns: row.columns.map(typeOf) }),
  };
}

function operatorFromRow(row: z.infer<typeof operatorRow>): OperatorRef {
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    position: row.kind === 'b' ? 'infix' : 'prefix',
    functionOid: row.fn,
    commutator: row.commutator,
    negator: row.negator,
    canHash: row.hash,
    ...orderingOf(row.ordering),
  };
}
