/** Constants of a statement turned into parameters: the extended protocol, and values that are known only when it runs. */
import { LITERALS } from './productions.ts';
import type { Random } from './random.ts';
import type { SqlTree } from './sql-tree.ts';
import { ORDERED_TYPES } from './types.ts';

export interface WithParameters {
  readonly tree: SqlTree;
  /** Text of $1, $2, … */
  readonly values: readonly string[];
}

/** About half of the constants, each text always as the same parameter. */
export function withParameters(tree: SqlTree, random: Random): WithParameters {
  const numbers = new Map<string, number | undefined>();
  const values: string[] = [];
  const parameterFor = (literal: string, type: string): string | undefined => {
    const value = valueOf(literal);
    if (value === undefined) return undefined;
    if (!numbers.has(literal)) numbers.set(literal, random.chance(0.5) ? values.push(value) : undefined);
    const number = numbers.get(literal);
    return number === undefined ? undefined : `$${number}::${type}`;
  };
  const replace = (part: SqlTree): SqlTree => {
    if (typeof part === 'string') return part;
    if (part.kind === 'list') return { ...part, items: part.items.map(replace) };
    const type = ORDERED_TYPES.find((name) => part.category.replace('~', '') === name);
    const [only] = part.parts;
    if (type && part.parts.length === 1 && typeof only === 'string' && LITERALS[type].values.includes(only)) {
      const parameter = parameterFor(only, type);
      return parameter === undefined ? part : { ...part, parts: [parameter] };
    }
    return { ...part, parts: part.parts.map(replace) };
  };
  return { tree: replace(tree), values };
}

/** The text of a literal's value: `TYPE 'x'`, `'x'::type`, a number, true. */
function valueOf(literal: string): string | undefined {
  const quoted = /^(?:[A-Z]+ )?'((?:[^']|'')*)'(?:::[a-z0-9[\]]+)?$/.exec(literal);
  if (quoted) return quoted[1]!.replaceAll("''", "'");
  return /^\(?(-?[\d.]+|true|false)\)?$/.exec(literal)?.[1];
}
