/**
 * Everything an analysed tree names by OID, found in one iterative walk over all of it: what the catalog lookup must load
 * before conversion, what privileges the statement needs at every level (views and policies included), and, cheaply,
 * whether it reads mirrors at all. Runs before any conversion.
 */
import { implicitCastFunctions } from './implicit-casts.ts';
import { XML_TYPE } from './native-expressions.ts';
import { RECORD_ARRAY_TYPE, RECORD_TYPE } from './row-types.ts';
import { integer, integers, isNode, SUBLINK_ARRAY } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

/** One entry of a query level's rteperminfos. Attribute numbers as PostgreSQL stores them: attno + 7; 7 = whole row. */
export interface RelationPermission {
  readonly relation: number;
  /** Bits of AclMode: INSERT 1, SELECT 2, UPDATE 4, DELETE 8. */
  readonly requiredPerms: number;
  /** Role to check as; 0: the current user. */
  readonly checkAsUser: number;
  /** Empty with SELECT required: any column will do. */
  readonly selectedColumns: readonly number[];
}

interface StatementOids {
  /** Relations read (views expanded are not among them). */
  readonly relations: ReadonlySet<number>;
  readonly types: ReadonlySet<number>;
  readonly functions: ReadonlySet<number>;
  /** Those of `functions` that the statement itself calls. */
  readonly called: ReadonlySet<number>;
  readonly operators: ReadonlySet<number>;
  /** Those of `operators` that compare rows. */
  readonly rowOperators: ReadonlySet<number>;
  readonly collations: ReadonlySet<number>;
  readonly permissions: readonly RelationPermission[];
}

type OidKind = 'type' | 'function' | 'operator' | 'collation';

/** The OID fields of expression nodes; a field's name means the same in every node that has it. */
const OID_FIELDS: readonly (readonly [OidKind, readonly string[]])[] = [
  [
    'type',
    [
      'vartype',
      'consttype',
      'paramtype',
      'aggtype',
      'wintype',
      'opresulttype',
      'funcresulttype',
      'resulttype',
      'array_typeid',
      'element_typeid',
      'casetype',
      'coalescetype',
      'minmaxtype',
      'refrestype',
      'row_typeid',
      'typid',
      'typeId',
      'type',
      'colTypes',
      'coltypes',
      'ctecoltypes',
    ],
  ],
  ['function', ['funcid', 'inlinedfuncid', 'opfuncid', 'aggfnoid', 'winfnoid', 'startInRangeFunc', 'endInRangeFunc']],
  ['operator', ['opno', 'eqop', 'sortop', 'opnos']],
  [
    'collation',
    [
      'varcollid',
      'constcollid',
      'paramcollid',
      'aggcollid',
      'wincollid',
      'opcollid',
      'funccollid',
      'inputcollid',
      'resultcollid',
      'array_collid',
      'casecollid',
      'coalescecollid',
      'minmaxcollid',
      'refcollid',
      'collOid',
      'collation',
      'inputcollids',
      'colCollations',
      'colcollations',
    ],
  ],
];
/** Its `type` says which constructor it is. */
const JSON_CONSTRUCTOR = 'JSONCONSTRUCTOREXPR';
const kindOfField = new Map<string, OidKind>(OID_FIELDS.flatMap(([kind, names]) => names.map((name) => [name, kind] as const)));

/** Calls `visit` for every node of a tree, without recursion. */
export function visitTree(tree: TreeValue, visit: (node: TreeNode) => void): void {
  const open: TreeValue[] = [tree];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) for (const item of value as readonly TreeValue[]) open.push(item);
    else if (isNode(value)) {
      visit(value);
      for (const field in value) {
        const part = value[field];
        if (typeof part === 'object' && part !== null) open.push(part);
      }
    }
  }
}

const readsRelation = (node: TreeNode): boolean => node.tag === 'RANGETBLENTRY' && node['rtekind'] === 0;

/** The relations a statement's tree reads or writes: empty or without mirrors, and the statement belongs to the catalog server. */
export function relationOids(tree: TreeValue): ReadonlySet<number> {
  const relations = new Set<number>();
  visitTree(tree, (node) => {
    if (readsRelation(node)) relations.add(integer(node, 'relid'));
  });
  return relations;
}

export function statementOids(tree: TreeValue): StatementOids {
  const relations = new Set<number>();
  const found = {
    type: new Set<number>(),
    function: new Set<number>(),
    operator: new Set<number>(),
    collation: new Set<number>(),
  };
  const permissions: RelationPermission[] = [];
  const rowOperators = new Set<number>();
  let hasSetOperations = false;
  visitTree(tree, (node) => {
    if (readsRelation(node)) relations.add(integer(node, 'relid'));
    if (node.tag === 'RTEPERMISSIONINFO') permissions.push(permission(node));
    if (node.tag === 'XMLEXPR') found.type.add(XML_TYPE);
    if (node.tag === 'TABLEFUNC') found.type.add(RECORD_TYPE);
    if (node.tag === 'SUBLINK' && node['subLinkType'] === SUBLINK_ARRAY) found.type.add(RECORD_ARRAY_TYPE);
    if (node.tag === 'SETOPERATIONSTMT') hasSetOperations = true;
    if (node.tag === 'ROWCOMPAREEXPR') for (const operator of integers(node, 'opnos')) rowOperators.add(operator);
    for (const field in node) {
      const kind = kindOfField.get(field);
      if (kind === undefined || (field === 'type' && node.tag === JSON_CONSTRUCTOR)) continue;
      const value = node[field];
      if (typeof value === 'number') {
        if (value > 0) found[kind].add(value);
      } else if (Array.isArray(value)) {
        for (const oid of value as readonly TreeValue[]) if (typeof oid === 'number' && oid > 0) found[kind].add(oid);
      }
    }
  });
  return {
    relations,
    types: found.type,
    functions: hasSetOperations ? new Set([...found.function, ...implicitCastFunctions]) : found.function,
    called: found.function,
    operators: found.operator,
    rowOperators,
    collations: found.collation,
    permissions,
  };
}

const permission = (node: TreeNode): RelationPermission => ({
  relation: integer(node, 'relid'),
  requiredPerms: integer(node, 'requiredPerms'),
  checkAsUser: integer(node, 'checkAsUser'),
  selectedColumns: integers(node, 'selectedCols'),
});
