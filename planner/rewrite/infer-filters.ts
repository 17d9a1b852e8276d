/**
 * Rule infer-filters: what a filter says of one side of a join's equality it says of the other side, too, so that each source
 * sends only rows that may match.
 *
 *   Join inner a.k = b.k                     Join inner a.k = b.k
 *   ├─ Filter a.k = 5                   →    ├─ Filter a.k = 5
 *   │  └─ a                                  │  └─ a
 *   └─ b                                     └─ Filter b.k = 5
 *                                               └─ b
 *
 * Only what is transitive: comparisons of a bare column with constants and parameters, by the B-tree order to which the
 * join's own `=` belongs, over one type (or integers of two widths) and one deterministic collation. Nothing is computed anew that could raise. To the
 * null-supplying side of an outer join and to the right of NOT EXISTS, never from there:
 *   SELECT … FROM a LEFT JOIN b ON a.k = b.k AND b.k = 5     (rows of a with other keys come out all the same)
 * NOT IN asks about every row of its right side. Statements over one source are left as they are: its planner does the same.
 */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ArrayCompareScalar, CallScalar, ColumnId, ColumnRefScalar, LogicScalar, Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { columnsIn, mapRelInputs, sitesOf, substituteColumns, visitScalar } from '../../algebra/transform.ts';
import { collationKey, equalityClasses, isDeterministic, referenceTo } from '../place/equality-classes.ts';
import { comparisonWritten } from '../../algebra/comparisons.ts';
import { isInteger } from '../../core/sql-type.ts';
import { askedOf, integersEqual } from './integer-widths.ts';
import { directions } from './join-directions.ts';

/** True of every row that its relation puts out. */
interface Fact {
  readonly column: ColumnId;
  readonly conjunct: Scalar;
}
/** By scalarKey, so that each is known once. */
type Facts = ReadonlyMap<string, Fact>;
const NOTHING: Facts = new Map();

export const inferFilters = (rel: Rel): Rel => (sitesOf(rel).size < 2 ? rel : new Inference().infer(rel, NOTHING));

class Inference {
  readonly #facts = new Map<Rel, Facts>();

