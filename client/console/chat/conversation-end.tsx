import { Icon } from '../ui/icon.tsx';
import type { ThreadView } from './thread-view.ts';

/** Below the last message: that something is awaited, or why nothing more comes. */
export function ConversationEnd({
  view,
  isSpeaking,
  retry,
}: {
  readonly view: ThreadView;
  /** The agent is saying something: that it works is seen. */
  readonly isSpeaking: boolean;
  readonly retry: () => void;
}) {
  const { problem, status, note, missingServers } = view;
  if (problem) {
    return (
      <div className="failure" role="alert">
        <p>{problem.detail}</p>
        <p className="failure-foot">
          <code>{problem.code}</code>
          <button type="button" onClick={retry}>
            <Icon name="reload" /> Try again
          </button>
        </p>
      </div>
    );
  }
  if (status !== 'idle' && status !== 'loading') {
    if (isSpeaking && status !== 'stopping') return null;
    return <p className="chat-working soft">{status === 'stopping' ? 'stopping…' : note || 'working…'}</p>;
  }
  if (missingServers.length) {
    return <p className="chat-hint">Answered without the tools of {missingServers.join(', ')}.</p>;
  }
  return null;
}
