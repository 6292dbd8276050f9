import { useMutation } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client, queries } from '../api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/states.tsx';

const MAX_BYTES = 1_000_000;

type Imported = Outputs['mcpServers']['import'];

/** Adds the servers of the config file of another program: first it shows what would become of each, then it adds them. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const preview = useMutation({
    mutationFn: (dryText: string) => client.mcpServers.import.mutate({ text: dryText, dry_run: true }),
  });
  const creation = useMutation({
    mutationFn: () => client.mcpServers.import.mutate({ text }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['servers'] }),
  });
  const change = (next: string) => {
    setText(next);
    // What was shown is of another text.
    preview.reset();
    creation.reset();
  };
  const count = preview.data?.servers.filter(({ status }) => status === 'created').length ?? 0;
  return (
    <Dialog title="Import servers" onClose={onClose}>
      <div className="stack">
        {creation.data ? (
          <>
            <Report of={creation.data} words={DONE} />
            <p className="actions">
              <button type="button" className="primary" onClick={onClose}>
                Done
              </button>
            </p>
          </>
        ) : (
          <>
            <ConfigText text={text} onChange={change} />
            {preview.isError && <Failure cause={preview.error} />}
            {preview.data && <Report of={preview.data} words={WOULD} />}
            {creation.isError && <Failure cause={creation.error} />}
            <p className="actions">
              {preview.data && count > 0 ? (
                <button
                  type="button"
                  className="primary"
                  disabled={creation.isPending}
                  onClick={() => creation.mutate()}
                >
                  Add {count === 1 ? '1 server' : `${count} servers`}
                </button>
              ) : (
                <button
                  type="button"
                  className="primary"
                  disabled={text.trim() === '' || preview.isPending}
                  onClick={() => preview.mutate(text)}
                >
                  Preview
                </button>
              )}
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}

function ConfigText({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const [fault, setFault] = useState<string>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    setFault(file.size > MAX_BYTES ? `${file.name} has more than ${MAX_BYTES.toLocaleString()} bytes.` : undefined);
    if (file.size <= MAX_BYTES) onChange(await file.text());
  };
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files;
    // A dropped text is for the box itself.
    if (!file) return;
    event.preventDefault();
    void read(file);
  };
  return (
    <>
      <label className="field">
        The config file of Claude, Cursor, VS Code or another program
        <textarea
          className="mono"
          rows={10}
          spellCheck={false}
          placeholder='{"mcpServers": {…}}'
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={drop}
        />
        <small>Paste it, drop it here, or choose it.</small>
      </label>
      <input type="file" aria-label="Choose a config file" onChange={({ target }) => void read(target.files?.[0])} />
      {fault && (
        <p className="form-wrong" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

const WOULD = { created: 'will be added', exists: 'is there already', refused: 'cannot be added' };
const DONE = { created: 'added', exists: 'was there already', refused: 'not added' };

function Report({ of: { servers, notes }, words }: { readonly of: Imported; readonly words: typeof WOULD }) {
  return (
    <section aria-label="Servers of the file" aria-live="polite">
      {!servers.length && <p className="soft">There is no server in it.</p>}
      <ul className="servers-import">
        {servers.map(({ id, status, detail, needs }) => (
          <li key={`${id} ${status}`}>
            <strong>{id}</strong>{' '}
            <span className={`chip ${status === 'created' ? 'finished' : status === 'refused' ? 'failed' : ''}`}>
              {words[status]}
            </span>
            {needs.length > 0 && <div className="servers-warn">needs {needs.join(', ')}</div>}
            {detail && <div className="soft">{detail}</div>}
          </li>
        ))}
      </ul>
      {notes.map((note) => (
        <p key={note} className="soft">
          {note}
        </p>
      ))}
    </section>
  );
}
