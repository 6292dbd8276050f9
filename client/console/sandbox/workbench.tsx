/** Where code is written and run, above what came of it. */
import { lazy, Suspense, useRef, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { ExecutionView } from './execution-view.tsx';
import { executionsOf, useExecutions } from './executions.ts';

const PythonEditor = lazy(async () => ({ default: (await import('./editor.tsx')).PythonEditor }));

const FIRST = 'print("hello")\n6 * 7\n';
const DEFAULT_TIMEOUT = 30;
const MAX_TIMEOUT = 600;
/** What is written for each agent, while other pages are looked at. */
const drafts = new Map<string, string>();

/** Runs Python in the sandbox of an agent. */
export function Workbench({ agentId }: { readonly agentId: string }) {
  const executions = executionsOf(agentId);
  const list = useExecutions(executions);
  // The editor is made anew when a text is put into it.
  const [version, setVersion] = useState(0);
  const [timeout, setTimeoutText] = useState(String(DEFAULT_TIMEOUT));
  const [problem, setProblem] = useState('');
  const section = useRef<HTMLElement>(null);
  const codeNow = () => drafts.get(agentId) ?? FIRST;
  const run = () => {
    const seconds = Number(timeout);
    const isEmpty = !codeNow().trim();
    const isWrong = !(seconds >= 1 && seconds <= MAX_TIMEOUT);
    setProblem(isEmpty ? 'There is no code to run.' : isWrong ? `The timeout is 1 to ${MAX_TIMEOUT} seconds.` : '');
    if (!isEmpty && !isWrong) void executions.run(codeNow(), seconds);
  };
  const reuse = (code: string) => {
    drafts.set(agentId, code);
    setVersion((before) => before + 1);
    section.current?.scrollIntoView({ block: 'start' });
  };
  return (
    <div className="sandbox-work">
      <section aria-label="Code" className="stack" ref={section}>
        <Suspense fallback={<Loading />}>
          <PythonEditor key={version} initial={codeNow()} onChange={(code) => drafts.set(agentId, code)} onRun={run} />
        </Suspense>
        <div className="row">
          <button type="button" className="primary" onClick={run}>
            <Icon name="play" /> Run
          </button>
          <label className="sandbox-timeout">
            Timeout in seconds
            <input
              type="number"
              min={1}
              max={MAX_TIMEOUT}
              value={timeout}
              onChange={(event) => setTimeoutText(event.target.value)}
            />
          </label>
          <small>Ctrl+Enter runs. Tab indents; Escape, then Tab leaves the editor.</small>
        </div>
        {problem && <p role="alert">{problem}</p>}
      </section>
      <section aria-label="Executions" className="stack">
        <header className="row">
          <h2>Executions of this tab</h2>
          {list.some(({ status }) => status !== 'running') && (
            <button type="button" className="quiet" onClick={() => executions.clear()}>
              Forget them
            </button>
          )}
        </header>
        {list.length === 0 && <Empty>What you run is shown here, with its output as it comes.</Empty>}
        {list.map((one) => (
          <ExecutionView key={one.id} one={one} executions={executions} onReuse={reuse} />
        ))}
      </section>
      <p className="visually-hidden" role="status">
        {list[0]?.endedAt !== undefined ? `The execution is over: ${list[0].status}` : ''}
      </p>
    </div>
  );
}
