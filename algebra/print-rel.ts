/**
 * A logical plan as an indented tree, one node a line: for golden tests, traces and debugging. Columns print as `name#id`.
 * Subqueries in a node's expressions follow it, marked `subquery`.
 */
import { unreachable } from '../core/assert.ts';
import { printAggregate, printScalar, printWindowCall } from './print-scalar.ts';
import type { FrameBound, Rel, RelColumn, WindowFrame } from './rel.ts';
import { outputColumns } from './rel.ts';
import type { ColumnId, Scalar } from './scalar.ts';
import { relInputs, relScalars, visitRel, visitScalar } from './transform.ts';

export interface PrintRelOptions {
  /** Column types too: `name#id int4`. */
  readonly types?: boolean;
}

export function printRel(rel: Rel, options: PrintRelOptions = {}): string {
  const names = new Map<ColumnId, string>();
  collectNames(rel, names);
  const lines: string[] = [];
  new Printer(names, options, lines).print(rel, '', '');
  return lines.join('\n');
}

function collectNames(rel: Rel, names: Map<ColumnId, string>): void {
  visitRel(rel, (node) => {
    for (const column of outputColumns(node)) names.set(column.id, `${column.name}#${column.id}`);
    for (const query of subqueriesOf(node)) collectNames(query, names);
  });
}

function subqueriesOf(rel: Rel): readonly Rel[] {
  const found: Rel[] = [];
  for (const expr of relScalars(rel)) {
    visitScalar(expr, (part) => {
      if (part.kind === 'subquery') found.push(part.rel);
    });
  }
  return found;
}

class Printer {
  private readonly names: ReadonlyMap<ColumnId, string>;
  private readonly options: PrintRelOptions;
  private readonly lines: string[];

  constructor(names: ReadonlyMap<ColumnId, string>, options: PrintRelOptions, lines: string[]) {
    this.names = names;
    this.options = options;
    this.lines = lines;
  }

  print(rel: Rel, indent: string, label: string): void {
    this.lines.push(`${indent}${label}${this.describe(rel)}`);
    for (const query of subqueriesOf(rel)) this.print(query, `${indent}    `, 'subquery: ');
    const labels = rel.kind === 'with' ? rel.definitions.map(({ cte, name }) => `${name}@${cte}: `) : [];
    relInputs(rel).forEach((input, index) => this.print(input, `${indent}  `, labels[index] ?? ''));
  }

