import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client, queries } from '../api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/states.tsx';

/** Where code runs, as the server tells it. */
export type SandboxStatus = Outputs['sandbox']['status'];

/** Asks where code is to run, for all agents. The token of a Jupyter server is given and never shown. */
export function SettingsDialog({ status, onClose }: { readonly status: SandboxStatus; readonly onClose: () => void }) {
  const [variant, setVariant] = useState(status.variant);
  const [url, setUrl] = useState(status.jupyter_url ?? '');
  const [token, setToken] = useState('');
  const [isVerified, setVerified] = useState(true);
  const isJupyter = variant === 'local-jupyter';
  const change = useMutation({
    mutationFn: () =>
      client.sandbox.configure.mutate({
        variant,
        ...(isJupyter && { jupyter_url: url.trim(), verify: isVerified, ...(token && { jupyter_token: token }) }),
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['sandbox'] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Dialog title="Where code runs" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          Variant
          <select value={variant} onChange={(event) => setVariant(toVariant(event.target.value))}>
            <option value="local-eval">local-eval: inside this server, isolated</option>
            <option value="local-jupyter">local-jupyter: kernels of a Jupyter server</option>
          </select>
          <small>It counts for every agent from the next execution on. Variables do not move.</small>
        </label>
        {isJupyter && (
          <>
            <label className="field">
              URL of the Jupyter server
              <input
                type="url"
                required
                placeholder="http://localhost:8888"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            </label>
            <label className="field">
              Token
              <input
                type="password"
                autoComplete="off"
                name="jupyter-token"
                value={token}
                onChange={(event) => setToken(event.target.value)}
              />
              <small>
                {status.jupyter_token_set ? 'There is one; it is not shown. ' : ''}It is needed again whenever this is
                saved, when the server asks for one.
              </small>
            </label>
            <label className="check">
              <input type="checkbox" checked={isVerified} onChange={(event) => setVerified(event.target.checked)} />
              Connect first, and change nothing when that fails
            </label>
          </>
        )}
        {change.isError && <Failure cause={change.error} />}
        <p className="actions">
          <button type="submit" className="primary" disabled={change.isPending || (isJupyter && !url.trim())}>
            {change.isPending ? 'Saving…' : 'Save'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}

const toVariant = (value: string): SandboxStatus['variant'] =>
  value === 'local-jupyter' ? 'local-jupyter' : 'local-eval';
