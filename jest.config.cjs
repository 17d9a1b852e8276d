/** Tests are compiled to CommonJS by swc, without type checking: `npm run check` does that part. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json', 'node'],
  reporters: ['default', '<rootDir>/tests/support/skipped-reporter.cjs'],
  testTimeout: 120_000,
  // A test waits for its databases about as often as it computes.
  maxWorkers: '100%',
};
