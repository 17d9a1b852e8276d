/** Real clients against a gateway with one PostgreSQL and one DuckDB source: psql and JDBC, as people use them. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Gateway } from '../../server/main.ts';
import { Federation } from '../support/federation.ts';
import { describeIf, hasCommand } from '../support/optional.ts';

let federation: Federation;
let gateway: Gateway;

beforeAll(async () => {
  federation = await Federation.create([
    {
      name: 'orders',
      columns: ['id integer NOT NULL', 'customer_id integer NOT NULL', 'total numeric(10,2)', 'ordered date'],
      primaryKey: ['id'],
      tuples: Array.from({ length: 10 }, (_, i) => `(${i + 1}, ${1 + (i % 3)}, ${i}.50, DATE '2024-02-0${1 + (i % 9)}')`),
    },
    {
      name: 'customers',
      columns: ['id integer NOT NULL', 'name text NOT NULL'],
      primaryKey: ['id'],
      tuples: ["(1, 'Ada')", "(2, 'Bela')", "(3, 'Chidi')"],
    },
  ]);
  gateway = await federation.gateway((table) => (table === 'orders' ? 'pg' : 'duck'));
});

afterAll(async () => {
  await gateway?.stop();
  await federation?.stop();
});

/** Runs a program to its end without blocking: the gateway it talks to lives in this process. */
function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, PGCONNECT_TIMEOUT: '10', LC_ALL: 'C.UTF-8', PSQLRC: '/dev/null' },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

describeIf('psql', hasCommand('psql', '--version'), 'psql', () => {
  const psql = (sql: string, ...options: string[]): Promise<string> =>
    output('psql', ['-X', '-h', gateway.host, '-p', String(gateway.port), '-U', 'ana', 'tributary', ...options, '-c', sql]);

  test('joins across sources', async () => {
    const sql = 'SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1 ORDER BY 1';
    expect(await psql(sql, '-At')).toBe('Ada|20.00\nBela|13.50\nChidi|16.50\n');
  });

  test('\\l names the database', async () => {
    expect(await psql('\\l', '-At')).toMatch(/^tributary\|/m);
  });

  test('\\dt lists the tables of all sources', async () => {
    const listed = await psql('\\dt *.orders', '-At');
    expect(listed).toContain('pg|orders|table');
    expect(await psql('\\dt', '-At')).toContain('duck|customers|table');
  });

  test('\\d shows columns, types and keys', async () => {
    const described = await psql('\\d pg.orders');
    expect(described).toContain('Table "pg.orders"');
    expect(described).toMatch(/total\s+\| numeric\(10,2\)/);
    expect(described).toContain('PRIMARY KEY');
    expect(await psql('\\d', '-At')).toContain('pg|orders|table');
  });

  test('a wrong column is marked where it stands', async () => {
    expect(await psql('SELECT nothing FROM orders')).toBe(
      'ERROR:  column "nothing" does not exist\nLINE 1: SELECT nothing FROM orders\n               ^\n',
    );
  });

  test('EXPLAIN shows what ran where', async () => {
    const plan = await psql('EXPLAIN (COSTS OFF) SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id', '-At');
    expect(plan).toContain('Remote Query on pg');
    expect(plan).toContain('Remote Query on duck');
  });

  test('\\copy (query) to stdout', async () => {
    expect(
      await psql(
        '\\copy (SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id < 3 ORDER BY 1) TO STDOUT (FORMAT csv)',
      ),
    ).toBe('1,Ada\n2,Bela\n');
  });
});

const jar = process.env['TRIBUTARY_PGJDBC'];
describeIf('jdbc', jar !== undefined && hasCommand('javac', '-version'), 'JDBC', () => {
  test('reads metadata, prepares, fetches with a cursor, recovers from an error', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-jdbc-'));
    try {
      expect(await output('javac', ['-cp', jar!, '-d', folder, path.join(__dirname, 'JdbcProbe.java')])).toBe('');
      const url = `jdbc:postgresql://${gateway.host}:${gateway.port}/tributary`;
      const lines = await output('java', ['-cp', `${folder}${path.delimiter}${jar!}`, 'JdbcProbe', url, 'ana']);
      expect(lines.split('\n')).toEqual([
        expect.stringMatching(/^tables \[.*duck\.customers.*pg\.orders.*\]$/),
        'columns [id:int4:NO, customer_id:int4:NO, total:numeric:YES, ordered:date:YES]',
        'keys [id]',
        'prepared 1/Ada/0.50 2/Bela/1.50',
        'prepared 1/Ada/0.50 2/Bela/1.50',
        'cursor 10',
        'error 42703',
        'after error 10',
        '',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
