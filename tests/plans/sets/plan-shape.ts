/**
 * The shape of a plan, short enough that many can be read one after the other: what is done at home as a tree, a line each;
 * each fragment as one line in the signs of the relational algebra. No costs, no expressions but the keys of joins at home.
 *
 *   hash join l_orderkey = o_orderkey, keys to duck
 *   ├─ duck: σ lineitem
 *   └─ pg: σ orders ⋈ σ customer
 *
 * Signs: σ filter, γ aggregate, δ distinct, ω window, τ sort, λ limit, ⋈ ⟕ ⟖ ⟗ ⋉ ▷ joins (the right side is built), {…} subqueries
 * of an expression, φ fence, → what is shipped to a source. Projections are left out.
 */
import { unreachable } from '../../../core/assert.ts';
import { planInputs, type Plan, type QueryPlan } from '../../../algebra/plan.ts';
import { printScalar } from '../../../algebra/print-scalar.ts';
import { outputColumns, type Rel, type SortKey } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { relScalars, visitRel, visitScalar } from '../../../algebra/transform.ts';

const JOINS = { inner: '⋈', left: '⟕', right: '⟖', full: '⟗', semi: '⋉', anti: '▷' } as const;

export function planShape(plan: QueryPlan): string {
  const shape = new Shape(plan);
  const subplans = plan.subplans.flatMap((one) => [`subplan ${-one.param} (${one.mode})`, ...shape.tree(one.plan, '   ', '   ')]);
  return [...subplans, ...shape.tree(plan.root, '', '')].join('\n');
}

class Shape {
  readonly #names = new Map<ColumnId, string>();

  constructor(plan: QueryPlan) {
    const visit = (node: Plan): void => {
      for (const column of node.columns) this.#names.set(column.id, column.name);
      if (node.kind === 'remote')
        visitRel(node.fragment, (rel) => outputColumns(rel).forEach((c) => this.#names.set(c.id, c.name)));
      planInputs(node).forEach(visit);
    };
    [plan.root, ...plan.subplans.map((subplan) => subplan.plan)].forEach(visit);
  }

  tree(plan: Plan, lead: string, rest: string): string[] {
    if (plan.kind === 'project') return this.tree(plan.input, lead, rest);
    const inputs = planInputs(plan);
    const below = inputs.flatMap((input, i) =>
      i === inputs.length - 1 ? this.tree(input, `${rest}└─ `, `${rest}   `) : this.tree(input, `${rest}├─ `, `${rest}│  `),
    );
    return [`${lead}${this.#title(plan)}`, ...below];
  }

  #scalar(expr: Scalar): string {
    return printScalar(expr, (column) => this.#names.get(column) ?? `column ${column}`);
  }

  #title(plan: Plan): string {
    switch (plan.kind) {
      case 'remote':
        return `${plan.inputs ? '→ ' : ''}${plan.site}: ${this.#fragment(plan.fragment)}`;
      case 'hashjoin': {
        const keys = plan.leftKeys.map((left, i) => `${this.#scalar(left)} = ${this.#scalar(plan.rightKeys[i]!)}`).join(', ');
        const isExpected = plan.keyFilter?.expected.form !== null;
        const sent = plan.keyFilter === undefined ? '' : isExpected ? ', keys sent' : ', keys sent if few';
        const residual = plan.residual.length > 0 ? ', more conditions' : '';
        return `hash ${typeName(plan.type)} ${keys}${residual}${sent}`;
      }
      case 'mergejoin': {
        const name = ({ column }: SortKey): string | undefined => this.#names.get(column);
        return `merge ${typeName(plan.type)} ${plan.leftKeys.map((left, i) => `${name(left)} = ${name(plan.rightKeys[i]!)}`).join(', ')}`;
      }
      case 'nestedloop':
        return `loop ${typeName(plan.type)}`;
      case 'aggregate':
        return `aggregate${plan.groups.length > 0 ? ` by ${plan.groups.map((id) => this.#names.get(id)).join(', ')}` : ''}`;
      case 'sort':
        return plan.topN ? 'top-n' : 'sort';
      case 'setop':
        return `${plan.op}${plan.all ? ' all' : ''}`;
      case 'with':
        return `with ${plan.definitions.map(({ name }) => name).join(', ')}`;
      case 'ctescan':
      case 'recursive':
        return `${plan.kind === 'ctescan' ? 'scan of' : 'recursive'} ${plan.name}`;
      case 'projectset':
        return 'set-returning';
      case 'filter':
      case 'project':
      case 'window':
      case 'limit':
      case 'distinct':
      case 'values':
        return plan.kind;
      default:
        return unreachable(plan);
    }
  }

  #fragment(rel: Rel): string {
    const subqueries: string[] = [];
    for (const expr of relScalars(rel)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery') subqueries.push(`{${this.#fragment(part.rel)}} `);
      });
    }
    return subqueries.join('') + this.#operator(rel);
  }

  #operator(rel: Rel): string {
    switch (rel.kind) {
      case 'scan':
        return rel.table.name;
      case 'project':
        return this.#fragment(rel.input);
      case 'filter':
        return `σ ${this.#operand(rel.input)}`;
      case 'aggregate':
        return `γ ${this.#operand(rel.input)}`;
      case 'distinct':
        return `δ ${this.#operand(rel.input)}`;
      case 'window':
        return `ω ${this.#operand(rel.input)}`;
      case 'sort':
        return `τ ${this.#operand(rel.input)}`;
      case 'limit':
        return `λ ${this.#operand(rel.input)}`;
      case 'fence':
        return `φ ${this.#operand(rel.input)}`;
      case 'projectset':
        return `set ${this.#operand(rel.input)}`;
      case 'join':
        return `${this.#left(rel.left)} ${JOINS[rel.type]} ${this.#operand(rel.right)}`;
      case 'setop':
        return `${this.#operand(rel.left)} ${rel.op}${rel.all ? ' all' : ''} ${this.#operand(rel.right)}`;
      case 'with': {
        const definitions = rel.definitions.map((definition) => `${definition.name} := ${this.#fragment(definition.rel)}; `);
        return `${definitions.join('')}${this.#fragment(rel.body)}`;
      }
      case 'recursive':
        return `recursive ${this.#operand(rel.seed)} ${this.#operand(rel.step)}`;
      case 'ctescan':
        return rel.name;
      case 'values':
        return 'values';
      case 'input':
        return `→${rel.index}`;
      default:
        return unreachable(rel);
    }
  }

  /** Joins lean to the left: a chain of them needs no parentheses. */
  #left(rel: Rel): string {
    if (rel.kind === 'project') return this.#left(rel.input);
    return rel.kind === 'join' ? this.#fragment(rel) : this.#operand(rel);
  }

  #operand(rel: Rel): string {
    if (rel.kind === 'project') return this.#operand(rel.input);
    const isSimple = rel.kind !== 'join' && rel.kind !== 'setop' && rel.kind !== 'with' && rel.kind !== 'recursive';
    return isSimple ? this.#fragment(rel) : `(${this.#fragment(rel)})`;
  }
}

const typeName = (type: keyof typeof JOINS): string => (type === 'inner' ? 'join' : `${type} join`);
