/**
 * What a source's relations and columns are called in the catalog: the same, except where PostgreSQL cannot hold the name
 * (longer than 63 bytes, empty, a NUL in it, a system column's name, taken by another). Then a stand-in made of the name's
 * beginning and a hash of it: the same at every refresh and on every machine, and reported as a problem.
 */
import { createHash } from 'node:crypto';

const MAX_BYTES = 63;
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** Gives each name of one name space (a schema's relations, a relation's columns) its name in the catalog. */
export class NameSpace {
  private readonly taken = new Set<string>();
  private readonly forbidden: ReadonlySet<string>;

  constructor(kind: 'relations' | 'columns') {
    this.forbidden = kind === 'columns' ? SYSTEM_COLUMNS : new Set();
  }

  /** Call in a stable order (the source's own): which of two clashing names keeps its spelling depends on it. */
  assign(name: string): string {
    const usable = name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= MAX_BYTES && !this.forbidden.has(name);
    const chosen = usable && !this.taken.has(name) ? name : this.standIn(name);
    this.taken.add(chosen);
    return chosen;
  }

  private standIn(name: string): string {
    for (let attempt = 0; ; attempt++) {
      const candidate = substitute(name, attempt);
      if (!this.taken.has(candidate)) return candidate;
    }
  }
}

function substitute(name: string, attempt: number): string {
  const hash = createHash('sha256')
    .update(attempt === 0 ? name : `${name}\0${attempt}`)
    .digest('hex')
    .slice(0, 8);
  let head = '';
  for (const character of name.replaceAll('\0', '')) {
    if (Buffer.byteLength(head + character) > MAX_BYTES - 9) break;
    head += character;
  }
  return `${head}~${hash}`;
}

/** The schema that shows a source's schema: the source's name for its default schema, `source.schema` for others. */
export function catalogSchemaName(site: string, schema: string, defaultSchema: string): string {
  return new NameSpace('relations').assign(schema === defaultSchema ? site : `${site}.${schema}`);
}
