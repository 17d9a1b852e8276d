/** Partitions, peers and frames of random rows against their definition, row by row. */
import type { FrameBound, RelColumn, WindowFrame } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import { isNull } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { frameRow, framesOf, visitFrame } from '../../../executor/operators/window/frames.ts';
import { sortedRows } from '../../../executor/operators/window/sorted-rows.ts';

const INT4 = sqlType('int4');
const columns: readonly RelColumn[] = [1, 2].map((id) => ({ id: id as ColumnId, name: `c${id}`, type: INT4 }));
const LENGTH = 60;

let seed = 7;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return (seed >> 8) % below;
};
const values = (): (number | null)[] => Array.from({ length: LENGTH }, () => (random(6) === 0 ? null : random(5)));

const input = { length: LENGTH, columns: [columnFromDatums(INT4, values()), columnFromDatums(INT4, values())] };
const rows = sortedRows(
  input,
  columns,
  [1 as ColumnId],
  [{ column: 2 as ColumnId, type: INT4, descending: true, nullsFirst: false }],
);
const value = (column: number, row: number): unknown => readDatum(rows.batch.columns[column]!, INT4, row);
const partitionOf = (row: number): number[] =>
  Array.from({ length: LENGTH }, (_, other) => other).filter((other) => value(0, other) === value(0, row));

test('partitions are together, in order, NULLs last', () => {
  for (let row = 0; row < LENGTH; row++) {
    const own = partitionOf(row);
    expect(own.at(-1)! - own[0]! + 1).toBe(own.length);
    if (row === own[0] || value(1, row) === value(1, row - 1)) continue;
    expect(isNull(rows.batch.columns[1]!, row - 1)).toBe(false);
    if (value(1, row) !== null) expect(value(1, row - 1)).toBeGreaterThan(value(1, row) as number);
  }
});

const offset = { kind: 'const', value: 2, type: sqlType('int8') } as const;
const starts: readonly FrameBound[] = [
  { kind: 'unbounded' },
  { kind: 'current row' },
  { kind: 'preceding', offset },
  { kind: 'following', offset },
];

/** Frame by definition: distances are rows in ROWS, groups of peers otherwise. */
function naiveFrame(row: number, { mode, start, end, exclude }: WindowFrame): number[] {
  const own = partitionOf(row);
  const groups = [...new Set(own.map((other) => value(1, other)))];
  const place = (other: number): number => (mode === 'rows' ? other : groups.indexOf(value(1, other)));
  const distance = (bound: FrameBound): number => (bound.kind === 'preceding' ? -2 : bound.kind === 'following' ? 2 : 0);
  return own.filter((other) => {
    const away = place(other) - place(row);
    if (start.kind !== 'unbounded' && away < distance(start)) return false;
    if (end.kind !== 'unbounded' && away > distance(end)) return false;
    const isPeer = value(1, other) === value(1, row);
    if (exclude === 'current row') return other !== row;
    if (exclude === 'group') return !isPeer;
    return exclude === 'none' || !isPeer || other === row;
  });
}

const modes: readonly WindowFrame['mode'][] = ['rows', 'groups'];
const exclusions: readonly WindowFrame['exclude'][] = ['none', 'current row', 'group', 'ties'];

test.each(modes.flatMap((mode) => exclusions.map((exclude) => [mode, exclude] as const)))('%s exclude %s', (mode, exclude) => {
  for (const start of starts) {
    for (const end of starts) {
      const frame: WindowFrame = { mode, start, end, exclude };
      const frames = framesOf(rows, frame, { start: 2, end: 2 });
      for (let row = 0; row < LENGTH; row++) {
        const found: number[] = [];
        visitFrame(rows, frames, row, (from, to) => {
          for (let at = from; at < to; at++) found.push(at);
        });
        const expected = naiveFrame(row, frame);
        expect(found).toEqual(expected);
        expect(frameRow(rows, frames, row, 1)).toBe(expected[1] ?? -1);
        expect(frameRow(rows, frames, row, -1)).toBe(expected.at(-1) ?? -1);
      }
    }
  }
});
