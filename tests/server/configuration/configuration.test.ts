import { configurationJsonSchema } from '../../../server/configuration/schema.ts';
import { ConfigurationError, parseConfiguration } from '../../../server/configuration/load.ts';

const problems = (yaml: string, environment: Record<string, string> = {}): readonly string[] => {
  try {
    parseConfiguration(yaml, '/etc/tributary.yaml', environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map((p) => `${p.line}:${p.column} ${p.message}`);
    throw error;
  }
  return [];
};

const TRUST = 'auth: { method: trust }\n';

describe('a configuration file', () => {
  test('gives every knob its default and makes paths absolute', () => {
    const { configuration } = parseConfiguration(
      `${TRUST}sources:\n  lake: { type: duckdb, path: ./lake.duckdb }\n  files: { type: duckdb, tables: { rates: ./rates.csv } }\n`,
      '/etc/tributary.yaml',
      {},
    );
    expect(configuration.listen).toEqual({ host: '127.0.0.1', port: 5433 });
    expect(configuration.limits.query_memory).toBe(512 * 1024 * 1024);
    expect(configuration.sources['lake']).toMatchObject({ path: '/etc/lake.duckdb', read_only: true });
    expect(configuration.sources['files']).toMatchObject({ tables: { rates: '/etc/rates.csv' } });
  });

  test('takes the environment, with defaults, also where a number is expected', () => {
    const yaml = `${TRUST}listen: { port: \${PORT:-6000} }\nsources:\n  shop: { type: postgres, url: "postgres://a@\${HOST}/x", password: \${PW} }\n`;
    const { configuration } = parseConfiguration(yaml, 'x.yaml', { HOST: 'db', PW: '123' });
    expect(configuration.listen.port).toBe(6000);
    expect(configuration.sources['shop']).toMatchObject({ url: 'postgres://a@db/x', password: '123' });
  });

  test.each([
    [
      'an unset variable',
      `${TRUST}sources:\n  shop: { type: postgres, url: "postgres://\${NOBODY}/x" }\n`,
      '3:32 environment variable NOBODY is not set',
    ],
    ['an unknown key', `${TRUST}listne: {}\n`, '2:1 unknown key "listne"; did you mean "listen"?'],
    [
      'an unknown key within',
      `${TRUST}limits:\n  conections: 3\n`,
      '3:3 limits: unknown key "conections"; did you mean "connections"?',
    ],
    [
      'an unknown key of a source',
      `${TRUST}sources:\n  a: { type: duckdb, pth: x, path: y }\n`,
      '3:22 sources.a: unknown key "pth"; did you mean "path"?',
    ],
    [
      'a reserved source name',
      `${TRUST}sources:\n  public: { type: duckdb, path: y }\n`,
      '3:3 sources.public: this name is reserved',
    ],
    ['a bad size', `${TRUST}limits: { memory: lots }\n`, '2:19 limits.memory: expected something like 512MB'],
    ['a port out of range', `${TRUST}listen: { port: 70000 }\n`, '2:17 listen.port: Too big: expected number to be <=65535'],
    [
      'trust for the world',
      'listen: { host: 0.0.0.0 }\nauth: { method: trust }\n',
      '2:17 auth.method: trust on 0.0.0.0 would let anyone in: use scram-sha-256, or say allow_insecure: true',
    ],
    [
      'a user of an unknown source',
      'auth: { users: [{ name: ana, password: x, sources: [shop] }] }\n',
      '1:53 auth.users.0.sources.0: no source is called shop',
    ],
  ])('%s is named with its line and column', (_, yaml, expected) => {
    expect(problems(yaml)).toEqual([expected]);
  });

  test('malformed YAML is reported where it breaks', () => {
    expect(problems('listen: { port: 1\nauth: x')[0]).toMatch(/^2:\d+ /);
  });

  test('has a JSON Schema with the same keys', () => {
    const schema = configurationJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
    expect(Object.keys(schema.properties)).toContain('sources');
    expect(schema.additionalProperties).toBe(false);
  });
});
