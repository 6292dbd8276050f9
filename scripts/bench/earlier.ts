/** Figures of an earlier run, which `--json` wrote. */
import { readFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import type { WrittenFigure, WrittenReport } from './report.ts';

type Place = Pick<WrittenFigure, 'section' | 'row' | 'label'>;

/** An earlier run of the same machine. */
export interface Earlier {
  /** What keeps its figures from being alike in all but the change, a sentence each. */
  readonly warnings: readonly string[];
  /** The median of the same figure; undefined where it had none. */
  medianOf(place: Place): number | undefined;
}

/** Reads a file. Throws when it is none of these, or of another machine: a ratio of the two would say nothing. */
export function readEarlier(file: string, machine: Machine): Earlier {
  const report = parseReport(file);
  const { cpu, cores, memoryGb, node, commit } = report.machine;
  if (cpu !== machine.cpu || cores !== machine.cores || memoryGb !== machine.memoryGb) {
    throw new Error(
      `${file} was measured on another machine: ${cores} x ${cpu} with ${memoryGb} GB, and this one is ${machine.cores} x ${machine.cpu} with ${machine.memoryGb} GB`,
    );
  }
  const figures = new Map(report.figures.map((figure) => [keyOf(figure), figure.median]));
  const warnings = [`against ${commit} of ${report.at}`];
  if (node !== machine.node) warnings.push(`Node was ${node} then, and is ${machine.node} now`);
  if (!report.isBelievable) warnings.push('the machine was too busy then for those figures to be believed');
  return { warnings, medianOf: (place) => figures.get(keyOf(place)) };
}

const keyOf = ({ section, row, label }: Place): string => JSON.stringify([section, row, label]);

function parseReport(file: string): WrittenReport {
  const text = readFileSync(file, 'utf8');
  try {
    // npm writes what it runs in front of it, unless it is told to be silent.
    const report = JSON.parse(text.slice(text.search(/^\{/m)));
    if (!Array.isArray(report.figures) || !report.machine) throw new Error('no figures in it');
    return report;
  } catch (cause) {
    throw new Error(`${file} is not what --json of a benchmark writes`, { cause });
  }
}
