import { readPriceFile } from '../prices/price-file.ts';
import { findFaults } from '../wiring/check-options.ts';
import { type Check, fail, ok, warn } from './finding.ts';

const OPTIONS = 'options';

/** Whether a start takes the options that no other check looks at, and each line of the price file. */
export const options: Check = {
  name: OPTIONS,
  silenceMs: 5000,
  async run({ options: given }) {
    const faults = findFaults(given);
    if (faults.length) return faults.map((sentence) => fail(OPTIONS, sentence, 'no server starts with it; see --help'));
    const odd = given.prices === undefined ? [] : readPriceFile(given.prices).problems;
    if (odd.length) return odd.map((problem) => warn(OPTIONS, `${given.prices}: ${problem}`, 'mend it'));
    return [ok(OPTIONS, 'a server starts with them')];
  },
};
