/** psql itself, when it is there: results, descriptions, COPY, variables, cancelled by a signal. */
import { spawn } from 'node:child_process';
import { describeIf, hasCommand } from '../support/optional.ts';
import { startShop } from './shop.ts';
import type { Shop } from './shop.ts';

describeIf('psql', hasCommand('psql', '--version'), 'psql', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop?.stop());

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    PGHOST: shop.gateway.host,
    PGPORT: String(shop.gateway.port),
    PGUSER: 'tester',
    PGDATABASE: 'tributary',
    PSQLRC: '/dev/null',
  });

  /** What a script prints, errors after results. */
  function psql(input: string, ...args: string[]): Promise<string> {
    return new Promise((resolve) => {
      const child = spawn('psql', ['-X', '-q', ...args], { env: environment() });
      let [out, errors] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.on('close', () => resolve(out + errors));
      child.stdin.end(input);
    });
  }

  test('\\dt and \\d', async () => {
    const tables = await psql('\\dt shop.*\n\\dt lake.*\n', '-At');
    expect(tables.split('\n').sort()).toEqual(['', 'lake|orders|table|tributary_owner', 'shop|big|table|tributary_owner', 'shop|customers|table|tributary_owner']); // prettier-ignore
    const described = await psql('\\d shop.customers\n');
    expect(described).toContain('credit  | numeric(10,2)            |');
    expect(described).toContain('"customers_pkey" PRIMARY KEY, btree (id)');
    expect(await psql('\\dn\n', '-At')).toContain('shop|tributary_owner');
  });

  test('every command that describes something finds its columns in the catalog', async () => {
    const commands = String.raw`
      \d shop.customers | \d+ shop.customers | \d+ lake.orders | \dt+ shop.* | \dt+ lake.* | \d+ | \dS+ pg_class | \dn+ | \df+
      \dfa | \dfw | \dv+ | \dm+ | \di+ shop.* | \ds+ | \dE+ | \du+ | \dg
      \l+ | \dp | \z shop.* | \dT+ | \dD+ | \dC+ | \dc+ | \dO+ | \do+ =
      \dA+ | \dAc btree | \dAf btree | \dAo btree | \dAp btree | \dF+ | \dFd+ | \dFp+ | \dFt+
      \dL+ | \dx+ | \dy+ | \des+ | \det+ | \deu+ | \dew+ | \dP+ | \dRp+
      \dX | \dd | \ddp | \drds | \dl+ | \dconfig+ work_mem | \conninfo | \sf+ pg_catalog.upper(text) | \encoding`.split(
      /\s*[|\n]\s*/,
    );
    const views = 'CREATE TEMP VIEW described AS SELECT id, name FROM shop.customers;\n';
    const output = await psql(
      `${views}${[...commands, '\\sv+ described', '\\d+ described'].join('\n')}\n`,
      '-v',
      'VERBOSITY=verbose',
    );
    expect(output.match(/^.*(?:ERROR|FATAL|invalid command).*$/gm) ?? []).toEqual([]);
    expect(output).toMatch(/View "pg_temp_\d+.described"/);
  });

  test('\\l', async () => {
    expect(await psql('\\l\n', '-At')).toMatch(/^tributary\|/m);
  });

  test('rows, errors with their position, \\copy', async () => {
    expect(await psql('select id, name from shop.customers where id < 3 order by 1;', '-At')).toBe('1|name 1\n2|name 2\n');
    expect(await psql('select nope from shop.customers;')).toContain(
      'ERROR:  column "nope" does not exist\nLINE 1: select nope from shop.customers;\n               ^\n',
    );
    expect(await psql('\\copy (select id, region from shop.customers where id < 3 order by id) to stdout csv')).toBe(
      '1,south\n2,east\n',
    );
    expect(
      await psql('begin; declare c cursor for select id from shop.customers order by id; \nfetch 2 from c; commit;', '-At'),
    ).toBe('1\n2\n');
  });

  test('FETCH_COUNT reads through a cursor', async () => {
    const rows = await psql('\\set FETCH_COUNT 1000\nselect id from shop.big order by id;', '-At');
    expect(rows.split('\n')).toHaveLength(400_001);
  });

  test('Ctrl-C cancels', async () => {
    const child = spawn('psql', ['-X', '-q'], { env: environment() });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const closed = new Promise((resolve) => child.on('close', resolve));
    child.stdin.end('select count(*) from shop.big a, shop.big b where a.t < b.t;\n');
    await new Promise((resolve) => setTimeout(resolve, 800));
    child.kill('SIGINT');
    await closed;
    expect(errors).toContain('canceling statement due to user request');
  });
});
