/** `npm run conformance -- NAME [options]`: one proof of exactness; exit 1 on any difference; the last line is the summary. */
import { parseArgs } from 'node:util';
import { runSlt } from './slt.ts';
import { runTpch, TPCH_PLACEMENTS, tpchTable } from './tpch.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '0.01' },
    query: { type: 'string', multiple: true },
    corpus: { type: 'string' },
    placement: { type: 'string', default: 'mixed' },
    queries: { type: 'string' },
  },
});

async function tpch(): Promise<boolean> {
  const reports = await runTpch({
    scale: Number(values.scale),
    ...(values.query ? { queries: values.query.map(Number) } : {}),
    onReport: (r) => {
      if (r.outcome !== 'equal')
        console.log(`Q${r.query} ${r.placement}${r.pushed ? '' : ', placement off'}: ${r.outcome}: ${r.detail}`);
    },
  });
  console.log(`\n     ${Object.keys(TPCH_PLACEMENTS).join('  |  ')}`);
  console.log(tpchTable(reports));
  const count = (outcome: string): number => reports.filter((r) => r.outcome === outcome).length;
  const refused = [...new Set(reports.filter((r) => r.outcome === 'refused').map((r) => r.query))];
  console.log(
    `tpch at scale ${values.scale}: ${count('equal')} equal, ${count('refused')} refused (queries ${refused.join(', ') || 'none'}), ` +
      `${count('different')} different`,
  );
  return count('different') === 0;
}

function slt(): Promise<boolean> {
  const { corpus, placement, queries } = values;
  if (placement !== 'postgres' && placement !== 'duckdb' && placement !== 'mixed') {
    throw new Error(`unknown placement ${placement}; there are: postgres, duckdb, mixed`);
  }
  return runSlt({
    corpus,
    placement,
    ...(queries === undefined ? {} : { queriesMax: Number(queries) }),
  });
}

const proofs: Readonly<Record<string, () => Promise<boolean>>> = { tpch, slt };
const proof = proofs[positionals[0] ?? ''];
if (!proof) {
  console.error(`usage: npm run conformance -- ${Object.keys(proofs).join('|')}`);
  process.exit(2);
}
proof().then(
  (equal) => process.exit(equal ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
