/** Where the isolated group of a split stands and where all other tables do, and the planner's switches of each variant. */
import { ALTERNATIVE_RULES } from '../../planner/place/alternatives.ts';
import { ruleNames } from '../../planner/plan-query.ts';

export interface Layout {
  readonly name: string;
  /** The source of the isolated group. */
  readonly inside: string;
  readonly outside: string;
}

/** Sources called `duck` are DuckDB, in the gateway's process: there is no link to them. */
const LAYOUTS: readonly Layout[] = [
  { name: 'duck-pg', inside: 'duck', outside: 'pg' },
  { name: 'pg-duck', inside: 'pg', outside: 'duck' },
  { name: 'pg-pg', inside: 'pga', outside: 'pgb' },
];

export interface Variant {
  readonly name: string;
  /** Rules of the planner that must not fire. */
  readonly disabled: readonly string[];
}

export const PUSH_NOTHING = 'push nothing';
export const PUSH_EVERYTHING = 'push everything';
export const OURS = 'ours';

const VARIANTS: readonly Variant[] = [
  { name: PUSH_NOTHING, disabled: ['placement'] },
  // Sources do what the query says, as it says it.
  { name: PUSH_EVERYTHING, disabled: ['cost-placement', ...ALTERNATIVE_RULES] },
  { name: OURS, disabled: [] },
];

/** `more`: further ones as `name=rule,rule`. */
export function variants(more: readonly string[]): readonly Variant[] {
  const added = more.map((text) => {
    const [name = '', rules = ''] = text.split('=');
    return { name, disabled: rules.split(',').filter((rule) => rule !== '') };
  });
  const all = [...VARIANTS, ...added];
  const unknown = all.flatMap(({ disabled }) => disabled).find((rule) => !ruleNames.includes(rule));
  if (unknown !== undefined) throw new Error(`unknown rule ${unknown}; there are: ${ruleNames.join(', ')}`);
  return all;
}

/** Those named, separated by commas; all without names. */
export function layouts(names: string | undefined): readonly Layout[] {
  const wanted = names?.split(',') ?? LAYOUTS.map(({ name }) => name);
  return wanted.map((name) => {
    const layout = LAYOUTS.find((each) => each.name === name);
    if (!layout) throw new Error(`unknown layout ${name}; there are: ${LAYOUTS.map((each) => each.name).join(', ')}`);
    return layout;
  });
}
