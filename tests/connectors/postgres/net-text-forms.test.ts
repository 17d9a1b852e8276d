/** Which columns may not be shipped to the net under which settings. */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Rel } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { requireExactText } from '../../../connectors/postgres/net-text-forms.ts';

const usual: SessionSettings = {
  timeZone: 'Asia/Kolkata',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  xmlBinary: 'base64',
};
const opaque = (name: string): SqlType => ({ ...sqlType('text'), kind: 'opaque', name }) as SqlType;
const rowsOf = (type: SqlType): Rel => ({
  kind: 'limit',
  input: { kind: 'input', index: 0, columns: [{ id: 1 as unknown as ColumnId, name: 'c', type }] },
  limit: null,
  offset: null,
});

const rounding = { ...usual, extraFloatDigits: 0 };
const verbose = { ...usual, dateStyle: 'Postgres, MDY' };

test.each([
  ['pg_catalog.point', rounding, 'extra_float_digits'],
  ['pg_catalog._path', rounding, 'extra_float_digits'],
  ['public.pair', rounding, 'extra_float_digits'],
  ['pg_catalog.tstzrange', verbose, 'DateStyle'],
  ['public.pair', verbose, 'DateStyle'],
])('%s is printed with a loss', (type, settings, setting) => {
  const ship = (): void => requireExactText(rowsOf(opaque(type)), settings);
  expect(ship).toThrow(`column "c" of type ${type} under this ${setting}`);
  expect(() => requireExactText(rowsOf(opaque(type)), usual)).not.toThrow();
});

test.each([
  ['pg_catalog.tstzrange', rounding],
  ['pg_catalog.point', verbose],
  ['pg_catalog.inet', { ...verbose, extraFloatDigits: -3 }],
])('%s is not', (type, settings) => {
  expect(() => requireExactText(rowsOf(opaque(type)), settings)).not.toThrow();
});

test('what we carry ourselves is not printed', () => {
  expect(() => requireExactText(rowsOf(sqlType('float8')), rounding)).not.toThrow();
});
