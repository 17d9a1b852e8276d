/** EXPLAIN of a federated query: the plan as rows of PostgreSQL's QUERY PLAN column; with ANALYZE, after running it. */
import { sqlType } from '../../core/sql-type.ts';
import { featureNotSupported, invalidParameterValue, sqlError } from '../../core/sql-error.ts';
import { backend, commandComplete, message } from '../wire/backend-messages.ts';
import { prepareExecution } from './federated-execution.ts';
import type { ParameterSource } from './federated-execution.ts';
import { FederatedPortal } from './federated-portal.ts';
import { sessionPortals } from './local-portals.ts';
import type { Session } from './session.ts';
import type { Statement } from './session-state.ts';
import type { SyntaxNode } from './statement-text.ts';
import type { TakenStatement } from './taken-statement.ts';

export interface ExplainRequest {
  readonly analyze: boolean;
  readonly verbose: boolean;
  readonly costs: boolean;
  readonly summary: boolean;
  /** Shows the search. Ours. */
  readonly optimizer: boolean;
  readonly format: 'text' | 'json' | 'yaml';
}

const typeOf = { text: sqlType('text').oid, json: sqlType('json').oid, yaml: sqlType('text').oid } as const;

export async function explainFederated(
  session: Session,
  taken: TakenStatement,
  node: SyntaxNode,
  statement: Statement,
  parameters: ParameterSource,
): Promise<void> {
  const request = readRequest(node);
  const prepared = await prepareExecution(session, statement, parameters);
  const portal = new FederatedPortal(statement, null);
  const lines = await session.runPortal(portal, prepared.context.statementTimeoutMs, () =>
    session.federation.explain(prepared, request, {
      signal: portal.abort.signal,
      transactions: session.siteTransactions,
      local: sessionPortals(session),
    }),
  );
  if (taken.describe) session.write(queryPlanDescription(typeOf[request.format]));
  for (const line of lines) session.write(textRow(line));
  session.write(commandComplete('EXPLAIN'));
}

const textRow = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(6);
  head.writeInt16BE(1, 0);
  head.writeInt32BE(bytes.length, 2);
  return message(backend.dataRow, Buffer.concat([head, bytes]));
};

function queryPlanDescription(typeOid: number): Buffer {
  const tail = Buffer.alloc(18);
  tail.writeUInt32BE(typeOid, 6);
  tail.writeInt16BE(-1, 10);
  tail.writeInt32BE(-1, 12);
  return message(backend.rowDescription, Buffer.concat([Buffer.from([0, 1]), Buffer.from('QUERY PLAN\0'), tail]));
}

/** PostgreSQL's options (ExplainQuery); those about its own executor have nothing to add here and are accepted. */
function readRequest(node: SyntaxNode): ExplainRequest {
  const options = new Map<string, string>();
  for (const option of (node['options'] ?? []) as {
    DefElem?: { defname?: string; arg?: Record<string, Record<string, string | number | boolean>> };
  }[]) {
    const [value] = Object.values(option.DefElem?.arg ?? {});
    options.set(
      String(option.DefElem?.defname).toLowerCase(),
      String(value?.['sval'] ?? value?.['boolval'] ?? value?.['ival'] ?? 'true').toLowerCase(),
    );
  }
  const known = [
    'analyze',
    'verbose',
    'costs',
    'buffers',
    'settings',
    'summary',
    'timing',
    'wal',
    'memory',
    'generic_plan',
    'serialize',
    'format',
    'optimizer',
  ];
  for (const name of options.keys()) {
    if (!known.includes(name)) throw sqlError('42601', `unrecognized EXPLAIN option "${name}"`);
  }
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = options.get(name);
    if (value === undefined) return otherwise;
    if (['true', 'on', '1'].includes(value)) return true;
    if (['false', 'off', '0'].includes(value)) return false;
    throw sqlError('42601', `${name} requires a Boolean value`);
  };
  const format = options.get('format') ?? 'text';
  if (format === 'xml') throw featureNotSupported('EXPLAIN (FORMAT XML) over federated tables');
  if (format !== 'text' && format !== 'json' && format !== 'yaml') {
    throw invalidParameterValue(`unrecognized value for EXPLAIN option "format": "${format}"`);
  }
  const analyze = flag('analyze', false);
  return {
    analyze,
    verbose: flag('verbose', false),
    costs: flag('costs', true),
    summary: flag('summary', analyze),
    optimizer: flag('optimizer', false),
    format,
  };
}
