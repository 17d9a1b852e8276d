/** Which types can be put in order away from PostgreSQL. */
import { isCodePointOrder } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';

/** Undefined, or why values of this type cannot be put in order here. */
export function whyNotOrdered(type: SqlType): string | undefined {
  if (type.kind === 'json' || type.kind === 'opaque') {
    return `order of ${type.name} is PostgreSQL's alone`;
  }
  if (type.kind === 'composite')
    return type.fields!.map((field) => whyNotOrdered(field.type)).find((reason) => reason !== undefined);
  if (!isCodePointOrder(type.collation) && typeof type.collation === 'object') {
    return `order under collation "${type.collation.name}"`;
  }
  return type.kind === 'array' ? type.element && whyNotOrdered(type.element) : undefined;
}
