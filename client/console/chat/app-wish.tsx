import { Dialog } from '../ui/dialog.tsx';
import type { AppWish } from './app-bridge.ts';
import type { Thread } from './thread.ts';

/** Asks whether a page may do what it wants to do outside of its frame, and does it. */
export function WishDialog({
  name,
  wish,
  answer,
  thread,
}: {
  /** The page, as people know it. */
  readonly name: string;
  readonly wish: AppWish;
  /** Told whether it was done. */
  readonly answer: (isDone: boolean) => void;
  readonly thread: Thread;
}) {
  const isLink = wish.kind === 'link';
  const act = () => {
    if (wish.kind === 'link') window.open(wish.url, '_blank', 'noopener,noreferrer');
    else if (thread.view().status === 'idle') thread.send(wish.text);
    else return answer(false);
    answer(true);
  };
  return (
    <Dialog title={isLink ? 'Open a link?' : 'Send a message?'} onClose={() => answer(false)}>
      <p>{isLink ? `${name} wants to open:` : `${name} wants to say in your name:`}</p>
      <blockquote className="app-wish">{isLink ? wish.url : wish.text}</blockquote>
      <p className="actions">
        <button type="button" className="primary" onClick={act}>
          {isLink ? 'Open' : 'Send'}
        </button>
        <button type="button" onClick={() => answer(false)}>
          Do not
        </button>
      </p>
    </Dialog>
  );
}
