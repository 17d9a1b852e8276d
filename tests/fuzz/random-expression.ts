/** Random expressions of a wanted type over the columns in scope, from the grammar of productions.ts. */
import { LITERALS, productionsOf, RISKY_PRODUCTIONS, TAME_PRODUCTIONS } from './productions.ts';
import type { Random } from './random.ts';
import { baseType, type SqlTypeName, type Want } from './types.ts';
import { node, sqlText, type SqlNode, type SqlTree } from './sql-tree.ts';

export interface ScopeColumn {
  /** `a.x` */
  readonly sql: string;
  readonly want: Want;
}

/** What an expression may refer to. */
export interface Scope {
  readonly columns: readonly ScopeColumn[];
  /** Makes a scalar subquery of the type, or none. */
  readonly subquery?: (type: SqlTypeName) => SqlTree | undefined;
  /** Makes a predicate with a subquery: EXISTS, IN, quantified. */
  readonly subqueryPredicate?: () => SqlTree | undefined;
  /** Errors may arise here. */
  readonly risky?: boolean;
}

const SUBQUERY_CHANCE = 0.06;
const COLUMN_CHANCE = 0.55;

export function randomExpression(random: Random, want: Want, scope: Scope, depth: number): SqlNode {
  const type = baseType(want);
  const isTame = want.endsWith('~');
  const simplest = isTame ? undefined : `NULL::${type}`;
  const wrap = (parts: readonly SqlTree[]): SqlNode => node(want, parts, simplest === undefined ? {} : { simplest });
  if (depth > 0 && type === 'bool' && scope.subqueryPredicate && random.chance(2 * SUBQUERY_CHANCE)) {
    const predicate = scope.subqueryPredicate();
    if (predicate !== undefined) return wrap([predicate]);
  }
  if (depth > 0 && !isTame && scope.subquery && random.chance(SUBQUERY_CHANCE)) {
    const query = scope.subquery(type);
    if (query !== undefined) return wrap([query]);
  }
  const columns = scope.columns.filter((column) => column.want === want || (!isTame && baseType(column.want) === type));
  if (columns.length > 0 && (depth <= 0 || random.chance(COLUMN_CHANCE))) return wrap([random.pick(columns).sql]);
  const risky = scope.risky && random.chance(0.3) ? RISKY_PRODUCTIONS[type] : undefined;
  const productions = risky ?? (isTame ? TAME_PRODUCTIONS[type] : productionsOf(type));
  if (depth <= 0 || !productions || random.chance(0.15)) {
    const { tame, values } = LITERALS[type];
    if (!isTame && random.chance(0.1)) return wrap([`NULL::${type}`]);
    return wrap([random.pick(values.slice(0, isTame || random.chance(0.6) ? tame : values.length))]);
  }
  const drawn = random.pick(productions);
  const template = drawn.includes('{row') ? withRow(random, drawn, scope) : drawn;
  if (template === undefined) return wrap([random.pick(LITERALS[type].values.slice(0, LITERALS[type].tame))]);
  const parts = fillTemplate(template, (part) => randomExpression(random, part, scope, depth - 1));
  // PostgreSQL evaluates constants when it plans, needed or not.
  if (risky && !parts.some(readsColumn)) return wrap([LITERALS[type].values[0]!]);
  return wrap(parts);
}

/** `{row}` is a whole row of the FROM clause. */
function withRow(random: Random, template: string, scope: Scope): string | undefined {
  if (scope.columns.length === 0) return undefined;
  const alias = random.pick(scope.columns).sql.split('.')[0]!;
  return template.replaceAll(/\{row(#\d)?\}/g, alias);
}

/** Whether the text names a column: they are always qualified. */
export const readsColumn = (tree: SqlTree): boolean => /\bq\d+\b/.test(sqlText(tree));

/** The template's text and parts; the same marked part (`{text#1}`) twice is one expression. */
export function fillTemplate(template: string, make: (want: Want) => SqlNode): readonly SqlTree[] {
  const marked = new Map<string, SqlNode>();
  return template.split(/(\{[^}]+\})/).map((piece) => {
    const match = /^\{([^#}]+)(#\d)?\}$/.exec(piece);
    if (!match) return piece;
    const made = (match[2] && marked.get(piece)) || make(match[1] as Want);
    if (match[2]) marked.set(piece, made);
    return made;
  });
}