  /** `above`: what the filters straight above ask of the rows, which nobody misses that do not fit. */
  infer(rel: Rel, above: Facts): Rel {
    if (rel.kind === 'filter') {
      const input = this.infer(rel.input, union(above, factsIn(rel.conjuncts)));
      return input === rel.input ? rel : { ...rel, input };
    }
    if (rel.kind !== 'join') return mapRelInputs(rel, (input) => this.infer(input, NOTHING));
    const leftIds = idsOf(rel.left);
    const rightIds = idsOf(rel.right);
    const { toLeft, toRight, keepsLeft, keepsRight } = directions(rel);
    const onLeft = union(this.#factsOf(rel.left), keepsLeft ? within(above, leftIds) : NOTHING);
    const onRight = union(this.#factsOf(rel.right), keepsRight ? within(above, rightIds) : NOTHING);
    const newOnLeft = toLeft ? missing(onLeft, transferred(onRight, rel.on, leftIds)) : NOTHING;
    const newOnRight = toRight ? missing(onRight, transferred(onLeft, rel.on, rightIds)) : NOTHING;
    const left = this.infer(filtered(rel.left, newOnLeft), NOTHING);
    const right = this.infer(filtered(rel.right, newOnRight), NOTHING);
    return left === rel.left && right === rel.right ? rel : { ...rel, left, right };
  }

  #factsOf(rel: Rel): Facts {
    let facts = this.#facts.get(rel);
    if (facts === undefined) this.#facts.set(rel, (facts = this.#findFacts(rel)));
    return facts;
  }

  #findFacts(rel: Rel): Facts {
    switch (rel.kind) {
      case 'filter':
        return union(this.#factsOf(rel.input), factsIn(rel.conjuncts));
      case 'project': {
        const below = this.#factsOf(rel.input);
        const facts = rel.items.flatMap(({ column, expr }) => {
          if (expr.kind !== 'column') return [];
          const known = [...below.values()].filter((fact) => fact.column === expr.column);
          return known.map((fact) => moved(fact, { kind: 'column', column: column.id, type: column.type }));
        });
        return asFacts(facts);
      }
      case 'join': {
        const { toLeft, toRight, keepsRight } = directions(rel);
        const left = rel.type === 'full' || rel.type === 'right' ? NOTHING : this.#factsOf(rel.left);
        const right = keepsRight ? this.#factsOf(rel.right) : NOTHING;
        if (!toLeft || !toRight) return union(left, right);
        const all = new Set([...idsOf(rel.left), ...(keepsRight ? idsOf(rel.right) : [])]);
        const known = union(left, this.#factsOf(rel.right));
        return union(union(left, right), transferred(known, rel.on, all));
      }
      case 'aggregate':
        return rel.sets ? NOTHING : within(this.#factsOf(rel.input), new Set(rel.groups.map(({ id }) => id)));
      case 'window':
      case 'sort':
      case 'limit':
      case 'distinct':
        return this.#factsOf(rel.input);
      case 'with':
        return this.#factsOf(rel.body);
      default:
        return NOTHING;
    }
  }
}

const idsOf = (rel: Rel): ReadonlySet<ColumnId> => new Set(outputColumns(rel).map(({ id }) => id));

const asFacts = (facts: readonly Fact[]): Facts => new Map(facts.map((fact) => [scalarKey(fact.conjunct)!, fact]));
const union = (a: Facts, b: Facts): Facts => (a.size === 0 ? b : b.size === 0 ? a : new Map([...a, ...b]));
const missing = (known: Facts, facts: Facts): Facts => new Map([...facts].filter(([key]) => !known.has(key)));
const within = (facts: Facts, ids: ReadonlySet<ColumnId>): Facts =>
  new Map([...facts].filter(([, { column }]) => ids.has(column)));

const filtered = (rel: Rel, facts: Facts): Rel =>
  facts.size === 0 ? rel : { kind: 'filter', input: rel, conjuncts: [...facts.values()].map(({ conjunct }) => conjunct) };

const factsIn = (conjuncts: readonly Scalar[]): Facts =>
  asFacts(
    conjuncts.flatMap((conjunct) => {
      const [column, ...others] = columnsIn(conjunct);
      if (column === undefined || others.length > 0) return [];
      if (comparisonsIn(conjunct)) return [{ column, conjunct }];
      const same = askedOf(columnOf(conjunct), conjunct);
      return same === undefined ? [] : [{ column, conjunct: same }];
    }),
  );

const moved = ({ column, conjunct }: Fact, to: ColumnRefScalar): Fact => ({
  column: to.column,
  conjunct: column === to.column ? conjunct : substituteColumns(conjunct, new Map([[column, to]])),
});

/** The only one that it reads. */
function columnOf(conjunct: Scalar): ColumnRefScalar {
  let found: ColumnRefScalar | undefined;
  visitScalar(conjunct, (node) => {
    if (node.kind === 'column') found = node;
  });
  return found!;
}

/** What the facts say of those columns of `ids` that equal others. */
function transferred(facts: Facts, on: readonly Scalar[], ids: ReadonlySet<ColumnId>): Facts {
  const { classes, others } = equalityClasses(on);
  const out: Fact[] = [];
  for (const pair of others.flatMap((condition) => [integersEqual(condition) ?? []])) {
    for (const [i, target] of pair.entries()) {
      if (!ids.has(target.column)) continue;
      for (const fact of facts.values()) {
        const conjunct = fact.column === pair[1 - i]!.column ? askedOf(target, fact.conjunct) : undefined;
        if (conjunct !== undefined) out.push({ column: target.column, conjunct });
      }
    }
  }
  for (const found of classes) {
    const { columns, written } = found;
    const targets = [...columns].filter((column) => ids.has(column)).map((column) => referenceTo(found, column));
    for (const fact of facts.values()) {
      if (!columns.has(fact.column)) continue;
      if (!comparisonsIn(fact.conjunct)!.every((comparison) => belongsTo(comparison, written[0]!))) continue;
      for (const target of targets) if (target.column !== fact.column) out.push(moved(fact, target));
    }
  }
  return asFacts(out);
}

/** The comparisons that a condition is made of, each of a column with what is the same for all rows; undefined: others too. */
function comparisonsIn(conjunct: Scalar): readonly (CallScalar | ArrayCompareScalar)[] | undefined {
  switch (conjunct.kind) {
    case 'and':
    case 'or':
      return comparisonsOfAll(conjunct);
    case 'call': {
      const [left, right] = conjunct.args;
      if (!conjunct.operator || !left || !right || left.type.oid !== right.type.oid) return undefined;
      return (left.kind === 'column' && isFixed(right)) || (isFixed(left) && right.kind === 'column') ? [conjunct] : undefined;
    }
    case 'arraycompare':
      return conjunct.left.kind === 'column' && isFixed(conjunct.array) ? [conjunct] : undefined;
    default:
      return undefined;
  }
}

function comparisonsOfAll({ args }: LogicScalar): readonly (CallScalar | ArrayCompareScalar)[] | undefined {
  const parts = args.map(comparisonsIn);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

const isFixed = (expr: Scalar): boolean => expr.kind === 'const' || (expr.kind === 'param' && expr.index > 0);

/** Whether the comparison asks by the same order, so that it cannot tell equal values from each other. */
function belongsTo(comparison: CallScalar | ArrayCompareScalar, equality: CallScalar): boolean {
  const { operator, fn } = comparison;
  const equal = equality.operator!.oid;
  return (
    operator?.schema === 'pg_catalog' &&
    fn.strict &&
    fn.volatility === 'immutable' &&
    (operator.oid === equal ||
      operator.negator === equal ||
      operator.ordering?.equal === equal ||
      isOfWidth(comparison, equality)) &&
    isDeterministic(comparison) &&
    collationKey(comparison) === collationKey(equality)
  );
}

/** Whether it is one of the comparisons that integer-widths.ts writes. */
const isOfWidth = (comparison: CallScalar | ArrayCompareScalar, equality: CallScalar): boolean =>
  comparison.kind === 'call' &&
  comparisonWritten(comparison.operator!.name) !== undefined &&
  [...comparison.args, ...equality.args].every(({ type }) => isInteger(type) && type.kind === equality.args[0]!.type.kind);
