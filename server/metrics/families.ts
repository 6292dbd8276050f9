/** Metrics as they are counted: plain numbers in maps, so that counting costs nanoseconds and nothing has to be loaded for it. */

/** The labels of one series, in the order of the names of its family. */
type Labels = readonly string[];

/** One number of a metric, as an exposition has it. */
interface Sample {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  readonly metricName?: string;
}

/** Metrics of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): Sample[] | Promise<Sample[]>;
}

interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** The most series of one family; what comes beyond them is counted together, as `other`. */
const MAX_SERIES = 1000;

/** The values of a family by their labels. */
class Series<Value> {
  readonly names: readonly string[];
  readonly #values = new Map<string, { readonly labels: Labels; value: Value }>();
  readonly #begin: () => Value;

  constructor(names: readonly string[], begin: () => Value) {
    this.names = names;
    this.#begin = begin;
  }

  at(labels: Labels): { value: Value } {
    const key = labels.length === 1 ? (labels[0] ?? '') : labels.join('\0');
    const known = this.#values.get(key);
    if (known) return known;
    const isFull = this.#values.size >= MAX_SERIES && labels.some((label) => label !== OTHER);
    if (isFull) return this.at(labels.map(() => OTHER));
    const added = { labels, value: this.#begin() };
    this.#values.set(key, added);
    return added;
  }

  flatMap<Result>(each: (value: Value, labels: Record<string, string>) => readonly Result[]): Result[] {
    return [...this.#values.values()].flatMap(({ labels, value }) =>
      each(value, Object.fromEntries(this.names.map((name, index) => [name, labels[index] ?? '']))),
    );
  }
}

/** What stands for the names beyond those that are told apart. */
export const OTHER = 'other';

/** A number that only grows. */
export class Counter implements Family {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #series: Series<number>;

  constructor({ name, help, labels = [] }: FamilyOptions) {
    this.name = name;
    this.help = help;
    this.#series = new Series(labels, () => 0);
    // What has only one series has it from the beginning: a growth from nothing is none to Prometheus.
    if (!labels.length) this.#series.at([]);
  }

  add(amount: number, ...labels: string[]): void {
    this.#series.at(labels).value += amount;
  }

  samples(): Sample[] {
    return this.#series.flatMap((value, labels) => [{ value, labels }]);
  }
}

/** A number that is looked up when it is asked for; of several, each with its labels. */
export class Gauge implements Family {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly samples: Family['samples'];

  constructor({
    read,
    type = 'gauge',
    ...options
  }: Omit<FamilyOptions, 'labels'> & {
    readonly type?: 'gauge' | 'counter';
    read(): number | undefined | readonly Sample[] | Promise<number | undefined>;
  }) {
    this.name = options.name;
    this.help = options.help;
    this.type = type;
    this.samples = async () => {
      const value = await read();
      if (value === undefined) return [];
      return typeof value === 'number' ? [{ value, labels: {} }] : [...value];
    };
  }
}

interface Buckets {
  /** How many were at most the bound of the same place, and above the one before; the last are those above all bounds. */
  readonly counts: number[];
  sum: number;
}

/** How many of what was measured were how large. */
export class Histogram implements Family {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series: Series<Buckets>;

  constructor({ name, help, labels = [], bounds }: FamilyOptions & { readonly bounds: readonly number[] }) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#series = new Series(labels, () => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
    if (!labels.length) this.#series.at([]);
  }

  observe(measured: number, ...labels: string[]): void {
    const { value } = this.#series.at(labels);
    let place = 0;
    while (place < this.#bounds.length && measured > (this.#bounds[place] ?? 0)) place++;
    value.counts[place] = (value.counts[place] ?? 0) + 1;
    value.sum += measured;
  }

  samples(): Sample[] {
    return this.#series.flatMap(({ counts, sum }, labels) => {
      let count = 0;
      const buckets = counts.map((own, place) => {
        count += own;
        return {
          metricName: `${this.name}_bucket`,
          labels: { le: this.#bounds[place] ?? '+Inf', ...labels },
          value: count,
        };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: count },
      ];
    });
  }
}

/** Names of foreign origin as labels: those that come first are told apart, all others are `other`. */
export class BoundedNames {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  name(name: string): string {
    if (this.#names.has(name)) return name;
    const short = name.slice(0, 200).toWellFormed();
    if (this.#names.size >= this.#most && !this.#names.has(short)) return OTHER;
    this.#names.add(short);
    return short;
  }
}
