/** What an agent shows beside its messages. */
import { Code } from '../ui/text.tsx';
import { FileView } from './file-view.tsx';

/** An activity, drawn as its type asks for; one of an unknown type is folded JSON. */
export function ActivityView({
  type,
  content,
}: {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}) {
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
