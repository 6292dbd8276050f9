import { Icon } from '../ui/icon.tsx';
import type { ThreadView } from './thread-view.ts';

/** Below the last message: that something is awaited, or why nothing more comes. */
export function ConversationEnd({ view, retry }: { readonly view: ThreadView; readonly retry: () => void }) {
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
    return <p className="chat-working soft">{status === 'stopping' ? 'stopping…' : note || 'working…'}</p>;
  }
  if (missingServers.length) {
    return <p className="chat-hint">Answered without the tools of {missingServers.join(', ')}.</p>;
  }
  return null;
}
