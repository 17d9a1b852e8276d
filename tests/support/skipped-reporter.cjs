/** The last lines of a test run: which optional clients were not there, by name. Such tests are titled "needs NAME: …". */
module.exports = class SkippedReporter {
  onRunComplete(_contexts, results) {
    const missing = new Map();
    for (const file of results.testResults) {
      for (const test of file.testResults) {
        const name = test.status === 'pending' ? /needs (\S+):/.exec(test.fullName)?.[1] : undefined;
        if (name) missing.set(name, (missing.get(name) ?? 0) + 1);
      }
    }
    for (const [name, count] of missing)
      console.log(`skipped: ${name} is not installed (${count} ${count === 1 ? 'test' : 'tests'})`);
    console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${results.numPendingTests} skipped`);
  }
};
