import { useQuery } from '@tanstack/react-query';
import type { Inputs } from '../../index.ts';
import { client } from '../api.ts';
import { go, pathOf, useRoute } from '../route.ts';

type Filters = Exclude<Inputs['runs']['list'], void>;

const STATUSES = ['running', 'finished', 'failed', 'cancelled', 'interrupted'] as const;
const NAMES = ['agent', 'status', 'since', 'until'] as const;

/** The filters that the address names, as the address has them. */
export const keptFilters = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])));

/** The filters that the address names, as `runs.list` takes them. What no run can have is the server's to refuse. */
export function filtersOf(query: URLSearchParams): Filters {
  const { agent, status, since, until } = keptFilters(query);
  return {
    ...(agent && { agent_id: agent }),
    ...(status && { status: status as NonNullable<Filters['status']> }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

/** Which runs are listed: each choice goes into the address. */
export function RunFilters() {
  const { query, parts } = useRoute();
  const agents = useQuery({ queryKey: ['agents', 'list'], queryFn: () => client.agents.list.query() });
  const filters = keptFilters(query);
  const choose = (name: string, value: string) =>
    go(pathOf(['runs', ...parts], { ...Object.fromEntries(query), [name]: value }), { replace: true });
  const ids = new Set(agents.data?.agents.map(({ id }) => id));
  // Runs are kept longer than their agents.
  if (filters.agent) ids.add(filters.agent);
  return (
    <form className="runs-filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label className="field">
        Agent
        <select value={filters.agent ?? ''} onChange={(event) => choose('agent', event.target.value)}>
          <option value="">All</option>
          {[...ids].map((id) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <label className="field">
        Status
        <select value={filters.status ?? ''} onChange={(event) => choose('status', event.target.value)}>
          <option value="">All</option>
          {STATUSES.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </label>
      <TimeField label="Since" value={filters.since} onChange={(time) => choose('since', time)} />
      <TimeField label="Until" value={filters.until} onChange={(time) => choose('until', time)} />
    </form>
  );
}

interface TimeFieldProps {
  readonly label: string;
  /** A time of RFC 3339. */
  readonly value: string | undefined;
  readonly onChange: (time: string) => void;
}

function TimeField({ label, value, onChange }: TimeFieldProps) {
  return (
    <label className="field">
      {label}
      <input
        type="datetime-local"
        value={toLocal(value)}
        onChange={({ target }) => onChange(target.value ? new Date(target.value).toISOString() : '')}
      />
    </label>
  );
}

/** A time as its field writes it: that of the reader's clock, to the minute. */
function toLocal(time: string | undefined): string {
  const ms = Date.parse(time ?? '');
  if (Number.isNaN(ms)) return '';
  const shifted = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