  private describe(rel: Rel): string {
    switch (rel.kind) {
      case 'scan':
        return `Scan ${rel.only ? 'only ' : ''}${rel.table.site}.${rel.table.schema}.${rel.table.name} (${this.columns(rel.columns)})${
          rel.sample ? ` sample ${rel.sample.method}(${this.scalars(rel.sample.args)})` : ''
        }`;
      case 'filter':
        return `Filter ${this.scalars(rel.conjuncts)}`;
      case 'project':
        return `Project ${rel.items.map(({ column, expr }) => this.item(column, expr)).join(', ')}`;
      case 'join': {
        const aware = `${rel.nullAware ? ' null-aware' : ''}${rel.lateral ? ' lateral' : ''}`;
        return `Join ${rel.type}${aware}${rel.on.length === 0 ? '' : ` on ${this.scalars(rel.on)}`}`;
      }
      case 'aggregate': {
        const calls = rel.aggregates.map(({ column, call }) => `${this.column(column)} = ${printAggregate(call, this.name)}`);
        const masks = (rel.masks ?? []).map(({ column, of }) => `${this.column(column)} = grouping(${this.list(of)})`);
        const sets = rel.sets ? ` sets ${rel.sets.map((set) => `(${this.list(set)})`).join(' ')}` : '';
        return ['Aggregate', `[${this.columns(rel.groups)}]${sets}`, [...calls, ...masks].join(', ')].join(' ').trimEnd();
      }
      case 'window': {
        const calls = rel.functions.map(({ column, call }) => `${this.column(column)} = ${printWindowCall(call, this.name)}`);
        const order = rel.order.map((key) => `${this.name(key.column)}${direction(key)}`).join(', ');
        const over = `partition [${this.columns(rel.partition)}] order [${order}] ${printFrame(rel.frame, (expr) => this.scalar(expr))}`;
        return `Window ${calls.join(', ')} over ${over}`;
      }
      case 'projectset': {
        const calls = rel.functions.map(({ call, columns }) => `(${this.columns(columns)}) = ${this.scalar(call)}`);
        const ordinality = rel.ordinality ? ` with ordinality ${this.column(rel.ordinality)}` : '';
        return `ProjectSet ${calls.join(', ')}${ordinality}`;
      }
      case 'recursive': {
        const columns = rel.columns.map(
          (column, i) => `${this.column(column)} = ${this.name(rel.seedColumns[i]!)} | ${this.name(rel.stepColumns[i]!)}`,
        );
        return `Recursive ${rel.name}@${rel.cte}${rel.all ? ' all' : ''} ${columns.join(', ')}`;
      }
      case 'input':
        return `Input ${rel.index} (${this.columns(rel.columns)})`;
      case 'sort':
        return `Sort ${rel.keys.map((key) => `${this.name(key.column)}${direction(key)}`).join(', ')}`;
      case 'limit':
        return [
          'Limit',
          rel.limit ? this.scalar(rel.limit) : 'all',
          ...(rel.offset ? [`offset ${this.scalar(rel.offset)}`] : []),
        ].join(' ');
      case 'distinct':
        return 'Distinct';
      case 'setop': {
        const columns = rel.columns.map(
          (column, i) => `${this.column(column)} = ${this.name(rel.leftColumns[i]!)} | ${this.name(rel.rightColumns[i]!)}`,
        );
        return `${rel.op}${rel.all ? ' all' : ''} ${columns.join(', ')}`;
      }
      case 'values':
        return `Values (${this.columns(rel.columns)}) ${rel.rows.map((row) => `(${this.scalars(row)})`).join(' ')}`.trimEnd();
      case 'with':
        return 'With';
      case 'ctescan':
        return `CteScan ${rel.name}@${rel.cte} (${this.columns(rel.columns)})`;
      case 'fence':
        return `Fence ${rel.reason}`;
      default:
        return unreachable(rel);
    }
  }

  private readonly name = (column: ColumnId): string => this.names.get(column) ?? `?#${column}`;

  private list(ids: readonly ColumnId[]): string {
    return ids.map(this.name).join(', ');
  }

  private scalar(expr: Scalar): string {
    return printScalar(expr, this.name);
  }

  private scalars(list: readonly Scalar[]): string {
    return list.map((expr) => this.scalar(expr)).join(', ');
  }

  private column(column: RelColumn): string {
    const { type } = column;
    const typmod = type.typmod < 0 ? '' : `[${type.typmod}]`;
    return `${column.name}#${column.id}${this.options.types ? ` ${type.name.replace(/^pg_catalog\./, '')}${typmod}` : ''}`;
  }

  private columns(list: readonly RelColumn[]): string {
    return list.map((column) => this.column(column)).join(', ');
  }

  private item(column: RelColumn, expr: Scalar): string {
    const passes = expr.kind === 'column' && expr.column === column.id;
    return passes ? this.column(column) : `${this.column(column)} = ${this.scalar(expr)}`;
  }
}

export function printFrame({ mode, start, end, exclude }: WindowFrame, scalar: (expr: Scalar) => string): string {
  const bound = (edge: FrameBound): string => ('offset' in edge ? `${scalar(edge.offset)} ${edge.kind}` : edge.kind);
  return `${mode} ${bound(start)} to ${bound(end)}${exclude === 'none' ? '' : ` exclude ${exclude}`}`;
}

const direction = (key: { readonly descending: boolean; readonly nullsFirst: boolean }): string => {
  const nulls = key.descending === key.nullsFirst ? '' : key.nullsFirst ? ' nulls first' : ' nulls last';
  return `${key.descending ? ' desc' : ''}${nulls}`;
};
