/**
 * Every registered kernel against PostgreSQL's own function, over all combinations of edge values: value, NULL, SQLSTATE and
 * message must be equal; row by row, in one batch, and with the last argument constant.
 */
import type { Scalar } from '../../../algebra/scalar.ts';
import type { Datum } from '../../../core/datum.ts';
import { kernelFor, registeredSignatures } from '../../../executor/expression/registry.ts';
import type { KernelVariant } from './kernel-variants.ts';
import { kernelVariants } from './kernel-variants.ts';
import type { Outcome } from './oracle.ts';
import { callOf, columnRef, functionRef, Oracle, ours, oursInOneBatch, show, showDatum } from './oracle.ts';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
});
afterAll(async () => {
  await oracle.stop();
});

/** A row value has no column type here: tests/differential/composites.sql compares these. */
const isOverRows = (signature: string): boolean => /\brecord\b/.test(signature);

const ROWS_MAX = 1500;
const polymorphic: Readonly<Record<string, string>> = {
  anyarray: 'int4[]',
  anyenum: 'mood',
  anynonarray: 'int4',
  anycompatible: 'int4',
};
const nameOf = (type: string): string => polymorphic[type] ?? (type.startsWith('_') ? `${type.slice(1)}[]` : type);

interface Catalogued {
  readonly result: string;
  readonly strict: boolean;
  readonly schema: string;
}

async function catalogue(): Promise<Map<string, Catalogued>> {
  const { rows } = await oracle.client.query<Record<string, string>>(`
    SELECT proname || '(' || coalesce((SELECT string_agg(t.typname, ',' ORDER BY ord) FROM unnest(proargtypes) WITH ORDINALITY AS a(oid, ord) JOIN pg_type t ON t.oid = a.oid), '') || ')' AS signature,
           proisstrict AS strict, (SELECT typname FROM pg_type t WHERE t.oid = prorettype) AS result
    FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'`);
  return new Map(
    rows.map((row) => [row['signature']!, { result: row['result']!, strict: row['strict'] === 't', schema: 'pg_catalog' }]),
  );
}

const scaleKey = (row: readonly Datum[]): string =>
  row
    .map((value) =>
      typeof value === 'object' && value !== null && 'kind' in value ? (value.kind === 'finite' ? value.scale : '*') : '',
    )
    .join();

