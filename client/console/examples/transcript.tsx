/** What was said in a conversation, with the calls of tools where they were made. */
import type { AGUIContent, AGUIMessage, AGUIToolCall, AGUIToolMessage } from '../../index.ts';
import { RichText } from '../chat/rich-text.tsx';
import { Code } from '../ui/text.tsx';

/** The messages of a conversation. */
export function Transcript({ messages }: { readonly messages: readonly AGUIMessage[] }) {
  const results = new Map(messages.flatMap((one) => (one.role === 'tool' ? [[one.toolCallId, one]] : [])));
  return messages.map((message) => {
    if (message.role === 'user') {
      return (
        <p key={message.id} className="examples-user">
          <span className="visually-hidden">You: </span>
          {textOf(message.content)}
        </p>
      );
    }
    if (message.role !== 'assistant') return null;
    return (
      <div key={message.id} className="stack">
        {message.content && (
          <article aria-label="Agent">
            <RichText text={message.content} />
          </article>
        )}
        {message.toolCalls?.map((call) => (
          <Call key={call.id} call={call} result={results.get(call.id)} />
        ))}
      </div>
    );
  });
}

function Call({ call, result }: { readonly call: AGUIToolCall; readonly result: AGUIToolMessage | undefined }) {
  const { name, arguments: args } = call.function;
  return (
    <details className="examples-call">
      <summary>
        <code>{name}</code> <span className="soft">{result ? (result.error ? 'failed' : 'answered') : 'called'}</span>
      </summary>
      <Code text={prettyOf(args) || '{}'} label={`arguments of ${name}`} />
      {result && <Code text={prettyOf(result.error ?? result.content)} label={`result of ${name}`} />}
    </details>
  );
}

const textOf = (content: AGUIContent): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join(' ');

/** JSON as it is read best; any other text as it is. */
function prettyOf(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
