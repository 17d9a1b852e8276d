/** `npm run conformance -- NAME [options]`: one proof of exactness (or of what is pushed); exit 1 on any difference; the last line is the summary. */
import { parseArgs } from 'node:util';
import { areEnough, countAllFilters, filtersSummary, filtersTable } from './filters.ts';
import { JOB } from './job.ts';
import { runQuerySet, setMarkdown, setSummary, type QuerySet } from './query-set.ts';
import { REGRESS_FILES, runRegress } from './regress.ts';
import { recordProof } from './record.ts';
import { ruleNames } from '../../planner/plan-query.ts';
import { rulesSummary, rulesTable, runRules } from './rules.ts';
import { SLT_PLACEMENTS } from '../slt/slt-world.ts';
import { runSlt, sltTable } from './slt.ts';
import { runSqlsmith, sqlsmithSummary, sqlsmithTable } from './sqlsmith.ts';
import { runTpcds, tpcdsSummary, tpcdsTable } from './tpcds.ts';
import { TPCH } from './tpch.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: {
    scale: { type: 'string' },
    query: { type: 'string', multiple: true },
    corpus: { type: 'string' },
    placement: { type: 'string' },
    timeout: { type: 'string', default: '60' },
    queries: { type: 'string' },
    every: { type: 'string' },
    engine: { type: 'string' },
    'pg-src': { type: 'string' },
    file: { type: 'string', multiple: true },
    rule: { type: 'string', multiple: true },
    placements: { type: 'boolean', default: false },
    details: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    record: { type: 'boolean', default: false },
  },
});

async function querySet(set: QuerySet, defaultScale: string): Promise<boolean> {
  const scale = Number(values.scale ?? defaultScale);
  const reports = await runQuerySet(set, {
    scale,
    ...(values.query ? { queries: values.query.map(Number) } : {}),
    onReport: (r) => {
      if (r.outcome !== 'equal')
        console.log(`${r.query} ${r.placement}${r.pushed ? '' : ', placement off'}: ${r.outcome}: ${r.detail}`);
    },
  });
  console.log(`\n${setSummary(set, reports, scale)}`);
  if (values.record && !values.query) recordProof(set.name, setMarkdown(set, reports, scale));
  return reports.every(({ outcome }) => outcome !== 'different');
}

async function tpcds(): Promise<boolean> {
  const { scale = '0.003', timeout, placement, query } = values;
  const reports = await runTpcds({
    scale: Number(scale),
    timeoutSeconds: Number(timeout),
    ...(query ? { queries: query.map(Number) } : {}),
    ...(placement === undefined ? {} : { placements: [placement] }),
    onPlacement: (name, pushed) => console.log(`${name}, placement ${pushed ? 'on' : 'off'} …`),
    onReport: (r) => {
      if (r.outcome !== 'equal' || values.details)
        console.log(`  Q${r.query}: ${r.outcome}, ${r.rows} rows, ${r.millis} ms${r.detail === '' ? '' : `: ${r.detail}`}`);
    },
  });
  console.log(tpcdsSummary(reports, Number(scale)));
  if (values.record) recordProof('tpcds', tpcdsTable(reports));
  return reports.every(({ outcome }) => outcome === 'equal' || outcome === 'refused');
}

async function slt(): Promise<boolean> {
  const { corpus, placement = 'mixed', queries, every, engine } = values;
  const placements = SLT_PLACEMENTS.filter((name) => placement === 'all' || placement === name);
  if (placements.length === 0) throw new Error(`unknown placement ${placement}; there are: ${SLT_PLACEMENTS.join(', ')}, all`);
  const summaries = await runSlt({
    corpus,
    placements,
    ...(queries === undefined ? {} : { queriesMax: Number(queries) }),
    ...(every === undefined ? {} : { every: Number(every) }),
    ...(engine === undefined ? {} : { engine }),
  });
  if (values.record) recordProof('slt', sltTable(summaries, every));
  return summaries.every(({ different }) => different === 0);
}

function regress(): Promise<boolean> {
  const pgSource = values['pg-src'];
  if (pgSource === undefined) throw new Error("give the folder of PostgreSQL's source with --pg-src");
  const { file: files = REGRESS_FILES, details, record, placements } = values;
  return runRegress({ pgSource, files, details, record, placements });
}

async function rules(): Promise<boolean> {
  const reports = await runRules({
    rules: values.rule ?? ruleNames,
    onReport: ({ rule, what, wrong }) =>
      console.log([`without ${rule}, ${what}: ${wrong.length} different`, ...wrong].join('\n')),
  });
  console.log(rulesSummary(reports));
  if (values.record && values.rule === undefined) recordProof('rules', rulesTable(reports));
  return reports.every(({ wrong }) => wrong.length === 0);
}

async function filters(): Promise<boolean> {
  const counted = await countAllFilters();
  console.log(filtersSummary(counted));
  if (values.record) recordProof('filters', filtersTable(counted));
  return areEnough(counted);
}

async function sqlsmith(): Promise<boolean> {
  const summary = await runSqlsmith({ minutes: Number(values.minutes), seed: Number(values.seed) });
  console.log(sqlsmithSummary(summary));
  if (values.record) recordProof('sqlsmith', sqlsmithTable(summary));
  return summary.faults === 0;
}

const proofs: Readonly<Record<string, () => Promise<boolean>>> = {
  tpch: () => querySet(TPCH, '0.01'),
  tpcds,
  job: () => querySet(JOB, '0.05'),
  slt,
  regress,
  rules,
  filters,
  sqlsmith,
};
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
