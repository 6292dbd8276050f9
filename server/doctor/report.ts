import { styleText } from 'node:util';
import { maskSecrets } from '../http/log.ts';
import { toVisible } from '../http/visible-text.ts';
import { version } from '../version.ts';
import type { Finding, Verdict } from './finding.ts';

const STYLES: Readonly<Record<Verdict, Parameters<typeof styleText>[0]>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  skip: 'dim',
};
const NAME_WIDTH = 20;

/** A finding as one line: `warn  data folder   what was found; what to do`. */
export function toLine({ verdict, check, found, advice }: Finding, isColored: boolean): string {
  const mark = isColored ? styleText(STYLES[verdict], verdict.padEnd(4), { validateStream: false }) : verdict.padEnd(4);
  // One by one: a secret at the end of the first would take what stands between them with it.
  const words = [found, ...(advice === undefined ? [] : [advice])].map((each) => maskSecrets(toVisible(each)));
  return `${mark}  ${toVisible(check).padEnd(NAME_WIDTH)} ${words.join(': ')}\n`;
}

/** The last line: how many findings there are of each kind. */
export function toSummary(findings: readonly Finding[]): string {
  const counts = Map.groupBy(findings, ({ verdict }) => verdict);
  const count = (verdict: Verdict) => counts.get(verdict)?.length ?? 0;
  return `\n${count('ok')} ok, ${count('warn')} to know of, ${count('fail')} failed, ${count('skip')} not looked at\n`;
}

/** The findings as one JSON object. */
export function toReport(findings: readonly Finding[]): string {
  const report = { version, verdict: verdictOf(findings), findings };
  return `${maskSecrets(JSON.stringify(report, null, 2))}\n`;
}

/** The worst of the findings, a skipped check being none. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const has = (wanted: Verdict) => findings.some(({ verdict }) => verdict === wanted);
  return has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok';
}
