import { useEffect, useRef, useState } from 'react';

/** A message that is written anew, where it stands. What came after it is forgotten when it is sent. */
export function EditMessage({
  text,
  send,
  cancel,
}: {
  readonly text: string;
  readonly send: (text: string) => void;
  readonly cancel: () => void;
}) {
  const [written, setWritten] = useState(text);
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <div className="chat-edit">
      <textarea
        ref={input}
        aria-label="The message, anew"
        value={written}
        rows={3}
        onChange={(event) => setWritten(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') cancel();
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (written.trim()) send(written.trim());
        }}
      />
      <p className="actions">
        <button type="button" className="primary" disabled={!written.trim()} onClick={() => send(written.trim())}>
          Send anew
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
        <small>What came after it is forgotten.</small>
      </p>
    </div>
  );
}
