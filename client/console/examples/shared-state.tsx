import { type FormEvent, useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Code } from '../ui/text.tsx';
import type { ExampleRun } from './example-run.ts';

/** The state that page and agent share; what is changed here goes with the next message. */
export function SharedState({
  run,
  state,
  isHeld,
}: {
  readonly run: ExampleRun;
  readonly state: unknown;
  readonly isHeld: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Shared state">
      <header className="row">
        <h3>State</h3>
        <button
          type="button"
          className="quiet"
          aria-label="Edit the state"
          disabled={isHeld}
          onClick={() => setOpen(true)}
        >
          <Icon name="edit" />
        </button>
      </header>
      {state === undefined ? (
        <p className="soft">What the agent and you share is shown here. There is nothing yet.</p>
      ) : (
        <Code text={JSON.stringify(state, null, 2)} label="state" />
      )}
      {isOpen && <StateDialog run={run} state={state} onClose={() => setOpen(false)} />}
    </section>
  );
}

function StateDialog({
  run,
  state,
  onClose,
}: {
  readonly run: ExampleRun;
  readonly state: unknown;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(JSON.stringify(state ?? {}, null, 2));
  const [problem, setProblem] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      run.setState(JSON.parse(text));
      onClose();
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  return (
    <Dialog title="State shared with the agent" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          JSON
          <textarea
            className="mono"
            rows={12}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <small>It goes with the next message.</small>
        </label>
        {problem && <p role="alert">{problem}</p>}
        <p className="actions">
          <button type="submit" className="primary">
            Keep it
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}
