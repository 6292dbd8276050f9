import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { dollarsOf, durationOf } from '../ui/text.tsx';
import { RunLink } from './linked-runs.tsx';
import { Fact, Time, Tokens } from './run-facts.tsx';
import type { Step, ToolCall } from './run-types.ts';
import type { Row } from './waterfall-rows.ts';

/** All that is known of a step, or of a tool call. */
export function RowDetails({ row, runId }: { readonly row: Row; readonly runId: string }) {
  return (
    <div className="waterfall-details">
      {row.call ? <CallDetails call={row.call} runId={runId} /> : <StepDetails step={row.step} />}
    </div>
  );
}

function StepDetails({ step }: { readonly step: Step }) {
  const { time_to_first_token: first, error } = step;
  return (
    <>
      {error && (
        <div className="failure">
          {error.detail} <code>{error.code}</code>
        </div>
      )}
      <dl className="facts">
        <Fact name="Model">{step.model ?? 'none was asked'}</Fact>
        <Fact name="Status">{step.status}</Fact>
        <Fact name="Started">
          <Time at={step.started_at} />
        </Fact>
        <Fact name="First token">{first === null ? 'none' : `after ${durationOf(first * 1000)}`}</Fact>
        <Fact name="Answered">{step.answered_at === null ? 'not yet' : <Time at={step.answered_at} />}</Fact>
        <Fact name="Ended">{step.ended_at === null ? 'not yet' : <Time at={step.ended_at} />}</Fact>
        {step.model !== null && (
          <>
            <Fact name="Tokens">{step.usage ? <Tokens usage={step.usage} /> : 'unknown'}</Fact>
            <Fact name="Cost">{dollarsOf(step.cost)}</Fact>
          </>
        )}
        {step.stop_reason !== null && <Fact name="Stopped by">{step.stop_reason}</Fact>}
      </dl>
      {step.retries.length > 0 && (
        <>
          <h2>Tried again</h2>
          <ol>
            {step.retries.map(({ at, code, detail, wait_seconds }) => (
              <li key={at}>
                <Time at={at} />: {detail} <code>{code}</code>, then waited {durationOf(wait_seconds * 1000)}
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function CallDetails({ call, runId }: { readonly call: ToolCall; readonly runId: string }) {
  const { queued_at, started_at, ended_at } = call;
  return (
    <>
      <dl className="facts">
        <Fact name="Tool">{call.tool}</Fact>
        <Fact name="MCP server">
          {call.server === null ? 'none' : <Link href={pathOf(['servers', call.server])}>{call.server}</Link>}
        </Fact>
        <Fact name="Status">{call.status}</Fact>
        <Fact name="Called">
          <Time at={queued_at} />
        </Fact>
        {started_at !== null && <Fact name="Queued for">{between(queued_at, started_at)}</Fact>}
        {started_at !== null && ended_at !== null && <Fact name="Ran for">{between(started_at, ended_at)}</Fact>}
        {call.bytes !== null && <Fact name="Result">{bytesOf(call.bytes)}</Fact>}
        {call.parent_tool_call_id !== null && (
          <Fact name="Called by code of">
            <code>{call.parent_tool_call_id}</code>
          </Fact>
        )}
        {call.child_run_id !== null && (
          <Fact name="Run of the agent asked">
            <RunLink id={call.child_run_id} />
          </Fact>
        )}
        <Approval call={call} />
      </dl>
      <p>
        <Link href={pathOf(['runs', runId, 'events'], { type: 'tool_call' })}>Its arguments are among the events</Link>
      </p>
    </>
  );
}

function Approval({ call: { approval } }: { readonly call: ToolCall }) {
  if (!approval) return null;
  const { status, resolved_by, waited_seconds, resumed_by } = approval;
  return (
    <>
      <Fact name="Approval">
        {status}
        {resolved_by !== null && ` by ${resolved_by}`}
      </Fact>
      <Fact name={status === 'pending' ? 'Waits for' : 'Waited for'}>{durationOf(waited_seconds * 1000)}</Fact>
      {resumed_by !== null && (
        <Fact name="Acted on by">
          <RunLink id={resumed_by} />
        </Fact>
      )}
    </>
  );
}

const between = (from: string, to: string) => durationOf(Math.max(0, Date.parse(to) - Date.parse(from)));

const KILO = 1_000;

/** A size in the unit that suits it. */
function bytesOf(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${(bytes / KILO).toFixed(1)} kB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}
