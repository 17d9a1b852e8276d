/** Key tables and exact sums on their own, with many keys, against Map and BigInt. */
import { columnFromDatums } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import { sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { ExactSums } from '../../../executor/operators/aggregate/exact-sum.ts';
import { KeyTable } from '../../../executor/operators/keys/key-table.ts';
import { keyKind } from '../../../executor/operators/keys/key-types.ts';
import { decimal, random, show } from './plan-builder.ts';

const KEYS = 20_000;
const int4 = sqlType('int4');
const int8 = sqlType('int8');
const next = random(42);

type Value = () => Datum;
const kinds: readonly (readonly [string, readonly SqlType[], readonly Value[]])[] = [
  ['dense int4', [int4], [() => next(30_000) - 10_000]],
  ['sparse int4', [int4], [() => (next(2 ** 31) | 0) - next(2 ** 31)]],
  ['int4 in steps of 2^16', [int4], [() => next(20_000) * 65_536 - 2 ** 31 + (next(2) << 4)]],
  ['dense int8', [int8], [() => 2 ** 40 + next(50_000)]],
  ['dense int8 around zero', [int8], [() => next(50_000) - 25_000]],
  ['int8 that differ in the high word', [int8], [() => next(20_000) * 2 ** 32]],
  ['extreme int8', [int8], [() => [0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n][next(2)]!]],
  ['two int4', [int4, int4], [() => next(200) - 100, () => next(150)]],
  ['int8 and text', [int8, sqlType('text')], [() => next(300), () => `k${next(80)}`]],
  ['text', [sqlType('text')], [() => 'x'.repeat(next(9)) + String(next(20_000))]],
  ['jsonb', [sqlType('jsonb')], [() => `{"a": [${next(20_000)}.5, "1.50"]}`]],
  ['numeric', [sqlType('numeric')], [() => decimal(BigInt(next(20_000)) * 10n ** 12n, 3)]],
  ['float8', [sqlType('float8')], [() => next(20_000) / 8]],
  ['uuid', [sqlType('uuid')], [() => Uint8Array.from({ length: 16 }, (_, i) => (i > 13 ? next(100) : 7))]],
];

for (const [name, types, values] of kinds) {
  for (const nulls of ['group', 'reject'] as const) {
    test(`${name}, NULLs ${nulls === 'group' ? 'are a key' : 'have no number'}`, () => {
      const table = new KeyTable(types.map(keyKind), nulls);
      const numbers = new Map<string, number>();
      const row = (): Datum[] => values.map((value) => (next(50) === 0 ? null : value()));
      const batch = (rows: readonly Datum[][]) =>
        types.map((type, c) =>
          columnFromDatums(
            type,
            rows.map((r) => r[c]!),
          ),
        );
      for (let at = 0; at < KEYS; at += 1000) {
        const rows = Array.from({ length: 1000 }, row);
        const ids = new Int32Array(1000).fill(-1);
        const before = table.size;
        table.insert(batch(rows), 1000, ids);
        const first = table.firstRows(ids, 1000, before);
        rows.forEach((r, i) => {
          if (nulls === 'reject' && r.includes(null)) return expect(ids[i]).toBe(-1);
          const key = show(r);
          if (!numbers.has(key)) {
            numbers.set(key, ids[i]!);
            if (first[ids[i]! - before] !== i) throw new Error(`row ${i} is the first of key ${key}`);
          }
          if (numbers.get(key) !== ids[i]) throw new Error(`${key} is ${ids[i]}, was ${numbers.get(key)}`);
        });
        if (table.size !== numbers.size) throw new Error(`${table.size} keys, not ${numbers.size}`);
      }
      expect([...numbers.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: table.size }, (_, i) => i));
      for (const frozen of [false, true]) {
        if (frozen) table.freeze();
        const rows = Array.from({ length: 3000 }, row);
        // Keys nobody has, near and far.
        if (types.length === 1 && types[0] === int4) rows.push([-(2 ** 31)], [2 ** 31 - 1], [40_001], [-10_001]);
        if (types.length === 1 && types[0] === int8)
          rows.push([0x7fff_ffff_ffff_ffffn], [-0x8000_0000_0000_0000n], [2 ** 53], [2 ** 40 - 1]);
        const ids = new Int32Array(rows.length);
        table.find(batch(rows), rows.length, ids);
        const expected = rows.map((r) => (nulls === 'reject' && r.includes(null) ? -1 : (numbers.get(show(r)) ?? -1)));
        expect([...ids]).toEqual(expected);
      }
    });
  }
}

for (const type of [int4, int8]) {
  test(`a table whose only key of ${type.name} is NULL is complete, too`, () => {
    const table = new KeyTable([keyKind(type)], 'group');
    const ids = new Int32Array(2);
    table.insert([columnFromDatums(type, [null, null])], 2, ids);
    table.freeze();
    table.find([columnFromDatums(type, [null, 7])], 2, ids);
    expect([...ids]).toEqual([0, -1]);
  });
}

test('numbers of jsonb are equal across scales, strings are not', () => {
  const table = new KeyTable([keyKind(sqlType('jsonb'))], 'group');
  const values = [
    '{"a": 1}',
    '{"a": 1.0}',
    '{"a": "1.0"}',
    '{"a": 1.00}',
    '{"a": "1"}',
    '[10, 0.10]',
    '[10.0, 0.1]',
    '[1.0, 0.1]',
  ];
  const ids = new Int32Array(values.length);
  table.insert([columnFromDatums(sqlType('jsonb'), values)], values.length, ids);
  expect([...ids]).toEqual([0, 0, 1, 0, 2, 3, 3, 4]);
});

test('exact sums carry', () => {
  const sums = new ExactSums();
  sums.reserve(3);
  const totals = [0n, 0n, 0n];
  const length = 50_000;
  const values = new BigInt64Array(length);
  const words = new Int32Array(values.buffer);
  const small = new Int32Array(length);
  const groups = new Int32Array(length);
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < length; i++) {
      groups[i] = next(3);
      values[i] =
        round % 3 === 0
          ? 0x7fff_ffff_ffff_fff0n
          : round % 3 === 1
            ? -BigInt(next(2 ** 31)) * 4_000_000_000n
            : BigInt(next(1000) - 500);
      small[i] = round % 2 === 0 ? -2147483648 : 2147483647;
    }
    sums.addInt64(words, null, groups, length);
    sums.addInt32(small, null, groups, length);
    sums.addNumber(-9007199254740991, 1);
    sums.addBigInt(10n ** 30n, 2);
    for (let i = 0; i < length; i++) totals[groups[i]!]! += values[i]! + BigInt(small[i]!);
    totals[1]! -= 9007199254740991n;
    totals[2]! += 10n ** 30n;
  }
  for (let g = 0; g < 3; g++) expect(sums.total(g)).toBe(totals[g]);
  expect(sums.count(0) + sums.count(1) + sums.count(2)).toBe(30 * (2 * length + 2));
});
