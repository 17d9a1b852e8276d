/**
 * Expression trees → Scalar. Part of planner/analyze: everything was resolved by PostgreSQL, so this is translation: OIDs to
 * functions and types, Vars to column ids. Typmods follow exprTypmod() of PostgreSQL's nodeFuncs.c; a node or a non-default
 * field that is not translated is 0A000 by name, never dropped.
 */
import type { CaseScalar, ConstScalar, Scalar } from '../../algebra/scalar.ts';
import type { Datum } from '../../core/datum.ts';
import { assert } from '../../core/assert.ts';
import { sqlType, withCollation, withTypmod } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { convertCall, convertOperatorCall, operatorFunction } from './calls.ts';
import { convertArrayCast, convertDomainCast, convertIoCast, convertRelabel } from './casts.ts';
import { afterBranches, afterNulls, afterUndecided, insideBranch } from './conditions.ts';
import { readDatumBytes } from './datum-reader.ts';
import { commonTypmod } from './typmods.ts';
import { convertNative } from './native-expressions.ts';
import type { ExpressionContext, GroupedColumns } from './scope.ts';
import { outerContext } from './scope.ts';
import { convertField, convertRow, convertRowNullTest } from './rows.ts';
import { rowTypeAmong, rowTypeFrom } from './row-types.ts';
import { wholeRow } from './whole-rows.ts';
import { convertRowComparison } from './row-comparison.ts';
import { convertSessionValue } from './session-values.ts';
import { convertSubscript } from './subscripts.ts';
import { systemColumnName } from './system-columns.ts';
import { child, flag, integer, nodes, optionalChild, PARAM_EXTERNAL, PARAM_SUBLINK, text } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

const BOOL = sqlType('bool');
const UNKNOWN_TYPE = 705;

/** Converts one subquery in an expression; made in sublinks.ts, which needs whole queries. */
type SubqueryConverter = (node: TreeNode, context: ExpressionContext) => Scalar;

export class ExpressionConverter {
  readonly analysis: Analysis;
  private readonly convertSubquery: SubqueryConverter;

  constructor(analysis: Analysis, convertSubquery: SubqueryConverter) {
    this.analysis = analysis;
    this.convertSubquery = convertSubquery;
  }

  convert(node: TreeNode, context: ExpressionContext): Scalar {
    this.analysis.enter();
    const scalar = this.convertNode(node, context);
    this.analysis.leave();
    return scalar;
  }

  /** Arguments that are evaluated one after the other, if at all: each in a context that the ones before it make. */
  private inTurn(list: readonly TreeNode[], contextAfter: (before: readonly Scalar[]) => ExpressionContext): Scalar[] {
    const args: Scalar[] = [];
    for (const node of list) args.push(this.convert(node, contextAfter([...args])));
    return args;
  }

  all(list: readonly TreeNode[], context: ExpressionContext): Scalar[] {
    const scalars: Scalar[] = [];
    for (const node of list) scalars.push(this.convert(node, context));
    return scalars;
  }

