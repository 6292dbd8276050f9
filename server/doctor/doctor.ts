import { version } from '../version.ts';
import { checks } from './checks.ts';
import { killChildren } from './children.ts';
import { type DoctorOptions, doctorHelp, readDoctorOptions } from './doctor-options.ts';
import { type Finding, sentenceOf } from './finding.ts';
import { toLine, toReport, toSummary, verdictOf } from './report.ts';
import { runChecks } from './run-checks.ts';

/** Runs the command `doctor`, whose arguments are `args`; resolves to the exit code: 1 when something failed, 2 for a wrong use, 130 when it was interrupted. */
export async function doctor(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let options: DoctorOptions;
  try {
    const read = readDoctorOptions(args, environment);
    if ('print' in read) {
      process.stdout.write(read.print === 'help' ? doctorHelp() : `${version}\n`);
      return 0;
    }
    options = read;
  } catch (cause) {
    process.stderr.write(`agent-runtimes doctor: ${sentenceOf(cause)}\n`);
    return 2;
  }
  return examine(options, environment);
}

async function examine({ asJson, ...options }: DoctorOptions, environment: NodeJS.ProcessEnv): Promise<number> {
  const stopped = untilStopped();
  const isColored = Boolean(process.stdout.isTTY) && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const findings: Finding[] = [];
  for await (const finding of runChecks(checks, {
    ...options,
    environment,
    clocksAhead: [],
    agentModels: new Set(),
    signal: stopped,
  })) {
    findings.push(finding);
    if (!asJson) process.stdout.write(toLine(finding, isColored));
  }
  if (stopped.aborted) {
    process.stderr.write('agent-runtimes doctor: interrupted\n');
    return 130;
  }
  process.stdout.write(asJson ? toReport(findings) : toSummary(findings));
  return verdictOf(findings) === 'fail' ? 1 : 0;
}

/** Aborts at the first SIGINT or SIGTERM, and when nobody reads the report any more; a second signal ends this process and its children at once. */
function untilStopped(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (!controller.signal.aborted) return controller.abort();
    killChildren();
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', () => controller.abort());
  return controller.signal;
}
