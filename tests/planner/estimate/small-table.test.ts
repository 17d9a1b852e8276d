/** Conditions on tables of a few rows, and what refers to the rows that are left. */
import type { Join, Rel, Scan } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { smallTable, type ColumnStatistics, type Statistics, type TableStatistics } from '../../../algebra/statistics.ts';
import { sqlType, type SqlType } from '../../../core/sql-type.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import { BOOL, column, constant, INT, integer, list, operator } from '../scalars.ts';

const TEXT = sqlType('text');

const statisticsOf = (distinct: number, more: Partial<ColumnStatistics> = {}): ColumnStatistics => ({
  nullFraction: 0,
  distinct,
  width: 8,
  common: [],
  histogram: [],
  ...more,
});

const COUNTRY: readonly (readonly [string, string | null, string | null])[] = [
  ['1', 'US', 'North'],
  ['2', 'DE', 'Old'],
  ['3', 'SE', 'Old'],
  ['4', 'NZ', null],
];
const country: TableStatistics = {
  rows: 4,
  columns: new Map([
    ['id', statisticsOf(4)],
    ['code', statisticsOf(4)],
    ['part', statisticsOf(2, { nullFraction: 0.25 })],
  ]),
  combinations: [],
  indexes: [],
  values: smallTable(['id', 'code', 'part'], COUNTRY),
};
/** Half of the films are the first country's, a tenth the second's, the others those of a hundred unknown ones. */
const film: TableStatistics = {
  rows: 10_000,
  columns: new Map([
    [
      'country',
      statisticsOf(102, {
        common: [
          { text: '1', fraction: 0.5 },
          { text: '2', fraction: 0.1 },
        ],
        histogram: ['3', '102'],
      }),
    ],
  ]),
  combinations: [],
  indexes: [],
};

const scan = (name: string, first: number, columns: readonly (readonly [string, SqlType])[], key?: string): Scan => ({
  kind: 'scan',
  table: {
    site: 'shop',
    mirrorOid: first,
    schema: 's',
    name,
    keys: key ? [[key]] : [],
    ...(key ? {} : { foreignKeys: [{ columns: ['country'], schema: 's', name: 'country', referenced: ['id'], certain: true }] }),
  },
  columns: columns.map(([each, type], i) => ({ id: (first + i) as ColumnId, name: each, sourceName: each, type })),
});
const countries = scan('country', 1, [['id', INT], ['code', TEXT], ['part', TEXT]], 'id'); // prettier-ignore
const films = scan('film', 10, [['country', INT]]);
const text = (value: string): Scalar => constant(value, TEXT);
const [code, part] = [column(2, TEXT), column(3, TEXT)];
const of = (...conjuncts: Scalar[]): Rel => ({ kind: 'filter', input: countries, conjuncts });
const join = (type: Join['type'], left: Rel, right: Rel): Rel => ({
  kind: 'join',
  type,
  left,
  right,
  on: [operator('=', column(10), column(1))],
});

const known = (table: TableStatistics): Statistics => ({ table: ({ name }) => (name === 'film' ? film : table) });
const rows = (rel: Rel): number => new Estimator(known(country)).rows(rel);
const without = (rel: Rel): number => new Estimator(known({ ...country, values: undefined })).rows(rel);

test('conditions are put to each row', () => {
  const cases: readonly (readonly [Scalar, number])[] = [
    [operator('=', code, text('DE')), 1],
    [list(code, '=', ['DE', 'SE', 'XX']), 2],
    [operator('<>', part, text('Old')), 1],
    [operator('~~', code, text('%E')), 2],
    [operator('>', column(1), integer(1)), 3],
    [{ kind: 'nulltest', arg: part, negated: true, type: BOOL }, 3],
    [{ kind: 'not', arg: operator('~~', part, text('N%')), type: BOOL }, 2],
    [{ kind: 'or', args: [operator('=', code, text('US')), operator('>', column(1), integer(3))], type: BOOL }, 2],
    [operator('<', part, text('Z')), 3],
  ];
  for (const [condition, expected] of cases) expect(rows(of(condition))).toBeCloseTo(expected);
  expect(rows(of(operator('=', part, text('Old')), operator('=', code, text('SE'))))).toBeCloseTo(1);
});

test('a value that is not known yet leaves a bit of every row', () => {
  const unknown: Scalar = { kind: 'param', index: 0, type: TEXT };
  expect(rows(of(operator('=', part, unknown)))).toBeCloseTo(1.5);
  expect(rows(join('inner', films, of(operator('=', code, unknown)))) / 10_000).toBeCloseTo((0.6 + 2 * 0.004) / 4);
});

test('a join finds as many rows as refer to those that are left', () => {
  const us = of(operator('=', code, text('US')));
  const small = of(list(code, '=', ['DE', 'SE']));
  expect(rows(join('inner', films, us))).toBeCloseTo(5_000);
  expect(rows(join('inner', us, films))).toBeCloseTo(5_000);
  expect(rows(join('semi', films, us))).toBeCloseTo(5_000);
  expect(rows(join('semi', films, small)) / 10_000).toBeCloseTo(0.1 + 0.004);
  expect(rows(join('left', us, films))).toBeCloseTo(5_000);
  expect(rows(join('anti', films, us))).toBeCloseTo(5_000);
  // Under another name.
  const named: Rel = {
    kind: 'project',
    input: us,
    items: [{ column: { id: 20 as ColumnId, name: 'id', type: INT }, expr: column(1) }],
  };
  const renamed: Rel = { kind: 'join', type: 'inner', left: films, right: named, on: [operator('=', column(20), column(10))] };
  expect(rows(renamed)).toBeCloseTo(5_000);
  expect(without(join('inner', films, us))).toBeCloseTo(2_500);
});

test('a country that no film has, and a table without conditions', () => {
  const none = of(operator('=', code, text('XX')));
  expect(rows(none)).toBe(1);
  expect(rows(join('inner', films, none))).toBeLessThan(5_000);
  expect(rows(join('inner', films, countries))).toBe(without(join('inner', films, countries)));
});

test('large tables and long values are not held', () => {
  const many = Array.from({ length: 101 }, (_, i) => [String(i)]);
  expect(smallTable(['id'], many)).toBeUndefined();
  expect(smallTable(['id'], many.slice(1))?.get('id')).toHaveLength(100);
  expect([...smallTable(['id', 'story'], [['1', 'x'.repeat(2_000)]])!.keys()]).toEqual(['id']);
});
