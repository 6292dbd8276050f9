import { useEffect, useState } from 'react';
import type { Thread } from './thread.ts';
import type { ThreadView } from './thread-view.ts';

const MAX_CHARS = 1000;
/** So long it stands there to be read out; who looks for a text in the page finds the message alone after that. */
const SHOWN_MS = 5_000;

/** Tells those who hear the page that an answer is there, once it is whole. */
export function Announcement({
  thread,
  view,
  isWaiting,
}: {
  readonly thread: Thread;
  readonly view: ThreadView;
  /** A call waits for a person. */
  readonly isWaiting: boolean;
}) {
  const { answers, status, keys } = view;
  const [told, setTold] = useState(answers);
  useEffect(() => {
    if (status !== 'idle' || told === answers) return undefined;
    const timer = setTimeout(() => setTold(answers), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [status, told, answers]);
  const isTold = status === 'idle' && told !== answers;
  const last = isTold ? keys.map((key) => thread.item(key)).findLast((item) => item?.kind === 'text') : undefined;
  const text = last?.kind === 'text' ? last.text.slice(0, MAX_CHARS) : 'It has said nothing.';
  return (
    <p className="visually-hidden" role="status">
      {isTold && (isWaiting ? 'The agent waits for your approval.' : `The agent has answered: ${text}`)}
    </p>
  );
}
