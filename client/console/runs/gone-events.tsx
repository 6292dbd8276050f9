import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import type { Run, RunEvent } from './run-types.ts';

/** Says that the events of a run are no longer kept but for its last, where that is so. */
export function Gone({ run, events }: { readonly run: Run; readonly events: readonly RunEvent[] }) {
  const isQuiet = run.usage.completion_tokens === 0;
  if (events.length > 1 || isQuiet) return null;
  return (
    <p>
      Only its last event is still there: those of a run that is not in the background are kept for a few minutes.{' '}
      <Link href={pathOf(['chat', run.agent_id, run.conversation_id])}>What it said stands in its conversation</Link>
    </p>
  );
}
