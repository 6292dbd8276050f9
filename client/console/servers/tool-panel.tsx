import { useState } from 'react';
import { problemOf } from '../api.ts';
import { isRecord } from '../forms/form-values.ts';
import { toForm } from '../forms/schema-fields.ts';
import { SchemaForm } from '../forms/schema-form.tsx';
import { type Issue, readIssues, readPlace } from '../forms/server-issues.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Link } from '../ui/link.tsx';
import { Code } from '../ui/text.tsx';
import { type ToolCall, useToolCall } from './call-tool.ts';
import { pathTo, type Selection, type Server, type Tool } from './selection.ts';
import { isDestructive, ToolMarks } from './tool-list.tsx';
import { CallResult } from './tool-result.tsx';

/** A tool of a server: what it does, the form of its arguments, and what its last call came to. */
export function ToolPanel({
  server,
  tool,
  now,
}: {
  readonly server: Server;
  readonly tool: Tool;
  readonly now: Selection;
}) {
  return (
    <div className="stack">
      <p className="servers-back">
        <Link href={pathTo(now, { tool: undefined })}>{server.name}</Link>
      </p>
      <header className="servers-head">
        <h2>{tool.annotations?.title ?? tool.name}</h2>
        {tool.annotations?.title && <code>{tool.name}</code>}
        <ToolMarks tool={tool} />
      </header>
      {tool.description && <p className="servers-text">{tool.description}</p>}
      <Caller server={server} tool={tool} />
      <details>
        <summary>Schema of its arguments</summary>
        <Code text={JSON.stringify(tool.inputSchema, null, 2)} label="schema" />
      </details>
    </div>
  );
}

function Caller({ server, tool }: { readonly server: Server; readonly tool: Tool }) {
  const [form] = useState(() => toForm(tool.inputSchema));
  const [value, setValue] = useState<unknown>(form.initial ?? {});
  const [isInvalid, setInvalid] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { call, run, cancel } = useToolCall(server, tool.name);
  const args = value === undefined ? {} : value;
  const start = () => {
    setAsking(false);
    if (isRecord(args)) void run(args);
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isDestructive(tool)) setAsking(true);
        else start();
      }}
    >
      <SchemaForm form={form} value={value} onChange={setValue} issues={issuesOf(call)} onInvalid={setInvalid} />
      {!isRecord(args) && <p className="form-wrong">Arguments are an object.</p>}
      <div className="row">
        <button
          type="submit"
          className="primary"
          disabled={!server.isRunning || isInvalid || !isRecord(args) || call.state === 'running'}
        >
          Call {tool.name}
        </button>
        {call.state === 'running' && (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        )}
        {!server.isRunning && <small>The server does not run.</small>}
      </div>
      <CallResult call={call} />
      {isAsking && (
        <Dialog title={`Call ${tool.name}?`} onClose={() => setAsking(false)}>
          <p>Its server says that this tool may destroy something.</p>
          <p className="actions">
            <button type="button" className="danger" onClick={start}>
              Call it
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Do not
            </button>
          </p>
        </Dialog>
      )}
    </form>
  );
}

/** What the server of the tool, or this one, says is wrong with the arguments. */
function issuesOf(call: ToolCall): readonly Issue[] {
  if (call.state === 'answered') return call.answer.success ? [] : readIssues(call.answer.error ?? '');
  if (call.state !== 'refused') return [];
  const { detail, errors = [] } = problemOf(call.cause);
  const ours = errors.map(({ path, message }) => ({ path: readPlace(path).slice(1), message }));
  return ours.length ? ours : readIssues(detail);
}
