/**
 * Is the gateway's answer one that PostgreSQL may give? Where the standard leaves a choice (which of several equal values
 * stands for a group, which of two errors is raised first), both count as right, and are counted apart.
 */
import { difference, type run } from '../support/differential.ts';

type Outcome = Awaited<ReturnType<typeof run>>;

export type Verdict =
  | { readonly kind: 'equal' | 'both failed' | 'free choice' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'skipped'; readonly message: string }
  | { readonly kind: 'different'; readonly detail: string };

/** Which of equal values is put out. */
const CHOOSES = /\b(DISTINCT|GROUP BY|UNION|INTERSECT|EXCEPT|LIMIT|min|max|greatest|least|percentile_disc|mode)\b/;
/** In which order equal values are: all of them are put out. */
const ORDERS = /\bORDER\b/;

/** `mayRaise`: the statement has expressions that raise for some rows. */
export function judge(sql: string, expected: Outcome, actual: Outcome, mayRaise: boolean): Verdict {
  const [want, got] = [expected.error, actual.error];
  // Errors of the generator, of PostgreSQL's own limits, and of the time limit are no test.
  if (want && !want.code.startsWith('22')) return { kind: 'skipped', message: `${want.code} ${want.message}` };
  if (got?.code === '0A000') return { kind: 'refused', message: got.message };
  const isHuge = expected.rows.length > HUGE_ROWS;
  const limit = limitOf(actual);
  if (isHuge && limit !== undefined) return { kind: 'skipped', message: `more than ${HUGE_ROWS} rows, and the ${limit} limit` };
  if (want && got && isOfValue(got.code)) return { kind: want.code === got.code ? 'equal' : 'both failed' };
  // Which operand of AND, OR, IN is evaluated first, and whether the other is at all, is left open (PostgreSQL 4.2.14).
  const oneRaised = (want ?? got)?.code.startsWith('22') === true && !(want && got);
  if (mayRaise && oneRaised && SHORT_CIRCUITS.test(sql)) return { kind: 'free choice' };
  const detail = difference(expected, actual, { ordered: isOrdered(sql) });
  if (detail === undefined) return { kind: 'equal' };
  const bothAnswer = !want && !got;
  const isChosen = bothAnswer && CHOOSES.test(sql);
  const isSorted = bothAnswer && ORDERS.test(sql);
  // PostgreSQL itself names two typmods: of the analysed query (Describe), and of its plan once CASE and UNION are folded.
  const [typed, typedActual] = [withoutTypmods(expected), withoutTypmods(actual)];
  if (!isChosen && isSorted && difference(typed, typedActual, { ordered: false }) !== undefined)
    return { kind: 'different', detail };
  const chosen = isChosen || isSorted ? normalised : (outcome: Outcome) => outcome;
  const other = difference(chosen(typed), chosen(typedActual), { ordered: isOrdered(sql) });
  if (other === undefined) return { kind: 'free choice' };
  return { kind: 'different', detail };
}

/** More than any test of semantics needs: what they take of a busy machine is no matter of right or wrong. */
const HUGE_ROWS = 1_000_000;
const LIMITS: Readonly<Record<string, string>> = { 57014: 'time', 53200: 'memory' };
export const limitOf = ({ error }: Outcome): string | undefined => LIMITS[error?.code ?? ''];

/** Raised for the value of a row. Which row comes first is left open. `chr(0)` exceeds a limit for PostgreSQL. */
const isOfValue = (code: string): boolean => code.startsWith('22') || code === PROGRAM_LIMIT_EXCEEDED;
const PROGRAM_LIMIT_EXCEEDED = '54000';

const SHORT_CIRCUITS = /\b(AND|OR|IN|BETWEEN|ANY|ALL)\b/;
const withoutTypmods = (outcome: Outcome): Outcome => ({
  ...outcome,
  columns: outcome.columns.map((column) => column.replace(/ -?\d+$/, '')),
});

/** Every ORDER BY at the top names all columns, and stands at the end. */
const isOrdered = (sql: string): boolean => {
  let depth = 0;
  for (let i = 0; i < sql.length; i++) {
    if (sql[i] === "'") i = sql.indexOf("'", i + 1);
    else if (sql[i] === '(') depth++;
    else if (sql[i] === ')') depth--;
    else if (depth === 0 && sql.startsWith('ORDER BY', i)) return true;
  }
  return false;
};

const NUMERIC = 1700;
const FLOATS = new Set([700, 701]);
const INTERVAL = 1186;
const DOCUMENTS = new Set([114, 3802]);
/** `"1 mon"` equals `"30 days"` before it is written into a document. */
const WRITTEN_INTERVAL = /"(?:-?\d+ (?:years?|mons?|days?) ?)*(?:-?\d+:\d\d:\d\d(?:\.\d+)?)?"/g;

/** One text for all values that are equal under `=`. */
function normalised(outcome: Outcome): Outcome {
  const rows = outcome.rows.map((row) =>
    row.map((value, i) => {
      if (value === null) return null;
      const oid = outcome.typeOids[i]!;
      if (oid === NUMERIC) return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
      if (FLOATS.has(oid)) return value === '-0' ? '0' : value;
      if (oid === INTERVAL) return 'interval';
      if (DOCUMENTS.has(oid)) return value.replace(WRITTEN_INTERVAL, (text) => (text === '""' ? text : '"interval"'));
      return value;
    }),
  );
  return { ...outcome, rows };
}
