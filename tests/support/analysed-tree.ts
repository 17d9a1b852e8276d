/** The analysed, rewritten tree of a statement, as a plain PostgreSQL sends it while parsing. Nothing is executed. */
import pg from 'pg';

export interface AnalysedTree {
  readonly tree: Uint8Array;
  readonly columnNames: readonly string[];
}

const TREE_OPTIONS = '-c debug_print_rewritten=on -c debug_pretty_print=off -c client_min_messages=log';

/** A session whose Parse messages answer with trees. */
export async function connectForTrees(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...config, options: TREE_OPTIONS });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function analysedTree(client: pg.Client, statement: string): Promise<AnalysedTree> {
  const trees: string[] = [];
  const collect = (notice: { readonly message?: string | undefined; readonly detail?: string | undefined }): void => {
    if (notice.message === 'rewritten parse tree:' && notice.detail !== undefined) trees.push(notice.detail);
  };
  client.on('notice', collect);
  try {
    const columnNames = await parseAndDescribe(client, statement);
    if (trees.length !== 1) throw new Error(`${trees.length} trees for one statement`);
    return { tree: Buffer.from(trees[0]!), columnNames };
  } finally {
    client.off('notice', collect);
  }
}

interface RowDescription {
  readonly fields: readonly { readonly name: string }[];
}

/** Parse, Describe, Sync; node-postgres runs any object with these handlers as a query. */
function parseAndDescribe(client: pg.Client, statement: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    let names: readonly string[] = [];
    const query = {
      submit(connection: pg.Connection): void {
        connection.parse({ text: statement, name: '', types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(message: RowDescription): void {
        names = message.fields.map((field) => field.name);
      },
      handleError: reject,
      handleReadyForQuery(): void {
        resolve(names);
      },
      handleDataRow: ignore,
      handleCommandComplete: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
    };
    client.query(query);
  });
}

function ignore(): void {
  // These messages do not come for Parse and Describe.
}
