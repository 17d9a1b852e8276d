/** Which types can be put in order away from PostgreSQL. */
import { isCodePointOrder } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';

/** Undefined, or why values of this type cannot be put in order here. */
export function whyNotOrdered(type: SqlType): string | undefined {
  if (type.kind === 'json' || type.kind === 'jsonb' || type.kind === 'opaque') {
    return `order of ${type.name} is PostgreSQL's alone`;
  }
  if (type.kind === 'composite')
    return type.fields!.map((field) => whyNotOrdered(field.type)).find((reason) => reason !== undefined);
  if (type.kind === 'array') return type.element && whyNotOrdered(type.element);
  if (!isCodePointOrder(type.collation) && typeof type.collation === 'object') {
    return `order under collation "${type.collation.name}" is its source's alone`;
  }
  return undefined;
}
