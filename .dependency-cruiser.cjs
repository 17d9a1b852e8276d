/** The five floors of docs/architecture.md: arrows only run down, siblings never import each other. */
const floors = {
  core: [],
  algebra: ['core'],
  catalog: ['core', 'algebra'],
  planner: ['core', 'algebra'],
  connectors: ['core', 'algebra'],
  executor: ['core', 'algebra'],
};
floors.server = Object.keys(floors);
floors.cli = Object.keys(floors);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...Object.entries(floors).map(([room, below]) => ({
      name: `${room}-reaches-only-down`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: {
        pathNot: [`^(${[room, ...below].join('|')})/`, 'node_modules'],
        dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg'],
      },
    })),
    {
      name: 'connectors-do-not-meet',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/', pathNot: ['^connectors/sql/', '^connectors/$1/'] },
    },
    {
      name: 'only-main-names-connectors',
      severity: 'error',
      from: { path: '^(server|cli)/', pathNot: '^server/main\\.ts$' },
      to: { path: '^connectors/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
