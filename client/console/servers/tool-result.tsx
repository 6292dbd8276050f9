import { isRecord } from '../forms/form-values.ts';
import { Failure } from '../ui/states.tsx';
import { Code, durationOf } from '../ui/text.tsx';
import type { ToolCall } from './call-tool.ts';

const MAX_CHARS = 200_000;

/** What a call came to: whether it failed, how long it took, and each thing it answered. */
export function CallResult({ call }: { readonly call: ToolCall }) {
  return (
    <section aria-label="Result" aria-live="polite" className="stack">
      {call.state === 'running' && <p className="soft">It is called…</p>}
      {call.state === 'refused' && (
        <>
          <Headline isFailed ms={call.ms} />
          <Failure cause={call.cause} />
        </>
      )}
      {call.state === 'answered' && (
        <>
          <Headline isFailed={!call.answer.success} ms={call.ms} />
          {call.answer.success ? <Result {...call.answer} /> : <Said answer={call.answer} />}
        </>
      )}
    </section>
  );
}

function Headline({ isFailed, ms }: { readonly isFailed: boolean; readonly ms: number }) {
  return (
    <p className="row">
      <span className={`chip ${isFailed ? 'failed' : 'finished'}`}>{isFailed ? 'failed' : 'finished'}</span>
      <small>{durationOf(ms)}</small>
    </p>
  );
}

type Answered = Extract<ToolCall, { state: 'answered' }>['answer'];

function Said({ answer: { error, content } }: { readonly answer: Answered }) {
  return (
    <>
      <div className="failure">
        <p className="servers-text">{error || 'It failed and said nothing.'}</p>
      </div>
      {content?.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer does not change.
        <Block key={at} block={block} position={at + 1} />
      ))}
    </>
  );
}

function Result({ result, content }: Answered) {
  // The text that describes the blocks says no more than they do.
  const isDescribed = content !== undefined && typeof result === 'string';
  return (
    <>
      {!isDescribed && <Value value={result} />}
      {content?.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer does not change.
        <Block key={at} block={block} position={at + 1} />
      ))}
    </>
  );
}

function Value({ value, position }: { readonly value: unknown; readonly position?: number }) {
  const isText = typeof value === 'string';
  if (value === '' || value === null) return <p className="soft">It answered nothing.</p>;
  return (
    <Long
      text={isText ? value : JSON.stringify(value, null, 2)}
      label={`${isText ? 'text' : 'JSON'}${position ? ` ${position}` : ''}`}
    />
  );
}

function Long({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <>
      <Code text={text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text} label={label} />
      {text.length > MAX_CHARS && <small>Cut off: {text.length.toLocaleString()} characters in all.</small>}
    </>
  );
}

/** One block of an answer. Source: https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-result */
function Block({ block, position }: { readonly block: unknown; readonly position: number }) {
  if (!isRecord(block)) return <Value value={block} position={position} />;
  const { type, text, data, mimeType, resource, uri, name, description } = block;
  if (type === 'text' && typeof text === 'string') return <Value value={text} position={position} />;
  if (typeof data === 'string') return <Bytes data={data} type={String(mimeType)} name={String(type)} />;
  if (type === 'resource' && isRecord(resource)) return <Resource resource={resource} />;
  if (type === 'resource_link') {
    return (
      <p className="servers-resource">
        <span className="chip">resource</span> {name !== undefined && String(name)} <code>{String(uri)}</code>
        {typeof description === 'string' && <small> {description}</small>}
      </p>
    );
  }
  return <Value value={block} position={position} />;
}

function Resource({ resource: { uri, text, blob, mimeType } }: { readonly resource: Record<string, unknown> }) {
  return (
    <figure className="servers-figure">
      <figcaption>
        <span className="chip">resource</span> <code>{String(uri)}</code>{' '}
        {typeof mimeType === 'string' && <small>{mimeType}</small>}
      </figcaption>
      {typeof text === 'string' && <Long text={text} label={`text of ${String(uri)}`} />}
      {typeof blob === 'string' && <Bytes data={blob} type={String(mimeType)} name={String(uri)} />}
    </figure>
  );
}

/** A picture as it is; of other bytes, how many they are. */
function Bytes({ data, type, name }: { readonly data: string; readonly type: string; readonly name: string }) {
  if (/^image\/[\w.+-]+$/.test(type)) {
    return <img className="servers-image" src={`data:${type};base64,${data}`} alt={`${name} that the tool answered`} />;
  }
  return (
    <p className="soft">
      {type}, about {Math.floor((data.length * 3) / 4).toLocaleString()} bytes
    </p>
  );
}
