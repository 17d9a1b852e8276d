/** The gateway's own rates: the executor over rows in memory, each operator less the time of reading them. */
import type { AggregatePlan, HashJoinPlan, MergeJoinPlan, Plan } from '../../algebra/plan.ts';
import type { RelColumn, SortKey } from '../../algebra/rel.ts';
import type { AggregateCall, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import { aggregate, column, functionRef, int8Of, makeTable, measure, mixed, node, ref, scan } from '../memory-source.ts';
import type { HOME_COSTS } from '../../planner/cost/home-costs.ts';

type HomeRates = Partial<Record<keyof typeof HOME_COSTS, number>>;

const int8 = sqlType('int8');
const numeric = sqlType('numeric');
const bool = sqlType('bool');
/** Keys far apart. */
const SPREAD = 7919;
const FEW = 2_000;

const call = (signature: string, ...args: Scalar[]): Scalar => ({
  kind: 'call',
  fn: functionRef(signature, 'function'),
  args,
  type: signature.startsWith('int8pl') ? int8 : bool,
  inputCollation: 'none',
  form: 'function',
});

interface Table {
  readonly plan: Plan;
  readonly columns: readonly [RelColumn, RelColumn];
}

function read(name: string): Table {
  const columns = [column(int8), column(int8)] as const;
  return { plan: scan(name, columns), columns };
}

/** The right side's second column against the left side's. */
function join(leftName: string, rightName: string): Plan {
  const [left, right] = [read(leftName), read(rightName)];
  const plan: HashJoinPlan = {
    ...node([...left.columns, ...right.columns]),
    kind: 'hashjoin',
    type: 'inner',
    left: left.plan,
    right: right.plan,
    leftKeys: [ref(left.columns[1])],
    rightKeys: [ref(right.columns[1])],
    residual: [],
    nullAware: false,
  };
  return plan;
}

/** By the first columns, in which rows lie in order; of `absent` none meets another. */
function merge(leftName: string, rightName: string): Plan {
  const [left, right] = [read(leftName), read(rightName)];
  const keys = ({ columns }: Table): readonly SortKey[] => [{ column: columns[0].id, type: int8, descending: false, nullsFirst: false }]; // prettier-ignore
  const plan: MergeJoinPlan = {
    ...node([...left.columns, ...right.columns]),
    kind: 'mergejoin',
    type: 'inner',
    left: left.plan,
    right: right.plan,
    leftKeys: keys(left),
    rightKeys: keys(right),
    residual: [],
  };
  return plan;
}

/** Groups of ten rows that lie together. */
function runs(): Plan {
  const { plan: input, columns } = read('runs');
  const plan: AggregatePlan = {
    ...node([columns[0]]),
    kind: 'aggregate',
    input,
    groups: [columns[0].id],
    calls: [],
    isSorted: true,
  };
  return plan;
}

function group(calls: (id: Scalar) => readonly AggregateCall[]): Plan {
  const { plan: input, columns } = read('facts');
  const made = calls(ref(columns[0]));
  const plan: AggregatePlan = {
    ...node([columns[1], ...made.map(({ type }) => column(type))]),
    kind: 'aggregate',
    input,
    groups: [columns[1].id],
    calls: made,
  };
  return plan;
}

function nestedLoop(): Plan {
  const [left, right] = [read('few'), read('few')];
  const on = [call('int8lt(int8,int8)', call('int8pl(int8,int8)', ref(left.columns[0]), ref(right.columns[0])), { kind: 'const', type: int8, value: 0n })]; // prettier-ignore
  return {
    ...node([...left.columns, ...right.columns]),
    kind: 'nestedloop',
    type: 'inner',
    left: left.plan,
    right: right.plan,
    on,
    nullAware: false,
  };
}

function filter(): Plan {
  const { plan: input, columns } = read('facts');
  const [id, key] = columns;
  const constant = (value: bigint): Scalar => ({ kind: 'const', type: int8, value });
  const conjuncts = [
    call('int8ne(int8,int8)', ref(key), constant(5n)),
    call('int8ne(int8,int8)', ref(id), constant(-7n)),
    call('int8ne(int8,int8)', ref(id), ref(key)),
  ];
  return { ...node(columns), kind: 'filter', input, conjuncts };
}

function sort(): Plan {
  const { plan: input, columns } = read('facts');
  return { ...node(columns), kind: 'sort', input, keys: [{ column: columns[1].id, type: int8, descending: false, nullsFirst: false }] }; // prettier-ignore
}

function window(): Plan {
  const { plan: input, columns } = read('facts');
  const out = column(numeric);
  const [id, key] = columns;
  return {
    ...node([...columns, out]),
    kind: 'window',
    input,
    partition: [key.id],
    order: [{ column: id.id, type: int8, descending: false, nullsFirst: false }],
    frame: { mode: 'range', start: { kind: 'unbounded' }, end: { kind: 'current row' }, exclude: 'none' },
    functions: [
      {
        column: out,
        call: { fn: functionRef('sum(int8)', 'aggregate'), args: [ref(id)], filter: null, inputCollation: 'none', type: numeric },
      },
    ],
  };
}

/** As those of calibrate/tables.ts: keys of `facts` are no keys of `small` and `large`, those of `unique` and `scattered` match once. */
function makeTables(rows: number): void {
  const groups = rows / 10;
  const id = int8Of((row) => row);
  const absent = int8Of((row) => (2 * row + 1) * SPREAD);
  makeTable('facts', rows, [id, int8Of((row) => (mixed(row) % groups) * 2 * SPREAD)]);
  makeTable('small', groups, [id, absent]);
  makeTable('large', rows, [id, absent]);
  makeTable('unique', rows, [id, int8Of((row) => row * SPREAD)]);
  // A walk through all rows, since the factor is prime.
  makeTable('scattered', rows, [id, int8Of((row) => ((row * 185_363) % rows) * SPREAD)]);
  makeTable('few', FEW, [id, id]);
  makeTable('runs', rows, [int8Of((row) => Math.floor(row / 10)), id]);
  makeTable('even', rows, [int8Of((row) => 2 * row), id]);
  makeTable('odd', rows, [int8Of((row) => 2 * row + 1), id]);
}

/** `rounds`: the fastest counts. */
export async function measureHome(rows: number, rounds: number): Promise<HomeRates> {
  makeTables(rows);
  const time = async (make: () => Plan): Promise<number> => {
    let best = Infinity;
    for (let round = 0; round <= rounds; round++) best = Math.min(best, (await measure(make())).ms);
    return best;
  };
  const scanMs = await time(() => read('facts').plan);
  const ns = (ms: number, per: number): number => Math.max(0, (ms * 1e6) / per);
  const small = rows / 10;
  const smallMs = await time(() => join('facts', 'small'));
  const largeMs = await time(() => join('facts', 'large'));
  const matchMs = await time(() => join('unique', 'scattered'));
  const build = ns(largeMs - smallMs, rows - small);
  const sortMs = await time(sort);
  const one = (id: Scalar): readonly AggregateCall[] => [aggregate('min(int8)', int8, id)];
  const groupMs = await time(() => group(() => []));
  const oneMs = await time(() => group(one));
  const threeMs = await time(() =>
    group((id) => [...one(id), aggregate('sum(int8)', numeric, id), aggregate('max(int8)', int8, id)]),
  );
  return {
    expression: ns((await time(filter)) - scanMs, 3 * rows),
    build,
    probe: Math.max(0, ns(smallMs - scanMs, rows) - build / 10),
    joined: ns(matchMs - largeMs, rows),
    pair: ns(await time(nestedLoop), FEW * FEW),
    group: ns(groupMs - scanMs, rows),
    aggregate: ns(threeMs - oneMs, 2 * rows),
    sort: ns(sortMs - scanMs, rows * Math.log2(rows)),
    window: ns((await time(window)) - sortMs, rows),
    merge: ns((await time(() => merge('even', 'odd'))) - 2 * scanMs, 2 * rows),
    run: ns((await time(runs)) - scanMs, rows),
  };
}
