import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { holdRoute } from '../route.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Asks before the reader leaves what is not saved. `discard` forgets it; `release` ends the question: for when it is saved. */
export function useLeaveQuestion(
  isDirty: boolean,
  discard: () => void,
): { readonly question: ReactNode; readonly release: () => void } {
  const [leave, setLeave] = useState<() => void>();
  const held = useRef<(() => void) | undefined>(undefined);
  const release = useCallback(() => {
    held.current?.();
    held.current = undefined;
  }, []);
  useEffect(() => {
    if (!isDirty) return undefined;
    held.current = holdRoute((go) => setLeave(() => go));
    return release;
  }, [isDirty, release]);
  const question = leave && (
    <Dialog title="Leave without saving?" onClose={() => setLeave(undefined)}>
      <p>What you have changed is lost.</p>
      <p className="actions">
        <button
          type="button"
          className="danger"
          onClick={() => {
            setLeave(undefined);
            // It may lead to the same form.
            discard();
            leave();
          }}
        >
          Leave
        </button>
        <button type="button" onClick={() => setLeave(undefined)}>
          Stay
        </button>
      </p>
    </Dialog>
  );
  return { question, release };
}
