/** Runs sections of a benchmark one after the other. */
import { openReport, type Report } from './report.ts';

/** A part of a benchmark: a module with these two. `run` begins a section of the report and adds rows to it. */
export interface Section {
  /** What `--only` names it by. */
  readonly name: string;
  run(report: Report): Promise<void>;
}

/** Runs them all, or the one that is asked for. What failed in one keeps none of the others from being run. */
export async function runSections(sections: readonly Section[], report: Report = openReport()): Promise<void> {
  const { only } = report.options;
  const chosen = sections.filter(({ name }) => only === undefined || name === only);
  if (!chosen.length) throw new Error(`There is no section '${only}': ${sections.map(({ name }) => name).join(', ')}`);
  for (const section of chosen) {
    try {
      await section.run(report);
    } catch (cause) {
      report.note(`  ${section.name} was not measured to its end: ${cause instanceof Error ? cause.message : cause}`);
      process.exitCode = 1;
    }
  }
  report.end();
}