/** Rows in lists that share the scales of their numerics, so that each list is one signature of the generated loop. */
function byScales<T>(rows: readonly T[], rowOf: (item: T) => readonly Datum[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of rows) {
    const key = scaleKey(rowOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

interface Case {
  readonly row: readonly Datum[];
  readonly expected: Outcome;
}

/** Integers beside strings are counts; those of length casts are typmods. */
function setFor(signature: string, type: string, all: readonly string[]): string {
  if (type === 'text' && /^(extract|date_trunc|date_part)\(/.test(signature)) return 'unit';
  if (type !== 'int4') return type;
  if (/^(varchar|bpchar)\(/.test(signature)) return 'limit';
  if (signature === 'numeric(numeric,int4)') return 'typmod';
  if (/^(round|trunc)\(/.test(signature)) return 'digits';
  // PostgreSQL takes seconds to repeat nothing two thousand million times.
  if (signature.startsWith('repeat(')) return 'times';
  if (/^(time|timestamp|timestamptz)\(/.test(signature)) return 'precision';
  if (signature.startsWith('make_')) return 'field';
  return all.some((other) => other === 'text' || other === 'bytea') ? 'count' : type;
}

/** The argument sets a function is called with, and what it then returns. */
function variantsOf(signature: string, known: Catalogued): readonly KernelVariant[] {
  const argTypes = signature
    .slice(signature.indexOf('(') + 1, -1)
    .split(',')
    .filter(Boolean)
    .map(nameOf);
  return (
    kernelVariants[signature] ?? [
      { args: argTypes.map((type) => setFor(signature, type, argTypes)), result: nameOf(known.result) },
    ]
  );
}

/** Rows in lists that share the value of some arguments. */
function byConstants(cases: readonly Case[], positions: readonly number[]): readonly (readonly Case[])[] {
  const groups = new Map<string, Case[]>();
  for (const c of cases) {
    const key = positions.map((position) => showDatum(c.row[position]!)).join();
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  return [...groups.values()];
}

async function differences(signature: string, known: Catalogued, variant: KernelVariant): Promise<string[]> {
  const name = signature.slice(0, signature.indexOf('('));
  const args = variant.args.map((_, i) => `${variant.array === i ? 'VARIADIC ' : ''}a${i}`);
  const cases = await oracle.outcomes(
    `pg_catalog."${name}"(${args.join(', ')})`,
    variant.args,
    variant.result ?? nameOf(known.result),
    ROWS_MAX,
  );
  const types = variant.args.map((set) => oracle.type(set));
  const type = oracle.type(variant.result ?? nameOf(known.result));
  const fn = functionRef(signature, known.strict);
  const kernel = kernelFor(signature)!;
  const found: string[] = [];
  const compare = (how: string, items: readonly Case[], outcomes: readonly Outcome[]): void => {
    items.forEach((item, i) => {
      if (show(outcomes[i]!) === show(item.expected)) return;
      found.push(
        `${how} ${signature} of ${item.row.map(showDatum).join(' , ')}\n  ours ${show(outcomes[i]!)}\n  PostgreSQL ${show(item.expected)}`,
      );
    });
  };
  /** The arguments at `positions` as constants, the others as columns; false: refused. */
  const compareWithConstants = (group: readonly Case[], positions: readonly number[]): boolean => {
    const { row } = group[0]!;
    const given = types.map((t, i) => (positions.includes(i) ? { type: t, constant: row[i]! } : { type: t }));
    if (kernel.refusal?.(given, 'default') !== undefined) return false;
    const columns = types.map((_, i) => i).filter((i) => !positions.includes(i));
    const args: Scalar[] = types.map((t, i) =>
      positions.includes(i) ? { kind: 'const', value: row[i]!, type: t } : columnRef(columns.indexOf(i), t),
    );
    const rowOf = (c: Case): readonly Datum[] => columns.map((i) => c.row[i]!);
    const partial = columns.map((i) => types[i]!);
    for (const part of byScales(group, rowOf)) compare('constant', part, ours(callOf(fn, args, type), partial, part.map(rowOf)));
    return true;
  };
  if (
    kernel.refusal?.(
      types.map((t) => ({ type: t })),
      'default',
    ) !== undefined
  ) {
    const positions = variant.constants ?? [types.length - 1];
    const taken = byConstants(cases, positions).filter((group) => compareWithConstants(group, positions));
    if (taken.length === 0) found.push(`${signature} refuses everything`);
    return found;
  }
  const call = callOf(
    fn,
    types.map((t, i) => columnRef(i, t)),
    type,
  );
  for (const group of byScales(cases, (c) => c.row))
    compare(
      'row',
      group,
      ours(
        call,
        types,
        group.map((c) => c.row),
      ),
    );
  const fine = cases.filter((c) => !('error' in c.expected));
  if (found.length === 0)
    compare(
      'batch',
      fine,
      oursInOneBatch(
        call,
        types,
        fine.map((c) => c.row),
      ),
    );
  if (types.length > 1 && found.length === 0) {
    // Each takes a compilation; patterns of LIKE matter most.
    const all = byConstants(cases, [types.length - 1]);
    const step = signature.includes('like') ? 1 : Math.ceil(all.length / 8);
    for (const group of all.filter((_, i) => i % step === 0)) compareWithConstants(group, [types.length - 1]);
  }
  return found;
}

test('every kernel answers as PostgreSQL does', async () => {
  const catalogued = await catalogue();
  const only = process.env['KERNEL'];
  const problems: string[] = [];
  for (const signature of registeredSignatures().filter((signature) => !isOverRows(signature))) {
    if (only !== undefined && !new RegExp(only).test(signature)) continue;
    // The gateway's own: PostgreSQL has nothing to compare with.
    if (signature.startsWith('tributary.')) continue;
    const known = catalogued.get(signature);
    if (known === undefined) {
      problems.push(`${signature} is not in pg_proc`);
      continue;
    }
    for (const variant of variantsOf(signature, known)) {
      const found = await differences(signature, known, variant);
      problems.push(...found.slice(0, 4));
      if (found.length > 4) problems.push(`… and ${found.length - 4} more of ${signature}`);
    }
  }
  expect(problems.join('\n')).toBe('');
}, 120_000);
