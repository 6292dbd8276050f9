import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Failure } from './states.tsx';

/** A control that deletes something for good: it asks first, and says why when it fails. */
export function DeleteButton({
  what,
  act,
  onDone,
}: {
  /** What is deleted, as it ends the sentence "Delete …?". */
  readonly what: string;
  readonly act: () => Promise<unknown>;
  readonly onDone?: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const deletion = useMutation({
    mutationFn: act,
    onSuccess: () => {
      setAsking(false);
      onDone?.();
    },
  });
  return (
    <>
      <button type="button" className="quiet" aria-label={`Delete ${what}`} onClick={() => setAsking(true)}>
        <Icon name="trash" />
      </button>
      {isAsking && (
        <Dialog title={`Delete ${what}?`} onClose={() => setAsking(false)}>
          <p>This cannot be undone.</p>
          {deletion.isError && <Failure cause={deletion.error} />}
          <p className="actions">
            <button type="button" className="danger" disabled={deletion.isPending} onClick={() => deletion.mutate()}>
              Delete
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Keep
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}
