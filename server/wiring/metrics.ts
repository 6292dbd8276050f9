import { contract } from '../../contract/index.ts';
import { listEndpoints } from '../../contract/kit.ts';
import { type Exchange, statusOf } from '../http/exchange.ts';
import type { RequestWatch } from '../http/front-door.ts';
import type { Publish } from '../live-events/publish.ts';
import { Gauge } from '../metrics/families.ts';
import { Metrics } from '../metrics/metrics.ts';
import { createProcessFamilies } from '../metrics/process-families.ts';
import { createScrape } from '../metrics/scrape.ts';
import type { Options } from '../options.ts';
import type { Runs } from '../runs/runs.ts';
import { version } from '../version.ts';
import type { McpServers } from './mcp.ts';
import { MOUNTED } from './mounted.ts';

/** What the metrics look at when they are read. */
interface Observed {
  readonly runs: Pick<Runs, 'activeRuns' | 'waiting'>;
  readonly mcp: McpServers;
}

/** Opens the metrics: features tell them what happens, and a scrape reads them. */
export function openMetrics(options: Options) {
  const metrics = new Metrics([
    ...[...listEndpoints(contract)].map(([name]) => name),
    ...Object.values(MOUNTED),
    OWN_READS,
  ]);
  const open = new Set<Exchange>();
  const requests: RequestWatch = {
    begin: (exchange) => void open.add(exchange),
    end(exchange, ms) {
      open.delete(exchange);
      metrics.noteRequest({ operation: exchange.operation, status: statusOf(exchange), ms });
    },
  };
  const streams = () => [...open].filter(isStream).length;
  return {
    requests,
    /** How many answers stream events now. */
    streams,
    noteRun: metrics.noteRun,
    noteCall: metrics.noteCall,
    noteStatement: metrics.noteStatement,
    noteSandbox: metrics.noteSandbox,
    /** Tells the metrics of what is told to others. */
    listen: (publish: Publish): Publish => {
      return (change, owner) => {
        publish(change, owner);
        metrics.noteChange(change);
      };
    },
    /** The page of the metrics, by its path. */
    page({ runs, mcp }: Observed) {
      const gauges = [
        gauge('http_requests_active', 'Requests that are being answered', () => open.size),
        gauge('streams_active', 'Answers that stream events', streams),
        gauge('runs_active', 'Runs that go on', () => runs.activeRuns().length),
        ...(['conversations', 'tools', 'journal'] as const).map((queue) =>
          gauge(`queue_${queue}_waiting`, QUEUES[queue], () => runs.waiting()[queue]),
        ),
        new Gauge({
          name: 'agent_runtimes_mcp_servers',
          help: 'MCP servers by state',
          read: () => countStates(mcp.servers.list().map(({ status }) => status)),
        }),
      ];
      const render = createScrape([...metrics.families, ...gauges, ...createProcessFamilies(version)]);
      return new Map([['/metrics', { operation: OWN_READS, isOpen: options['open-metrics'], render }]]);
    },
  };
}

/** What reading the metrics is called in them. */
const OWN_READS = 'metrics';

const QUEUES = {
  conversations: 'Runs that wait for their conversation',
  tools: 'Tool calls that wait for others of their step',
  journal: 'Events of background runs that are not stored yet',
};

const gauge = (name: string, help: string, read: () => number) =>
  new Gauge({ name: `agent_runtimes_${name}`, help, read });

const STATES = ['stopped', 'starting', 'running', 'failed', 'restarting'] as const;

const countStates = (states: readonly string[]) =>
  STATES.map((state) => ({ value: states.filter((one) => one === state).length, labels: { state } }));

function isStream({ isStream: isKnown, response }: Exchange): boolean {
  const type = response.getHeader('content-type');
  return isKnown || (response.headersSent && typeof type === 'string' && /event-stream|jsonl/.test(type));
}
