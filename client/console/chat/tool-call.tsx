import { type ReactNode, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Code, durationOf } from '../ui/text.tsx';
import { ApprovalQuestion, usePendingApproval } from './approval.tsx';
import { parse, prettyOf, shortArguments, stateOf, timeOf, toolOf } from './call-text.ts';
import { CodeResult, codeOf } from './code-result.tsx';
import { FileView, picturesIn } from './file-view.tsx';
import type { AskedAgent, CallItem } from './items.ts';
import type { Thread } from './thread.ts';

/** A call of a tool as a card: where it stands, and unfolded what it was asked and what it answered. */
export function ToolCall({
  item,
  thread,
  isRunning,
  children,
}: {
  readonly item: CallItem;
  readonly thread: Thread;
  readonly isRunning: boolean;
  /** What the agent says and does that was asked by the call. */
  readonly children: ReactNode;
}) {
  const approval = usePendingApproval(item.id);
  const waiting = item.phase === 'answered' ? undefined : approval;
  const state = stateOf(item, { isWaiting: waiting !== undefined, isRunning });
  const pictures = item.phase === 'answered' ? picturesIn(parse(item.result)) : [];
  const [isOpen, setOpen] = useState(false);
  const isShown = isOpen || waiting !== undefined;
  return (
    <div className={`chat-call chat-${state.style}`}>
      <details className="chat-card" open={isShown} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Icon name={codeOf(item.args) === undefined ? 'tool' : 'code'} />
          <span className="chat-card-name">{toolOf(item)}</span>
          {item.detail?.server && <small>{item.detail.server}</small>}
          <span className="chat-card-args">{shortArguments(item.args)}</span>
          <small className="chat-card-time">{timeOf(item)}</small>
          <span className={`chip ${state.style}`}>{state.word}</span>
        </summary>
        {isShown && <CallBody item={item} />}
      </details>
      {waiting && <ApprovalQuestion key={waiting.id} approval={waiting} thread={thread} />}
      {pictures.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a result does not change.
        <FileView key={index} file={file} />
      ))}
      {item.agent && <Asked agent={item.agent}>{children}</Asked>}
    </div>
  );
}

function CallBody({ item }: { readonly item: CallItem }) {
  const code = codeOf(item.args);
  return (
    <div className="chat-card-body">
      <p className="chat-part">{code === undefined ? 'Arguments' : 'Code'}</p>
      <Code text={code ?? (prettyOf(item.args) || '{}')} label={code === undefined ? 'arguments' : 'code'} />
      {item.detail?.inner.length ? (
        <>
          <p className="chat-part">Calls made by the code</p>
          <ul>
            {item.detail.inner.map(({ id, tool, server, isError, ms }) => (
              <li key={id}>
                <code>{tool}</code> {server && <small>{server}</small>} {isError ? 'failed' : 'done'}
                {ms !== undefined && `, ${durationOf(ms)}`}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {item.phase === 'answered' && (
        <>
          <p className="chat-part">Result</p>
          {code === undefined ? (
            <Code text={prettyOf(item.result)} label="result" />
          ) : (
            <CodeResult result={item.result} />
          )}
        </>
      )}
    </div>
  );
}

function Asked({ agent, children }: { readonly agent: AskedAgent; readonly children: ReactNode }) {
  return (
    <div className="chat-asked">
      <p className="soft">
        The agent {agent.name} · {agent.status === 'waiting' ? 'waits for an approval' : agent.status}
        {agent.message && ` · ${agent.message}`}
      </p>
      {children}
    </div>
  );
}
