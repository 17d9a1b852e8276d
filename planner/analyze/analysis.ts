/**
 * The state of analysing one statement: the catalog, column numbering, types, positions, and the bound on nesting.
 * Made by analyze-query.ts and passed to every converter.
 */
import type { CatalogLookup } from '../../algebra/catalog-lookup.ts';
import type { RelColumn } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import type { SqlError } from '../../core/sql-error.ts';
import { featureNotSupported, statementTooComplex } from '../../core/sql-error.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { withCollation, withTypmod } from '../../core/sql-type.ts';
import type { systemColumnsIn } from './system-columns.ts';
import type { TreeNode } from './tree-reader.ts';

/** Nested nodes of expressions and queries; beyond it 54001. Everything behind analysis recurses over its result. */
const DEPTH_MAX = 1000;
/** Views and inlined WITH queries can multiply a short statement. */
const COLUMNS_MAX = 1_000_000;

export class Analysis {
  readonly lookup: CatalogLookup;
  /** Of CONST nodes whose datum only the catalog server reads (opaque-constants.ts). */
  readonly constantTexts: ReadonlyMap<TreeNode, string>;
  /** Read with every table; pruned where nobody asks for them. */
  readonly systemColumns: ReturnType<typeof systemColumnsIn>;
  /** Whether some row that an outer join may lack is read whole. */
  readonly nullableRows: boolean;
  private readonly characterOf: (byte: number) => number;
  private readonly types = new Map<string, SqlType>();
  private lastColumn = 0;
  private lastCte = 0;
  private depth = 0;

  constructor(
    lookup: CatalogLookup,
    statement: string,
    more: {
      readonly constantTexts: ReadonlyMap<TreeNode, string>;
      readonly systemColumns: Analysis['systemColumns'];
      readonly nullableRows: boolean;
    },
  ) {
    this.lookup = lookup;
    this.constantTexts = more.constantTexts;
    this.systemColumns = more.systemColumns;
    this.nullableRows = more.nullableRows;
    this.characterOf = byteToCharacter(statement);
  }

  column(name: string, type: SqlType, notNull = false): RelColumn {
    if (this.lastColumn >= COLUMNS_MAX) throw statementTooComplex();
    const id = ++this.lastColumn as ColumnId;
    return notNull ? { id, name, type, notNull } : { id, name, type };
  }

  nextCte(): number {
    return ++this.lastCte;
  }

  /** Collation OID 0: none. */
  type(oid: number, typmod: number, collationOid: number): SqlType {
    const key = `${oid} ${typmod} ${collationOid}`;
    let type = this.types.get(key);
    if (type === undefined) {
      const collation = collationOid === 0 ? 'none' : this.lookup.collation(collationOid);
      const known = this.lookup.type(oid);
      // A domain has the modifier of what it is over.
      type = withCollation(typmod < 0 ? known : withTypmod(known, typmod), collation);
      this.types.set(key, type);
    }
    return type;
  }

  collation(oid: number): SqlType['collation'] {
    return oid === 0 ? 'none' : this.lookup.collation(oid);
  }

  /** A node's place in the statement as a 0-based character offset. */
  location(node: TreeNode): number | undefined {
    const byte = node['location'];
    return typeof byte === 'number' && byte >= 0 ? this.characterOf(byte) : undefined;
  }

  unsupported(what: string, node?: TreeNode): SqlError {
    const location = node && this.location(node);
    return featureNotSupported(what, location === undefined ? {} : { position: location + 1 });
  }

  /** Around the conversion of each nested node; an error ends the whole analysis, so only success needs to leave. */
  enter(weight = 1): void {
    this.depth += weight;
    if (this.depth > DEPTH_MAX) throw statementTooComplex();
  }

  leave(weight = 1): void {
    this.depth -= weight;
  }
}

/** Trees count bytes of the UTF-8 statement, users and errors count characters (code points). */
function byteToCharacter(statement: string): (byte: number) => number {
  const bytes = Buffer.from(statement, 'utf8');
  if (bytes.length === statement.length) return (byte) => byte;
  const characters = new Uint32Array(bytes.length + 1);
  let count = 0;
  for (let index = 0; index < bytes.length; index++) {
    // Continuation bytes are 10xxxxxx.
    if (index > 0 && (bytes[index]! & 0xc0) !== 0x80) count++;
    characters[index] = count;
  }
  characters[bytes.length] = count + 1;
  return (byte) => characters[Math.min(byte, bytes.length)]!;
}
