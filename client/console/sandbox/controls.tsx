import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queries } from '../api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Answer, Failure } from '../ui/states.tsx';
import { SettingsDialog } from './settings.tsx';

const invalidate = () => queries.invalidateQueries({ queryKey: ['sandbox'] });

/** Where code runs, and what can be done about it. */
export function SandboxControls({ agentId }: { readonly agentId: string }) {
  const status = useQuery({ queryKey: ['sandbox', 'status'], queryFn: () => client.sandbox.status.query() });
  const [asked, setAsked] = useState<'settings' | 'restart'>();
  const close = () => setAsked(undefined);
  return (
    <section aria-label="Where code runs" className="stack">
      <Answer of={status} rows={3}>
        {(known) => (
          <>
            <dl className="facts">
              <dt>Variant</dt>
              <dd>{known.variant}</dd>
              {known.jupyter_url !== null && (
                <>
                  <dt>Jupyter server</dt>
                  <dd>{known.jupyter_url}</dd>
                  <dt>Token</dt>
                  <dd>{known.jupyter_token_set ? 'set' : 'none'}</dd>
                </>
              )}
              <dt>Interpreter</dt>
              <dd>{known.sandbox_running ? 'running' : 'none; the next execution starts one'}</dd>
            </dl>
            {asked === 'settings' && <SettingsDialog status={known} onClose={close} />}
          </>
        )}
      </Answer>
      <p className="actions">
        <button type="button" onClick={() => setAsked('settings')} disabled={!status.data}>
          <Icon name="edit" /> Configure
        </button>
        <button type="button" onClick={() => setAsked('restart')}>
          <Icon name="reload" /> Restart
        </button>
        <Interrupt agentId={agentId} />
      </p>
      {asked === 'restart' && <RestartDialog onClose={close} />}
    </section>
  );
}

function Interrupt({ agentId }: { readonly agentId: string }) {
  const interruption = useMutation({
    mutationFn: () => client.sandbox.interrupt.mutate({ agent_id: agentId }),
    onSuccess: invalidate,
  });
  const told = interruption.data && (interruption.data.interrupted.length ? 'Interrupted.' : 'Nothing ran.');
  return (
    <>
      <button type="button" disabled={interruption.isPending} onClick={() => interruption.mutate()}>
        <Icon name="stop" /> Interrupt
      </button>
      <small role="status">{told}</small>
      {interruption.isError && <Failure cause={interruption.error} />}
    </>
  );
}

function RestartDialog({ onClose }: { readonly onClose: () => void }) {
  const restart = useMutation({
    mutationFn: () => client.sandbox.restart.mutate(),
    onSuccess: () => {
      void invalidate();
      onClose();
    },
  });
  return (
    <Dialog title="Restart the sandbox?" onClose={onClose}>
      <p>What you run is interrupted, and the variables of all your agents are lost.</p>
      {restart.isError && <Failure cause={restart.error} />}
      <p className="actions">
        <button type="button" className="danger" disabled={restart.isPending} onClick={() => restart.mutate()}>
          {restart.isPending ? 'Restarting…' : 'Restart'}
        </button>
        <button type="button" onClick={onClose}>
          Keep
        </button>
      </p>
    </Dialog>
  );
}
