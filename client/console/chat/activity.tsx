/** What an agent shows beside its messages. */
import { Component, lazy, type ReactNode, Suspense } from 'react';
import { Loading } from '../ui/states.tsx';
import { Code } from '../ui/text.tsx';
import { FileView } from './file-view.tsx';
import type { Thread } from './thread.ts';

const AppFrame = lazy(async () => ({ default: (await import('./app-frame.tsx')).AppFrame }));
const Surface = lazy(async () => {
  // The renderer adds a style element, which the policy of the page refuses, unless there is one with this id. Its rule is in surface.css.
  const sheet = document.querySelector('link[rel=stylesheet]');
  if (sheet) sheet.id = 'a2ui-date-time-input-webkit-styles';
  return { default: (await import('./surface.tsx')).Surface };
});

interface ActivityProps {
  /** Of the message that it is. */
  readonly id: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly thread: Thread;
}

/** An activity, drawn as its type asks for; one of an unknown type, or that cannot be drawn, is folded JSON. */
export function ActivityView(props: ActivityProps) {
  const { type, content } = props;
  if (type === 'file') {
    const { media_type: mediaType, data, url } = content;
    return (
      <FileView
        file={{
          mediaType: String(mediaType ?? 'application/octet-stream'),
          data: typeof data === 'string' ? data : undefined,
          url: typeof url === 'string' ? url : undefined,
        }}
      />
    );
  }
  const json = <Folded {...props} />;
  return (
    <OrElse instead={json}>
      <Suspense fallback={<Loading rows={2} />}>
        <Drawn {...props} json={json} />
      </Suspense>
    </OrElse>
  );
}

function Drawn({ id, type, content, thread, json }: ActivityProps & { readonly json: ReactNode }) {
  if (type === 'a2ui-surface') return <Surface {...{ id, content, thread, json }} />;
  if (type === 'mcp-app') return <AppFrame {...{ content, thread, json }} />;
  return json;
}

function Folded({ type, content }: ActivityProps) {
  return (
    <details className="chat-card">
      <summary>
        <span className="chat-card-name">{type || 'activity'}</span>
      </summary>
      <div className="chat-card-body">
        <Code text={JSON.stringify(content, null, 2)} label={type || 'activity'} />
      </div>
    </details>
  );
}

/** Shows something else in place of what cannot be drawn, or loaded. */
class OrElse extends Component<
  { readonly instead: ReactNode; readonly children: ReactNode },
  { readonly isBroken: boolean }
> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.instead : this.props.children;
  }
}
