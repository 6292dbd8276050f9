import type { useHeldMessage } from './use-conversation.ts';

/** Above the composer: why nothing is sent just now. */
export function Held({
  held: { queued, starting, sendNow, drop },
  isWaiting,
}: {
  readonly held: ReturnType<typeof useHeldMessage>;
  /** A call waits for a person. */
  readonly isWaiting: boolean;
}) {
  if (isWaiting) return <p className="chat-hint">Answer what waits above, then the conversation goes on.</p>;
  if (queued !== undefined) {
    return (
      <p className="chat-hint">
        <span role="status">It is sent as soon as {starting.join(', ')} has started.</span>
        <button type="button" onClick={sendNow}>
          Send now
        </button>
        <button type="button" onClick={drop}>
          Cancel
        </button>
      </p>
    );
  }
  return starting.length ? <p className="chat-hint">starting {starting.join(', ')}…</p> : null;
}
