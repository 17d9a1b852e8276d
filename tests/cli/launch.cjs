/** The command line from its source: `node tests/cli/launch.cjs serve -c FILE`. */
const path = require('node:path');

const [node, , ...args] = process.argv;
// Reading any file with it teaches `require` TypeScript.
process.argv = [node, __filename, path.join(__dirname, '../../core/assert.ts')];
require('../support/run-typescript.cjs');
process.argv = [node, 'tributary', ...args];
require('../../cli/main.ts');
