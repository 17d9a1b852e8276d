/**
 * Tests that need a program which may not be installed. Missing, they are skipped and named in the last lines of the run;
 * listed in TRIBUTARY_REQUIRE (comma-separated), missing is a failure.
 */
import { spawnSync } from 'node:child_process';

const required = new Set((process.env['TRIBUTARY_REQUIRE'] ?? '').split(',').map((name) => name.trim()));

export const hasCommand = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

export function describeIf(name: string, present: boolean, title: string, tests: () => void): void {
  if (present) describe(title, tests);
  else if (required.has(name)) {
    test(`${title} needs ${name}`, () => {
      throw new Error(`${name} is required by TRIBUTARY_REQUIRE but not installed`);
    });
  } else test.skip(`needs ${name}: ${title}`, () => undefined);
}
