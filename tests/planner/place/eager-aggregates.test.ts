/**
 * Random aggregates over random trees of joins: whichever part of the joins is aggregated beforehand, and then a second one,
 * the groups and their values are those of the aggregate as it was written. All are evaluated by definition.
 */
import { outputColumns, type Aggregate, type Rel } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { sqlType } from '../../../core/sql-type.ts';
import {
  aggregateCall,
  COUNT_ROWS,
  COUNT_VALUES,
  SUM_INT4,
  type BuiltinAggregate,
} from '../../../planner/place/builtin-calls.ts';
import { eagerAggregates } from '../../../planner/place/eager-aggregates.ts';
import { column, printed, RandomBlock, randomNumbers, sorted } from './random-joins.ts';

const extreme = (name: 'min' | 'max'): BuiltinAggregate => ({
  fn: { ...SUM_INT4.fn, oid: name === 'min' ? 2132 : 2116, name, signature: `${name}(int4)` },
  type: sqlType('int4'),
});
const FUNCTIONS = [COUNT_VALUES, SUM_INT4, extreme('min'), extreme('max')];

function randomAggregate(block: RandomBlock, input: Rel, seed: number): Aggregate {
  const random = randomNumbers(seed + 13);
  const columns = outputColumns(input);
  const pick = (): Scalar => column(columns[random(columns.length)]!.id);
  const call = (): AggregateCall => {
    const filter = random(4) === 0 ? block.condition(input, input) : null;
    if (random(4) === 0) return aggregateCall(COUNT_ROWS, [], filter);
    const made = aggregateCall(FUNCTIONS[random(4)]!, [pick()], filter);
    return random(6) === 0 ? { ...made, distinct: true } : made;
  };
  const groups = columns.filter(() => random(columns.length) === 0);
  const aggregates = Array.from({ length: 1 + random(4) }, (_, i) => {
    const made = call();
    return { column: { id: (500 + i) as ColumnId, name: `a${i}`, type: made.type }, call: made };
  });
  return { kind: 'aggregate', input, groups, aggregates };
}

/** The second step of one that was taken apart. */
function finalOf(rel: Rel): Aggregate {
  if (rel.kind === 'project') return finalOf(rel.input);
  if (rel.kind !== 'aggregate') throw new Error(`no ${rel.kind} here`);
  return rel;
}

test('whatever is aggregated below the joins, the groups are those of the aggregate as it was written', () => {
  let [once, twice] = [0, 0];
  for (let seed = 0; seed < 3_000; seed++) {
    const block = new RandomBlock(seed);
    const written = randomAggregate(block, block.tree(2 + (seed % 4)), seed);
    let last = 1_000;
    const nextColumn = (): ColumnId => ++last as ColumnId;
    const expected = sorted(written, block.rows(written)).join('\n');
    const done = new WeakSet<Rel>();
    for (const { rel, partial } of eagerAggregates(written, nextColumn, done)) {
      once++;
      if (sorted(rel, block.rows(rel)).join('\n') !== expected) throw new Error(`seed ${seed}: ${printed(written)} became ${printed(rel)}`); // prettier-ignore
      done.add(partial);
      const final = finalOf(rel);
      const groups = sorted(final, block.rows(final)).join('\n');
      for (const again of eagerAggregates(final, nextColumn, done)) {
        twice++;
        if (sorted(again.rel, block.rows(again.rel)).join('\n') !== groups) throw new Error(`seed ${seed}, twice: ${printed(written)} became ${printed(again.rel)}`); // prettier-ignore
      }
    }
  }
  expect(once).toBeGreaterThan(2_000);
  expect(twice).toBeGreaterThan(500);
});
