/** Types as PostgreSQL SQL text with their modifiers: `int8`, `numeric(10,2)`, `varchar(20)[]`, `interval day to second(3)`. */
import { numericTypmod } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { quoteIdentifier, splitQualifiedName } from './identifiers.ts';

/** Bits of an interval's typmod range, as PostgreSQL's timestamp.h numbers the fields. */
const INTERVAL_FIELDS: Readonly<Record<number, string>> = {
  0x0004: ' year',
  0x0002: ' month',
  0x0008: ' day',
  0x0400: ' hour',
  0x0800: ' minute',
  0x1000: ' second',
  0x0006: ' year to month',
  0x0408: ' day to hour',
  0x0c08: ' day to minute',
  0x1c08: ' day to second',
  0x0c00: ' hour to minute',
  0x1c00: ' hour to second',
  0x1800: ' minute to second',
};

function intervalModifier(typmod: number): string {
  const precision = typmod & 0xffff;
  return `${INTERVAL_FIELDS[(typmod >> 16) & 0x7fff] ?? ''}${precision === 0xffff ? '' : `(${precision})`}`;
}

function modifier(type: SqlType): string {
  if (type.typmod < 0) return '';
  switch (type.kind) {
    case 'numeric': {
      const constraint = numericTypmod(type.typmod);
      return constraint ? `(${constraint.precision},${constraint.scale})` : '';
    }
    case 'varchar':
    case 'bpchar':
      return `(${type.typmod - 4})`;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return `(${type.typmod})`;
    case 'interval':
      return intervalModifier(type.typmod);
    case 'opaque':
      // Of PostgreSQL's own types of this kind, these have a modifier: a length, a number of digits.
      return /^pg_catalog\.(?:bit|varbit|timetz)$/.test(type.name) ? `(${type.typmod})` : '';
    default:
      return '';
  }
}

/** The type that is written for an array's elements. */
export function elementOf(type: SqlType): SqlType {
  const element = type.element!;
  if (element.domain !== undefined) return domainType(element.domain);
  return type.typmod >= 0 ? { ...element, typmod: type.typmod } : element;
}

/** Only its name is known, and needed. */
export const domainType = (name: string): SqlType => ({ kind: 'opaque', oid: 0, typmod: -1, collation: 'none', name });

/** The type as PostgreSQL spells it; built-in types without their schema (remote sessions search pg_catalog alone). */
export function postgresTypeName(type: SqlType): string {
  if (type.kind === 'array' && type.element) {
    return `${postgresTypeName(elementOf(type))}[]`;
  }
  const [schema, name] = splitQualifiedName(type.name);
  if (name === undefined) return quoteIdentifier(schema!);
  if (schema !== 'pg_catalog') return `${quoteIdentifier(schema!)}.${quoteIdentifier(name)}`;
  return `${TYPE_KEY_WORDS.has(name) ? name : quoteIdentifier(name)}${modifier(type)}`;
}

/** Type names that are key words of the grammar with exactly this meaning. */
const TYPE_KEY_WORDS = new Set(['numeric', 'varchar', 'time', 'timestamp', 'interval', 'json']);
