import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queries } from '../api.ts';
import { go } from '../route.ts';
import { DeleteButton } from '../ui/confirm.tsx';
import { Icon } from '../ui/icon.tsx';
import { Failure } from '../ui/states.tsx';
import { lackedBy, pathTo, type Selection, type Server } from './selection.ts';
import { restartServer, startServer, stopServer, VariablesForgottenError } from './start-stop.ts';
import { VariablesDialog } from './variables-dialog.tsx';

/** What can be done with a server: it is started, stopped and started again; one that was added here also disabled and deleted. */
export function ServerActions({ server, now }: { readonly server: Server; readonly now: Selection }) {
  const [asked, setAsked] = useState<Server>();
  const action = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: (cause) => setAsked(cause instanceof VariablesForgottenError ? cause.server : undefined),
  });
  const run = (act: () => Promise<unknown>) => action.mutate(act);
  const close = () => {
    setAsked(undefined);
    action.reset();
  };
  const { status } = server;
  const isUp = status === 'running' || status === 'starting' || status === 'restarting';
  return (
    <>
      <div className="row">
        {isUp ? (
          <>
            <button type="button" disabled={action.isPending} onClick={() => run(() => stopServer(server))}>
              <Icon name="stop" />
              Stop
            </button>
            <button type="button" disabled={action.isPending} onClick={() => run(() => restartServer(server))}>
              <Icon name="reload" />
              Restart
            </button>
          </>
        ) : (
          <StartButtons
            server={server}
            isPending={action.isPending}
            start={() => run(() => startServer(server))}
            ask={() => setAsked(server)}
          />
        )}
        {server.origin === 'custom' && <CustomActions server={server} now={now} run={run} />}
      </div>
      {action.isPending && <small role="status">It is on its way…</small>}
      {action.isError && !asked && <Failure cause={action.error} />}
      {asked && <VariablesDialog server={asked} onClose={close} />}
    </>
  );
}

function StartButtons({
  server,
  isPending,
  start,
  ask,
}: {
  readonly server: Server;
  readonly isPending: boolean;
  readonly start: () => void;
  readonly ask: () => void;
}) {
  const isLacking = lackedBy(server).length > 0;
  return (
    <>
      <button type="button" className="primary" disabled={isPending} onClick={isLacking ? ask : start}>
        <Icon name="play" />
        Start
      </button>
      {!isLacking && (
        <button type="button" disabled={isPending} onClick={ask}>
          Start with variables
        </button>
      )}
    </>
  );
}

function CustomActions({
  server: { id, name, enabled },
  now,
  run,
}: {
  readonly server: Server;
  readonly now: Selection;
  readonly run: (act: () => Promise<unknown>) => void;
}) {
  const change = async () => {
    await client.mcpServers.update.mutate({ server_id: id, enabled: !enabled });
    await queries.invalidateQueries({ queryKey: ['servers'] });
  };
  return (
    <>
      <button type="button" onClick={() => run(change)}>
        {enabled ? 'Disable' : 'Enable'}
      </button>
      <DeleteButton
        what={`the server "${name}"`}
        act={() => client.mcpServers.delete.mutate({ server_id: id })}
        onDone={() => {
          go(pathTo(now, { id: undefined, tool: undefined, origin: undefined, view: 'tools' }));
          void queries.invalidateQueries({ queryKey: ['servers'] });
        }}
      />
    </>
  );
}