  private convertNode(node: TreeNode, context: ExpressionContext): Scalar {
    const { analysis } = this;
    const location = analysis.location(node);
    switch (node.tag) {
      case 'VAR':
        return this.variable(node, context);
      case 'CONST':
        return this.constant(node);
      case 'PARAM':
        return this.parameter(node, context);
      case 'FUNCEXPR':
        return convertCall(this, node, context);
      case 'OPEXPR':
        return convertOperatorCall(this, node, context);
      case 'BOOLEXPR': {
        const operation = text(node, 'boolop');
        if (operation === 'not') return { kind: 'not', arg: this.all(nodes(node, 'args'), context)[0]!, type: BOOL, location };
        assert(operation === 'and' || operation === 'or', `BOOLEXPR of ${operation}`);
        const args = this.inTurn(nodes(node, 'args'), (before) => afterUndecided(context, before, operation === 'or'));
        return { kind: operation, args, type: BOOL, location };
      }
      case 'NULLTEST':
        if (flag(node, 'argisrow')) return convertRowNullTest(this, node, context);
        return {
          kind: 'nulltest',
          arg: this.convert(child(node, 'arg'), context),
          negated: integer(node, 'nulltesttype') === 1,
          type: BOOL,
          location,
        };
      case 'BOOLEANTEST': {
        const test = integer(node, 'booltesttype');
        return {
          kind: 'booltest',
          arg: this.convert(child(node, 'arg'), context),
          test: (['true', 'false', 'unknown'] as const)[test >> 1]!,
          negated: (test & 1) === 1,
          type: BOOL,
          location,
        };
      }
      case 'DISTINCTEXPR':
      case 'NULLIFEXPR': {
        const [left, right] = this.all(nodes(node, 'args'), context);
        const { operator, fn } = operatorFunction(analysis, node);
        const inputCollation = analysis.collation(integer(node, 'inputcollid'));
        const parts = { equality: fn, operator, left: left!, right: right!, inputCollation, location };
        if (node.tag === 'DISTINCTEXPR') return { kind: 'distinct', ...parts, type: BOOL };
        const type = analysis.type(integer(node, 'opresulttype'), left!.type.typmod, integer(node, 'opcollid'));
        return { kind: 'nullif', ...parts, type };
      }
      case 'SCALARARRAYOPEXPR': {
        const [left, array] = this.all(nodes(node, 'args'), context);
        const { operator, fn } = operatorFunction(analysis, node);
        return {
          kind: 'arraycompare',
          quantifier: flag(node, 'useOr') ? 'any' : 'all',
          fn,
          operator,
          left: left!,
          array: array!,
          inputCollation: analysis.collation(integer(node, 'inputcollid')),
          type: BOOL,
          location,
        };
      }
      case 'CASEEXPR':
        return this.caseExpression(node, context);
      case 'CASETESTEXPR': {
        if (context.testValue !== undefined) return context.testValue;
        const type = analysis.type(integer(node, 'typeId'), integer(node, 'typeMod'), integer(node, 'collation'));
        return context.insideArrayCast ? { kind: 'param', index: 0, type } : { kind: 'caseoperand', type };
      }
      case 'COALESCEEXPR': {
        const args = this.inTurn(nodes(node, 'args'), (before) => afterNulls(context, before));
        const type = this.resultType(node, 'coalescetype', 'coalescecollid', args);
        return { kind: 'coalesce', args, type, location };
      }
      case 'MINMAXEXPR': {
        const args = this.all(nodes(node, 'args'), context);
        const type = this.resultType(node, 'minmaxtype', 'minmaxcollid', args);
        const inputCollation = analysis.collation(integer(node, 'inputcollid'));
        return { kind: integer(node, 'op') === 0 ? 'greatest' : 'least', args, inputCollation, type, location };
      }
      case 'RELABELTYPE':
        return convertRelabel(this, node, context);
      case 'COERCEVIAIO':
        return convertIoCast(this, node, context);
      case 'ARRAYCOERCEEXPR':
        return convertArrayCast(this, node, context);
      case 'COLLATEEXPR': {
        const arg = this.convert(child(node, 'arg'), context);
        const type = withCollation(arg.type, analysis.collation(integer(node, 'collOid')));
        return { kind: 'cast', how: 'relabel', arg, type, explicit: true, location };
      }
      case 'COERCETODOMAIN':
        return convertDomainCast(this, node, context);
      case 'ARRAYEXPR':
        return this.array(node, context);
      case 'JSONVALUEEXPR':
      case 'JSONCONSTRUCTOREXPR':
      case 'JSONISPREDICATE':
      case 'JSONEXPR':
      case 'XMLEXPR':
        return convertNative(this, node, context);
      case 'ROWEXPR':
        return convertRow(this, node, context);
      case 'FIELDSELECT':
        return convertField(this, node, context);
      case 'ROWCOMPAREEXPR':
        return convertRowComparison(this, node, context);
      case 'SUBSCRIPTINGREF':
        return convertSubscript(this, node, context);
      case 'SQLVALUEFUNCTION':
        return convertSessionValue(analysis, node);
      case 'SUBLINK':
      case 'INLINEDFUNCTION':
        return this.convertSubquery(node, context);
      case 'AGGREF':
        return groupedAt(context, integer(node, 'agglevelsup')).aggregate(node);
      case 'GROUPINGFUNC':
        return groupedAt(context, integer(node, 'agglevelsup')).grouping(node);
      case 'WINDOWFUNC':
        assert(context.windows !== undefined, 'a window function where none can be');
        return context.windows.call(node);
      default:
        throw analysis.unsupported(UNSUPPORTED_NODES[node.tag] ?? `expression node ${node.tag}`, node);
    }
  }

  private variable(node: TreeNode, inner: ExpressionContext): Scalar {
    const { analysis } = this;
    if (integer(node, 'varreturningtype') !== 0) throw analysis.unsupported('OLD and NEW in RETURNING', node);
    const context = outerContext(inner, integer(node, 'varlevelsup'));
    const attribute = integer(node, 'varattno');
    const entry = context.scope.entries[integer(node, 'varno') - 1];
    if (entry === undefined) throw analysis.unsupported('LATERAL reference', node);
    if (entry.kind === 'group') {
      if (context.grouped !== null) return context.grouped.group(attribute - 1);
      return this.convert(entry.expressions[attribute - 1]!, context);
    }
    if (attribute === 0) return wholeRow(this, node, entry, context);
    if (entry.kind === 'join') return this.convert(entry.aliases[attribute - 1]!, context);
    const column = attribute < 0 ? entry.systemColumns?.get(attribute) : entry.columns[attribute - 1];
    if (attribute < 0 && column === undefined)
      throw analysis.unsupported(`system column ${systemColumnName(attribute)} of "${entry.name}"`, node);
    assert(column !== undefined, `column ${attribute} of "${entry.name}" is not known`);
    const expected = analysis.lookup.type(integer(node, 'vartype'));
    assert(column.type.oid === expected.oid, `column "${column.name}" is of type ${column.type.name}, not ${expected.name}`);
    const reference: Scalar = { kind: 'column', column: column.id, type: column.type, location: analysis.location(node) };
    const visible = context.grouped === null ? reference : context.grouped.dependent(reference);
    return (context !== inner && inner.grouped?.outer(visible)) || visible;
  }

