/** The layer rules of .dependency-cruiser.cjs, failing also when nothing was read (an unsupported compiler reads as "no violations"). */
import { createRequire } from 'node:module';
import { cruise } from 'dependency-cruiser';
import extractTypeScriptConfiguration from 'dependency-cruiser/config-utl/extract-ts-config';

const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const rooms = ['core', 'algebra', 'catalog', 'planner', 'connectors', 'executor', 'server', 'cli'];
const { output } = await cruise(
  rooms,
  { ...configuration.options, ruleSet: { forbidden: configuration.forbidden }, validate: true },
  undefined,
  { tsConfig: extractTypeScriptConfiguration('tsconfig.json') },
);
const { violations, totalCruised } = output.summary;
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
if (totalCruised < 50) console.error(`only ${totalCruised} modules were read`);
console.log(`${totalCruised} modules, ${violations.length} violations of the layers`);
process.exitCode = violations.length > 0 || totalCruised < 50 ? 1 : 0;
