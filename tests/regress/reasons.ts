/** Why an answer was not PostgreSQL's, for a reader of the report: what the gateway said, or what is known of such statements. */
import type { RegressFinding, RegressReport } from './run-regress-file.ts';

/** Matched against the statement, then against what was found, in this order. */
const BY_STATEMENT: readonly (readonly [RegExp, string])[] = [
  [/\b(?:table|query|cursor|schema|database)_to_xml/i, 'reads tables by names in a text'],
  [
    /\bpg_(?:read_|ls_|stat_file|log_backend|promote)/i,
    "reads the server's files or processes; sessions of the gateway are no superusers",
  ],
  [
    /\b(?:currtid2|pg_relation_size|pg_relation_filenode|pg_total_relation_size|pg_column_toast_chunk_id|pg_stat_get_)/i,
    "asks about a table's storage",
  ],
  [
    /\b(?:pg_class|pg_index|pg_attrdef|pg_attribute|pg_constraint|pg_enum|pg_locks|pg_stats|pg_stat_\w+|pg_proc|pg_views|information_schema)\b/i,
    "reads the system catalogs, where a source's objects are mirrors",
  ],
  [
    /\bpg_get_(?:viewdef|indexdef|constraintdef|expr|partkeydef)\b/i,
    "reads the system catalogs, where a source's objects are mirrors",
  ],
];
const BY_DETAIL: readonly (readonly [RegExp, string])[] = [
  [/tributary\.opaque/, 'computes with a type that users of the source defined'],
  [/got 55P04|expected 55P04/, 'an enum label added in the same transaction'],
  [/columns: expected .*opaque -1/, 'a column of a type that users of the source defined'],
  [/cursor "[^"]*" does not exist|prepared statement "[^"]*" does not exist/, 'its DECLARE or PREPARE was refused before'],
];

export function reasonOf(finding: RegressFinding, report: RegressReport): string {
  const called = [...finding.sql.matchAll(/\w+(?=\s*\()/g)].some(([name]) => report.missingFunctions.has(name.toLowerCase()));
  if (called && finding.kind !== 'refused') return 'calls a function that only the source has';
  if (finding.kind === 'refused') return finding.detail.replace(/"[^"]*"/g, '"…"');
  const known =
    BY_STATEMENT.find(([pattern]) => pattern.test(finding.sql)) ?? BY_DETAIL.find(([pattern]) => pattern.test(finding.detail));
  return (
    known?.[1] ??
    (finding.kind === 'different' ? 'other rows, columns or order' : finding.detail.split('\n')[0]!.replace(/"[^"]*"/g, '"…"'))
  );
}
