/** Files that somebody said: pictures and sounds are shown, others can be kept, and what lies elsewhere is led to. */

/** A file: its data in base64, or its address. */
export interface ShownFile {
  readonly mediaType: string;
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly name?: string | undefined;
}

/** Shows a file. */
export function FileView({ file: { mediaType, data, url, name } }: { readonly file: ShownFile }) {
  const label = name ?? mediaType;
  if (data === undefined) {
    const isSafe = url !== undefined && /^https?:/i.test(url);
    return isSafe ? (
      <a className="chat-file" href={url} target="_blank" rel="noopener noreferrer nofollow">
        {name ?? url}
      </a>
    ) : (
      <span className="chat-file">{label}</span>
    );
  }
  const source = `data:${mediaType};base64,${data}`;
  const [kind] = mediaType.split('/');
  if (kind === 'image') return <img className="chat-image" src={source} alt={name ?? 'A picture without a name'} />;
  // biome-ignore lint/a11y/useMediaCaption: there are none.
  if (kind === 'audio') return <audio controls src={source} aria-label={label} />;
  // biome-ignore lint/a11y/useMediaCaption: there are none.
  if (kind === 'video') return <video className="chat-image" controls src={source} aria-label={label} />;
  return (
    <a className="chat-file" href={source} download={name ?? 'file'}>
      {label} · keep
    </a>
  );
}

const MAX_FILES = 10;
const MAX_DEPTH = 6;

/** The pictures in a result of a tool: `data:` URLs, and content of MCP. */
export function picturesIn(value: unknown): ShownFile[] {
  const found: ShownFile[] = [];
  look(value, 0, found);
  return found;
}

function look(value: unknown, depth: number, found: ShownFile[]): void {
  if (found.length >= MAX_FILES || depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    const [, mediaType, data] = /^data:(image\/[\w.+-]+);base64,([\w+/=]+)$/.exec(value) ?? [];
    if (mediaType !== undefined) found.push({ mediaType, data });
  } else if (typeof value === 'object' && value !== null) {
    const { type, data, mimeType } = value as { type?: unknown; data?: unknown; mimeType?: unknown };
    if (type === 'image' && typeof data === 'string' && typeof mimeType === 'string') {
      found.push({ mediaType: mimeType, data });
    } else for (const inner of Object.values(value)) look(inner, depth + 1, found);
  }
}
