/** Where the isolated group of a split stands and where all other tables do. */

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

/** Those named, separated by commas; all without names. */
export function layouts(names: string | undefined): readonly Layout[] {
  const wanted = names?.split(',') ?? LAYOUTS.map(({ name }) => name);
  return wanted.map((name) => {
    const layout = LAYOUTS.find((each) => each.name === name);
    if (!layout) throw new Error(`unknown layout ${name}; there are: ${LAYOUTS.map((each) => each.name).join(', ')}`);
    return layout;
  });
}
