import { type FormEvent, useState } from 'react';
import { apiKey, setApiKey } from './api.ts';
import { Dialog } from './ui/dialog.tsx';

/** Asks for the key that the server wants. It is kept for this tab alone. */
export function KeyDialog() {
  const [key, setKey] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) setApiKey(key.trim());
  };
  return (
    <Dialog title="This server asks for an API key">
      <form onSubmit={submit} className="stack">
        {apiKey() !== undefined && <p role="alert">The key of this tab is not known to the server.</p>}
        <label className="field">
          API key
          {/* Not a password of a site, so that no browser keeps it. */}
          <input
            type="password"
            autoComplete="off"
            name="api-key"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <small>It is sent with each request, and forgotten with this tab.</small>
        </label>
        <p className="actions">
          <button type="submit" className="primary" disabled={!key.trim()}>
            Continue
          </button>
        </p>
      </form>
    </Dialog>
  );
}
