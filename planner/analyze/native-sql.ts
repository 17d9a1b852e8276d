/** SQL as native expressions are put together: words, names of types, and arguments between them. */
import type { NativePart, Scalar } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import type { TreeNode } from './tree-reader.ts';

export class NativeSql {
  readonly parts: NativePart[] = [];
  readonly args: Scalar[] = [];

  words(words: string): this {
    if (words !== '') this.parts.push(words);
    return this;
  }
  arg(arg: Scalar): this {
    this.parts.push({ arg: this.args.length });
    this.args.push(arg);
    return this;
  }
  type(type: SqlType): this {
    this.parts.push({ type });
    return this;
  }
  list<T>(items: readonly T[], write: (item: T) => void): this {
    items.forEach((item, i) => {
      if (i > 0) this.words(', ');
      write(item);
    });
    return this;
  }
}

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Refuses a type (by its OID) whose name a source would not read as the same. */
export function requireNameable(analysis: Analysis, oid: number, type: SqlType, node: TreeNode): void {
  // Of a domain the lookup tells the type it is over, without its checks.
  if (type.oid !== oid) throw analysis.unsupported('SQL/JSON or XML RETURNING a domain', node);
  const isWritten = type.kind !== 'opaque' || /^pg_catalog\.(?:bit|varbit|timetz)$/.test(type.name);
  if (type.typmod >= 0 && !isWritten) throw analysis.unsupported(`RETURNING or AS ${type.name} with a modifier`, node);
}
