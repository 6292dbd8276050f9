/** What a benchmark prints: sections of rows of figures, for people or as JSON, alone or beside those of an earlier run. */
import { parseArgs } from 'node:util';
import { type Earlier, readEarlier } from './earlier.ts';
import { type Spread, spreadOf, toShortNumber } from './figures.ts';
import { describeWeather, isBelievable, type Machine, readMachine, type Weather, watchWeather } from './machine.ts';

/** One figure: a value for each round. */
export interface Figure {
  readonly values: readonly number[];
  /** `x` stands for a ratio. */
  readonly unit: string;
  /** Its median is held to this. */
  readonly atMost?: number;
}

/** A figure as it is written as JSON. */
export interface WrittenFigure extends Spread {
  readonly section: string;
  readonly row: string;
  readonly label: string;
  readonly unit: string;
  readonly rounds: number;
  readonly atMost?: number | undefined;
  /** Of the earlier run's median. */
  readonly ofEarlier?: number | undefined;
}

/** What `--json` writes and `--against` reads. */
export interface WrittenReport {
  readonly at: string;
  readonly machine: Machine;
  readonly isBelievable: boolean;
  readonly weather: readonly (Weather & { readonly section: string })[];
  readonly figures: readonly WrittenFigure[];
}

/** How a benchmark was called. */
export interface BenchOptions {
  /** Undefined: as many as the benchmark finds right. */
  readonly rounds: number | undefined;
  readonly json: boolean;
  readonly against: string | undefined;
  /** Also what takes long. */
  readonly all: boolean;
  /** The one section to run. */
  readonly only: string | undefined;
  readonly rest: readonly string[];
}

/** Reads `[rounds] [--json] [--against FILE] [--all] [--only SECTION]`; what comes behind the rounds is the benchmark's own. */
export function readBenchOptions(args: readonly string[] = process.argv.slice(2)): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      against: { type: 'string' },
      all: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const [rounds, ...rest] = positionals;
  if (rounds !== undefined && !(Number(rounds) >= 1)) throw new Error(`${rounds} is no number of rounds`);
  const { json, all, against, only } = values;
  return { json, all, against, only, rest, rounds: rounds === undefined ? undefined : Number(rounds) };
}

/** Takes figures and prints them as they come. */
export interface Report {
  readonly options: BenchOptions;
  /** Begins a section; `title` says what is measured and how. */
  section(name: string, title: string): void;
  /** Figures by what they are. In pairs where that may be a number: an object has those first. */
  row(name: string, figures: Readonly<Record<string, Figure>> | Iterable<readonly [string, Figure]>): void;
  /** Something to read that is no figure. */
  note(text: string): void;
  /** Says how busy the machine was, and writes the JSON. */
  end(): void;
}

interface ReportPorts {
  readonly options?: BenchOptions;
  readonly machine?: Machine;
  readonly watch?: () => () => Weather;
  /** Takes what is for people, and JSON. */
  readonly say?: (line: string) => void;
  readonly write?: (text: string) => void;
}

/** Opens a report, as the arguments of this process ask for it. Throws when the earlier run was on another machine. */
export function openReport({
  options = readBenchOptions(),
  machine = readMachine(),
  watch = watchWeather,
  // JSON has the output to itself.
  say = options.json ? (line) => console.error(line) : (line) => console.log(line),
  write = (text) => void process.stdout.write(text),
}: ReportPorts = {}): Report {
  const earlier = options.against === undefined ? undefined : readEarlier(options.against, machine);
  for (const warning of earlier?.warnings ?? []) say(warning);
  const figures: WrittenFigure[] = [];
  const weather: (Weather & { section: string })[] = [];
  let current: { readonly name: string; readonly tell: () => Weather } | undefined;
  const close = () => {
    if (!current) return;
    const told = current.tell();
    weather.push({ section: current.name, ...told });
    say(`  (${describeWeather(told)})`);
    current = undefined;
  };
  return {
    options,
    section(name, title) {
      close();
      current = { name, tell: watch() };
      say(title);
    },
    row(name, cells) {
      const section = current?.name ?? '';
      const entries = Symbol.iterator in cells ? [...cells] : Object.entries(cells);
      const written = entries.map(([label, figure]) => toWritten({ section, row: name, label, figure, earlier }));
      figures.push(...written);
      say(`  ${name.padEnd(26)} ${written.map(describeFigure).join(' · ')}`);
    },
    note: say,
    end() {
      close();
      if (!options.json) return;
      const believed = weather.every(isBelievable);
      const at = new Date().toISOString();
      const report: WrittenReport = { at, machine, isBelievable: believed, weather, figures };
      write(`${JSON.stringify(report, null, 1)}\n`);
    },
  };
}

interface Cell {
  readonly section: string;
  readonly row: string;
  readonly label: string;
  readonly figure: Figure;
  readonly earlier: Earlier | undefined;
}

function toWritten({ section, row, label, figure, earlier }: Cell): WrittenFigure {
  const { unit, values, atMost } = figure;
  const spread = spreadOf(values);
  const before = earlier?.medianOf({ section, row, label });
  const ofEarlier = before ? spread.median / before : undefined;
  return { section, row, label, unit, ...spread, rounds: values.length, atMost, ofEarlier };
}

function describeFigure({ label, unit, rounds, median, low, high, atMost, ofEarlier }: WrittenFigure): string {
  const around = rounds > 1 ? ` (${toShortNumber(low)}–${toShortNumber(high)})` : '';
  const goal = atMost === undefined ? '' : median <= atMost ? `, goal ${atMost} met` : `, goal ${atMost} MISSED`;
  const before = ofEarlier === undefined ? '' : ` [${ofEarlier.toFixed(2)} of before]`;
  return `${label} ${toShortNumber(median)}${unit === 'x' ? 'x' : ` ${unit}`.trimEnd()}${around}${goal}${before}`;
}
