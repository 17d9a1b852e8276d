/** Why an answer was not PostgreSQL's, for a reader of the report: what the gateway said, or what is known of such statements. */
import type { RegressFinding, RegressReport } from './run-regress-file.ts';

const MIRRORS = "reads the system catalogs, where a source's objects are mirrors";

type Rule = readonly [RegExp, string];

/** Matched against the statement, in this order. */
const BY_STATEMENT: readonly Rule[] = [
  [
    /\b(?:table|query|cursor|schema|database)_to_xml/i,
    "reads tables by names in a text; here a source's schemas have other names",
  ],
  [
    /\bpg_(?:read_|ls_|stat_file|log_backend|promote|replication_origin)/i,
    "the server's files or processes: no session of the gateway is a superuser's",
  ],
  [
    /\b(?:currtid2|pg_relation_size|pg_relation_filenode|pg_total_relation_size|pg_column_toast_chunk_id|pg_stat_get_)/i,
    "asks about a table's storage",
  ],
  [/\b(?:txid_\w+|pg_current_xact\w*|pg_xact_status)\b/i, "numbers of transactions: the gateway's are not the source's"],
  [/\bcurrent_schemas?\b/i, "asks for the search path, which names the gateway's schemas"],
  [
    /\b(?:pg_class|pg_index|pg_attrdef|pg_attribute|pg_constraint|pg_enum|pg_locks|pg_stats|pg_stat_\w+|pg_proc|pg_views|information_schema)\b/i,
    MIRRORS,
  ],
  [/\bpg_get_(?:viewdef|indexdef|constraintdef|expr|partkeydef)\b/i, MIRRORS],
  [
    /\bbalk\(hundred\)/i,
    'an aggregate that answers otherwise in a parallel plan, forced by settings that the source does not see',
  ],
];
/** Matched against what was found, in this order. */
const BY_DETAIL: readonly Rule[] = [
  [/got 42501 permission denied/, "asks for what is the superuser's: no session of the gateway is"],
  [/got 55P04|expected 55P04/, 'an enum label added in the same transaction: the source has it committed'],
  [/tributary\.opaque|columns: expected .*opaque/, 'a type that users of the source defined'],
  [
    /^columns: expected .* __\w+ -1, got .* _\w+_1 -1$/,
    'the name that an array type was given anew when another type took its name',
  ],
  [/cursor "[^"]*" does not exist|prepared statement "[^"]*" does not exist/, 'its DECLARE or PREPARE was refused before'],
  [/expected 54001/, "needs SET max_stack_depth, which is the superuser's"],
];
/** Matched against the statement and what was found. */
const BY_BOTH: readonly (readonly [RegExp, RegExp, string])[] = [
  [/\bctid\b/i, /^row \d|another order/, 'the physical order of rows after CLUSTER, which is no part of what a table holds'],
  [
    /'now'|count\(distinct d1\)/i,
    /^row \d/i,
    "'now' when the row was inserted: in the source each INSERT is a transaction of its own",
  ],
  [/\bcurrval\b/i, /got 55000/, 'a sequence: its nextval was refused before'],
];

export function reasonOf(finding: RegressFinding, report: RegressReport): string {
  if (finding.kind === 'open') return 'left open by PostgreSQL, which answers otherwise when it plans otherwise';
  const called = [...finding.sql.matchAll(/\w+(?=\s*\()/g)].some(([name]) => report.missingFunctions.has(name.toLowerCase()));
  if (finding.kind === 'refused') return finding.detail.replace(/"[^"]*"/g, '"…"');
  if (called) return 'calls a function that only the source has';
  const { sql, detail } = finding;
  const known =
    BY_STATEMENT.find(([statement]) => statement.test(sql))?.[1] ??
    BY_DETAIL.find(([found]) => found.test(detail))?.[1] ??
    BY_BOTH.find(([statement, found]) => statement.test(sql) && found.test(detail))?.[2];
  if (known !== undefined) return known;
  return finding.kind === 'different' ? 'other rows, columns or order' : detail.split('\n')[0]!.replace(/"[^"]*"/g, '"…"');
}
