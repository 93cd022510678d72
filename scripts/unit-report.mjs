/**
 * vitest's JSON report, and what that leaves out: `unhandledErrors`, how many errors came up outside of
 * every test. They are of no test that could be run once more.
 */
import { JsonReporter } from 'vitest/node';

/** For vitest's --reporter; the file is that of --outputFile.json. */
export default class UnitReport extends JsonReporter {
  #unhandledErrors = 0;

  async onTestRunEnd(modules, unhandledErrors) {
    this.#unhandledErrors = unhandledErrors.length;
    await super.onTestRunEnd(modules);
  }

  async writeReport(report) {
    const whole = { ...JSON.parse(report), unhandledErrors: this.#unhandledErrors };
    await super.writeReport(JSON.stringify(whole));
  }
}