  private constant(node: TreeNode): Scalar {
    const { analysis } = this;
    const oid = integer(node, 'consttype');
    const location = analysis.location(node);
    // A literal that stayed `unknown` is an argument of an "any" function, which reads it as text.
    const isUnknown = oid === UNKNOWN_TYPE;
    const type = isUnknown ? sqlType('text') : analysis.type(oid, integer(node, 'consttypmod'), integer(node, 'constcollid'));
    if (flag(node, 'constisnull')) return { kind: 'const', value: null, type, location };
    const bytes = node['constvalue'];
    assert(bytes instanceof Uint8Array, 'a constant without a value');
    const text = analysis.constantTexts.get(node);
    if (text !== undefined) {
      const arg: ConstScalar = { kind: 'const', value: text, type: sqlType('text'), location };
      return { kind: 'cast', how: 'io', arg, type, explicit: true, location };
    }
    if (isUnknown) return { kind: 'const', value: Buffer.from(bytes).toString('utf8', 0, bytes.length - 1), type, location };
    return { kind: 'const', value: readDatumBytes(type, bytes, (label) => analysis.lookup.enumLabel(label)), type, location };
  }

  private parameter(node: TreeNode, context: ExpressionContext): Scalar {
    const { analysis } = this;
    const kind = integer(node, 'paramkind');
    const index = integer(node, 'paramid');
    if (kind === PARAM_SUBLINK) {
      const column = context.subqueryColumns?.[index - 1];
      if (column === undefined) throw analysis.unsupported('assignment from a subquery', node);
      return column;
    }
    assert(kind === PARAM_EXTERNAL, `a parameter of kind ${kind}`);
    const type = analysis.type(integer(node, 'paramtype'), integer(node, 'paramtypmod'), integer(node, 'paramcollid'));
    return { kind: 'param', index, type, location: analysis.location(node) };
  }

  private caseExpression(node: TreeNode, context: ExpressionContext): CaseScalar {
    const arg = optionalChild(node, 'arg');
    const operand = arg ? this.convert(arg, context) : undefined;
    const before: Scalar[] = [];
    const branches = nodes(node, 'args').map((branch) => {
      const when = this.convert(child(branch, 'expr'), afterBranches(context, { operand, before }));
      const then = this.convert(child(branch, 'result'), insideBranch(context, { operand, before: [...before] }, when));
      before.push(when);
      return { when, then };
    });
    const otherwise = this.convert(child(node, 'defresult'), afterBranches(context, { operand, before }));
    const type = this.resultType(node, 'casetype', 'casecollid', [otherwise, ...branches.map((branch) => branch.then)]);
    return { kind: 'case', ...(operand ? { operand } : {}), branches, otherwise, type, location: this.analysis.location(node) };
  }

  /** A list of constants becomes one array constant: IN lists can be long. */
  private array(node: TreeNode, context: ExpressionContext): Scalar {
    const { analysis } = this;
    const nested = flag(node, 'multidims');
    const elements = this.all(nodes(node, 'elements'), context);
    const base = analysis.type(integer(node, 'array_typeid'), -1, integer(node, 'array_collid'));
    const elementType = nested ? base : analysis.lookup.type(integer(node, 'element_typeid'));
    const type = rowTypeFrom(
      withTypmod(base, commonTypmod(elementType, elements)),
      elements.map((element) => element.type),
    );
    const location = analysis.location(node);
    const values: Datum[] = [];
    if (!nested && type.element?.kind !== 'opaque' && type.element?.kind !== 'composite') {
      for (const element of elements) if (element.kind === 'const') values.push(element.value);
      if (values.length === elements.length) {
        const dims = values.length === 0 ? [] : [values.length];
        return { kind: 'const', value: { dims, lowerBounds: dims.map(() => 1), elements: values }, type, location };
      }
    }
    return { kind: 'array', elements, nested, type, location };
  }

  private resultType(node: TreeNode, typeField: string, collationField: string, parts: readonly Scalar[]): SqlType {
    const type = this.analysis.type(integer(node, typeField), -1, integer(node, collationField));
    return rowTypeAmong(this.analysis, type, parts) ?? withTypmod(type, commonTypmod(type, parts));
  }
}

/** An aggregate in a subquery may be an outer query's: there it reads as a column of the outer query. */
function groupedAt(context: ExpressionContext, levels: number): GroupedColumns {
  const { grouped } = outerContext(context, levels);
  assert(grouped !== null, 'an aggregate where none can be');
  return grouped;
}

/** How users call what is not translated. */
const UNSUPPORTED_NODES: Readonly<Record<string, string>> = {
  FIELDSTORE: 'assignment to a field',
  CONVERTROWTYPEEXPR: 'whole-row conversion',
  NAMEDARGEXPR: 'named argument',
  CURRENTOFEXPR: 'WHERE CURRENT OF',
  NEXTVALUEEXPR: 'sequence default',
  MERGESUPPORTFUNC: 'MERGE_ACTION()',
};
