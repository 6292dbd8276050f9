import { type FormEvent, useEffect, useState, useSyncExternalStore } from 'react';
import type { AGUIInterrupt } from '../../index.ts';
import { Icon } from '../ui/icon.tsx';
import { Code } from '../ui/text.tsx';
import { ExampleRun, type ExampleView } from './example-run.ts';
import { promptsOf } from './prompts.ts';
import { SharedState } from './shared-state.tsx';
import { Transcript } from './transcript.tsx';

/** Runs one example in place: what was said, the state that is shared, and what to say next. */
export function ExampleChat({ id, endpoint }: { readonly id: string; readonly endpoint: string }) {
  const [run, setRun] = useState<ExampleRun>();
  useEffect(() => {
    const begun = new ExampleRun({ id, endpoint });
    setRun(begun);
    return () => void begun.leave();
  }, [id, endpoint]);
  return run && <Chat id={id} run={run} />;
}

function Chat({ id, run }: { readonly id: string; readonly run: ExampleRun }) {
  const view = useSyncExternalStore(run.subscribe, run.view);
  const isHeld = view.isRunning || view.questions.length > 0;
  return (
    <div className="stack">
      <ul className="chips examples-prompts" aria-label="Prompts">
        {promptsOf(id).map((prompt) => (
          <li key={prompt}>
            <button type="button" disabled={isHeld} onClick={() => run.send(prompt)}>
              {prompt}
            </button>
          </li>
        ))}
      </ul>
      <Transcript messages={view.messages} />
      {view.questions.map((question) => (
        <Question key={question.id} question={question} run={run} />
      ))}
      {view.problem && (
        <div className="failure" role="alert">
          <p>{view.problem.detail}</p>
          <code>{view.problem.code}</code>
        </div>
      )}
      <p className="soft examples-status" role="status">
        {statusOf(view)}
      </p>
      <Composer isRunning={view.isRunning} isHeld={isHeld} run={run} />
      <SharedState run={run} state={view.state} isHeld={isHeld} />
      {view.customEvents.length > 0 && (
        <section aria-label="Custom events">
          <h3>Events of its own</h3>
          <Code
            text={view.customEvents.map(({ name, value }) => `${name} ${JSON.stringify(value)}`).join('\n')}
            label="custom events"
          />
        </section>
      )}
    </div>
  );
}

function Question({ question, run }: { readonly question: AGUIInterrupt; readonly run: ExampleRun }) {
  return (
    <section className="examples-question" aria-label="The agent asks">
      <p>{question.message ?? 'The agent wants to call a tool.'}</p>
      <p className="actions">
        <button type="button" className="primary" onClick={() => run.answer(question.id, true)}>
          Approve
        </button>
        <button type="button" onClick={() => run.answer(question.id, false)}>
          Reject
        </button>
      </p>
    </section>
  );
}

function Composer({
  isRunning,
  isHeld,
  run,
}: {
  readonly isRunning: boolean;
  readonly isHeld: boolean;
  readonly run: ExampleRun;
}) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isHeld || !text.trim()) return;
    run.send(text.trim());
    setText('');
  };
  return (
    <form className="examples-composer" onSubmit={submit}>
      <input
        aria-label="Message"
        placeholder="Say something else"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {isRunning ? (
        <button type="button" onClick={() => void run.stop()}>
          <Icon name="stop" /> Stop
        </button>
      ) : (
        <button type="submit" className="primary" disabled={isHeld || !text.trim()}>
          <Icon name="send" /> Send
        </button>
      )}
    </form>
  );
}

function statusOf({ isRunning, questions, messages }: ExampleView): string {
  if (isRunning) return 'The agent answers…';
  if (questions.length) return 'The agent waits for you.';
  return messages.length ? 'The agent is done.' : '';
}
