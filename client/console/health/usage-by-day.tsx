import { useQuery } from '@tanstack/react-query';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { go, pathOf, useRoute } from '../route.ts';
import { Answer, Empty } from '../ui/states.tsx';
import { dollarsOf, Scroll } from '../ui/text.tsx';

type Day = Omit<Outputs['usage']['get']['groups'][number], 'duration_seconds' | 'unpriced_steps'>;

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = ['7', '30', '90'] as const;
const MEASURES = {
  tokens: { label: 'Tokens', of: tokensOf, format: (value: number) => value.toLocaleString() },
  runs: { label: 'Runs', of: ({ runs }: Day) => runs, format: (value: number) => value.toLocaleString() },
  cost: { label: 'Cost', of: ({ cost }: Day) => cost ?? 0, format: dollarsOf },
} as const;

type Measure = keyof typeof MEASURES;

/** What runs used on each day, as bars and as a table. */
export function UsageByDay() {
  const { query } = useRoute();
  const days = DAYS.find((count) => count === query.get('days')) ?? '30';
  const measure = toMeasure(query.get('show'));
  const since = new Date(startOfToday() - (Number(days) - 1) * DAY_MS).toISOString();
  const usage = useQuery({
    queryKey: ['usage', 'day', since],
    queryFn: () => client.usage.get.query({ group_by: 'day', since }),
  });
  const choose = (change: { days?: string; show?: string }) =>
    go(pathOf(['health'], { days, show: measure, ...change }), { replace: true });
  return (
    <section aria-labelledby="health-usage">
      <h2 id="health-usage">Usage by day</h2>
      <div className="row health-filters">
        <label>
          Show{' '}
          <select value={measure} onChange={(event) => choose({ show: event.target.value })}>
            {Object.entries(MEASURES).map(([id, { label }]) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          of the last{' '}
          <select value={days} onChange={(event) => choose({ days: event.target.value })}>
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {count} days
              </option>
            ))}
          </select>
        </label>
      </div>
      <Answer of={usage}>
        {({ groups, prices_from: pricesFrom }) =>
          groups.length ? (
            <>
              <Bars days={allDays(groups, since)} measure={measure} />
              <Numbers days={groups} />
              <small>
                Days are those of UTC. {pricesFrom === null ? '' : `Prices are those of ${pricesFrom}. `}A cost without
                a known price is unknown, and no bar.
              </small>
            </>
          ) : (
            <Empty>What runs use is added up here as soon as they have ended.</Empty>
          )
        }
      </Answer>
    </section>
  );
}

/** For the eyes; {@link Numbers} says the same. */
function Bars({ days, measure }: { readonly days: readonly Day[]; readonly measure: Measure }) {
  const { of, format, label } = MEASURES[measure];
  const most = Math.max(...days.map(of));
  return (
    <figure className="health-bars">
      <svg viewBox={`0 0 ${days.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        {days.map((day, index) => {
          const height = most > 0 ? (of(day) / most) * 100 : 0;
          return (
            <rect key={day.name} x={index + 0.1} width={0.8} y={100 - height} height={height}>
              <title>{`${day.name}: ${format(of(day))}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{days[0]?.name}</span>
        <span>
          {label}: at most {format(most)} a day
        </span>
        <span>{days.at(-1)?.name}</span>
      </figcaption>
    </figure>
  );
}

function Numbers({ days }: { readonly days: readonly Day[] }) {
  return (
    <details>
      <summary>As a table</summary>
      <Scroll className="table" label="Usage by day, as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className="number">
                Runs
              </th>
              <th scope="col" className="number">
                Tokens in
              </th>
              <th scope="col" className="number">
                Tokens out
              </th>
              <th scope="col" className="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.name}>
                <th scope="row">{day.name ?? 'unknown'}</th>
                <td className="number">{day.runs.toLocaleString()}</td>
                <td className="number">{day.usage.prompt_tokens.toLocaleString()}</td>
                <td className="number">{day.usage.completion_tokens.toLocaleString()}</td>
                <td className="number">{dollarsOf(day.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

/** Every day from `since` to today, also those without runs. */
function allDays(groups: readonly Day[], since: string): Day[] {
  const known = new Map(groups.map((day) => [day.name, day]));
  const found: Day[] = [];
  for (let at = Date.parse(since); at <= startOfToday(); at += DAY_MS) {
    const name = new Date(at).toISOString().slice(0, 10);
    found.push(known.get(name) ?? { name, runs: 0, usage: NO_TOKENS, cost: 0 });
  }
  return found;
}

const NO_TOKENS: Day['usage'] = { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };

function tokensOf({ usage }: Day): number {
  return usage.prompt_tokens + usage.completion_tokens;
}

const startOfToday = () => Math.floor(Date.now() / DAY_MS) * DAY_MS;

const toMeasure = (text: string | null): Measure => (text === 'runs' || text === 'cost' ? text : 'tokens');
