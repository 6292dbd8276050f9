import type { ReactNode } from 'react';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { countOf, dollarsOf, durationOf } from '../ui/text.tsx';
import { type Run, runMs } from './run-types.ts';
import { useSteps } from './use-steps.ts';

/** What is known of a run. */
export function RunFacts({ run }: { readonly run: Run }) {
  const steps = useSteps(run).data?.steps ?? [];
  const models = [...new Set(steps.flatMap(({ model }) => model ?? []))];
  const isRunning = run.ended_at === null;
  const unpriced = run.unpriced_steps > 0 && ` without ${countOf(run.unpriced_steps, 'answer')} of unknown price`;
  return (
    <dl className="facts">
      <Fact name="Agent">
        <Link href={pathOf(['agents', run.agent_id])}>{run.agent_id}</Link>
      </Fact>
      <Fact name="Conversation">
        <Link href={pathOf(['chat', run.agent_id, run.conversation_id])}>{run.conversation_id}</Link>
      </Fact>
      <Fact name="Model">{models.length ? models.join(', ') : isRunning ? 'not asked yet' : 'none was asked'}</Fact>
      <Fact name="Started">
        <Time at={run.started_at} />
      </Fact>
      <Fact name="Ended">
        {run.ended_at === null ? (
          'it runs'
        ) : (
          <>
            <Time at={run.ended_at} /> · {durationOf(runMs(run))}
          </>
        )}
      </Fact>
      <Fact name="Tokens">{isRunning ? 'counted when it has ended' : <Tokens usage={run.usage} />}</Fact>
      <Fact name="Cost">
        {isRunning ? 'counted when it has ended' : dollarsOf(run.cost)}
        {run.cost !== null && unpriced}
      </Fact>
      {run.given_id !== run.id && <Fact name="Id of its caller">{run.given_id}</Fact>}
      {run.background && <Fact name="Background">goes on without readers</Fact>}
    </dl>
  );
}

/** One fact in a list of them. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** A moment to the millisecond, by the reader's clock. */
export function Time({ at }: { readonly at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at}>
      {date.toLocaleDateString()} {clockOf(date.getTime())}
    </time>
  );
}

/** The time of day of a moment, to the millisecond. `ms` are since 1970. */
export const clockOf = (ms: number): string =>
  new Date(ms).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });

/** What was read and written, and how much of it came from a cache or was reasoning. */
export function Tokens({ usage }: { readonly usage: Run['usage'] }) {
  return (
    <>
      {usage.prompt_tokens.toLocaleString()} in ({usage.cached_tokens.toLocaleString()} cached),{' '}
      {usage.completion_tokens.toLocaleString()} out ({usage.reasoning_tokens.toLocaleString()} reasoning)
    </>
  );
}
