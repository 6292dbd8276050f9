import {
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import type { AGUIContent } from '../../index.ts';
import { Icon } from '../ui/icon.tsx';
import { type Attachment, MAX_BYTES, readFiles, toContent, toMegabytes } from './attachments.ts';
import { draftTexts } from './open-thread.ts';

/** Where a message is written: Enter sends it, Shift+Enter begins a line; files come by the button, pasted or dropped. */
export function Composer({
  threadId,
  input,
  isRunning,
  isStopping,
  isHeld,
  onSend,
  onStop,
}: {
  readonly threadId: string;
  readonly input: RefObject<HTMLTextAreaElement | null>;
  readonly isRunning: boolean;
  readonly isStopping: boolean;
  /** Nothing can be sent now. */
  readonly isHeld: boolean;
  readonly onSend: (content: AGUIContent) => void;
  readonly onStop: () => void;
}) {
  const [text, setText] = useState(draftTexts.get(threadId) ?? '');
  const files = useFiles();
  const write = (written: string) => {
    draftTexts.set(threadId, written);
    setText(written);
  };
  const canSend = !isRunning && !isHeld && !files.isReading && (text.trim() !== '' || files.list.length > 0);
  const send = () => {
    if (!canSend) return;
    onSend(toContent(text.trim(), files.list));
    write('');
    files.clear();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends a word that is being composed, in Japanese for one.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="chat-composer">
      {files.problem && (
        <p className="chat-hint" role="alert">
          {files.problem}
        </p>
      )}
      <Chosen files={files.list} remove={files.remove} />
      <textarea
        ref={input}
        aria-label="Message"
        placeholder="Message the agent"
        rows={1}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={files.onPaste}
      />
      <div className="chat-composer-foot">
        <FileButton add={files.add} />
        <span className="soft chat-keys">Enter sends, Shift+Enter begins a line</span>
        {isRunning ? (
          <button type="button" className="chat-round" aria-label="Stop" disabled={isStopping} onClick={onStop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button type="button" className="chat-round primary" aria-label="Send" disabled={!canSend} onClick={send}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </div>
  );
}

function Chosen({ files, remove }: { readonly files: readonly Attachment[]; readonly remove: (id: string) => void }) {
  if (!files.length) return null;
  return (
    <ul className="chips chat-chosen" aria-label="Files to send">
      {files.map(({ id, name, bytes, mediaType, data }) => (
        <li key={id} className="chat-file">
          {mediaType.startsWith('image/') && <img src={`data:${mediaType};base64,${data}`} alt="" />}
          {name} <small>{toMegabytes(bytes)}</small>
          <button type="button" className="quiet" aria-label={`Leave out ${name}`} onClick={() => remove(id)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function FileButton({ add }: { readonly add: (files: readonly File[]) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const label = `Add files, at most ${toMegabytes(MAX_BYTES)} together`;
  return (
    <>
      <button type="button" className="quiet" aria-label={label} title={label} onClick={() => chooser.current?.click()}>
        <Icon name="clip" />
      </button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          // The same file may be chosen again after it was left out.
          event.target.value = '';
        }}
      />
    </>
  );
}

/** The files that were chosen for the next message. */
function useFiles() {
  const [list, setList] = useState<readonly Attachment[]>([]);
  const [problem, setProblem] = useState('');
  const [isReading, setReading] = useState(false);
  const add = (files: readonly File[]) => {
    if (!files.length) return;
    setReading(true);
    setProblem('');
    readFiles(files, list)
      .then(
        (read) => setList((before) => [...before, ...read]),
        (cause: unknown) => setProblem(cause instanceof Error ? cause.message : String(cause)),
      )
      .finally(() => setReading(false));
  };
  const take = (event: { preventDefault: () => void }, files: FileList) => {
    if (!files.length) return;
    event.preventDefault();
    add([...files]);
  };
  useDrop(take);
  return {
    list,
    problem,
    isReading,
    add,
    remove: (id: string) => setList((before) => before.filter((one) => one.id !== id)),
    clear: () => setList([]),
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData.files),
  };
}

/** Takes files wherever on the page they are dropped: beside the composer a browser would leave the page and open them. */
function useDrop(take: (event: DragEvent, files: FileList) => void): void {
  const onDrop = useEffectEvent((event: DragEvent) => {
    if (event.dataTransfer) take(event, event.dataTransfer.files);
  });
  useEffect(() => {
    const allow = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent) => onDrop(event);
    document.addEventListener('dragover', allow);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', allow);
      document.removeEventListener('drop', drop);
    };
  }, []);
}
