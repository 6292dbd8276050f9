/** Has a check of the doctor look, in a world of its own. */
import type { Check, DoctorWorld, Finding } from '../../server/doctor/finding.ts';
import { readOptions } from '../../server/options.ts';

interface Look extends Partial<Omit<DoctorWorld, 'options' | 'flags' | 'heard'>> {
  readonly args?: readonly string[];
}

/** What a check finds, each as `verdict check: found: advice`. */
export async function look(check: Check, { args = [], environment = {}, ...world }: Look = {}): Promise<string[]> {
  const options = readOptions(args, environment);
  if ('print' in options) throw new Error('The arguments ask for help');
  const run = check.run({
    options,
    environment: { PATH: process.env.PATH, ...environment },
    flags: new Set(args.filter((arg) => arg.startsWith('--'))),
    mayAskNetwork: false,
    mayStartMcpServers: true,
    mayStartSandbox: true,
    clocksAhead: [],
    agentModels: new Set(),
    signal: new AbortController().signal,
    heard: () => undefined,
    ...world,
  });
  const findings = Symbol.asyncIterator in run ? await Array.fromAsync(run) : await run;
  return findings.map(toText);
}
/** A finding in one line. */
export const toText = ({ verdict, check, found, advice }: Finding) =>
  [`${verdict} ${check}`, found, ...(advice === undefined ? [] : [advice])].join(': ');
