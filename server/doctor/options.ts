import { readPriceFile } from '../prices/price-file.ts';
import { findTelemetryProblems } from '../telemetry/telemetry-settings.ts';
import { findFaults } from '../wiring/check-options.ts';
import { type Check, fail, ok, warn } from './finding.ts';

const OPTIONS = 'options';

/** Whether a start takes the options that no other check looks at, each line of the price file, and the variables of OpenTelemetry. */
export const options: Check = {
  name: OPTIONS,
  silenceMs: 5000,
  async run({ options: given, environment }) {
    const faults = findFaults(given);
    if (faults.length) return faults.map((sentence) => fail(OPTIONS, sentence, 'no server starts with it; see --help'));
    const odd = given.prices === undefined ? [] : readPriceFile(given.prices).problems;
    const found = [
      ...odd.map((problem) => warn(OPTIONS, `${given.prices}: ${problem}`, 'mend it')),
      ...findTelemetryProblems(environment).map((problem) => warn(OPTIONS, problem, 'set it to what is meant')),
    ];
    return found.length ? found : [ok(OPTIONS, 'a server starts with them')];
  },
};
