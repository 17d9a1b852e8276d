/** `npm run bench -- NAME`: one benchmark, us and its reference in the same run; see docs/benchmarks.md. */
import { parseArgs } from 'node:util';
import { bulk } from './bulk.ts';
import { kernels } from './kernels.ts';
import { orders } from './orders/orders.ts';
import { placement } from './placement/placement.ts';
import { plan } from './plan.ts';
import { qError } from './q-error.ts';
import { start } from './start.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    scale: { type: 'string' },
    set: { type: 'string' },
    queries: { type: 'string' },
    split: { type: 'string' },
    layout: { type: 'string' },
    link: { type: 'string' },
    runs: { type: 'string' },
    timeout: { type: 'string' },
    forced: { type: 'boolean' },
    brief: { type: 'boolean' },
  },
});
const scale = values.scale === undefined ? undefined : Number(values.scale);
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  bulk: () => bulk(scale ?? 0.1),
  kernels,
  orders: () => orders({ ...values, scale }),
  plan,
  placement: () => placement({ ...values, scale }),
  qerror: () => qError({ sets: values.set ?? 'tpch,tpcds,job', scale, queries: values.queries?.split(',').map(Number) }),
  start,
};
const benchmark = benchmarks[positionals[0] ?? ''];
if (!benchmark) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`);
  process.exit(2);
}
benchmark().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
