import { useMutation } from '@tanstack/react-query';
import { client, queries } from '../api.ts';
import { go } from '../route.ts';
import { DeleteButton } from '../ui/confirm.tsx';
import { Failure } from '../ui/states.tsx';
import { pathTo, type Selection, type Server } from './selection.ts';

/** What can be done with a server that was added here. */
export function ServerActions({ server, now }: { readonly server: Server; readonly now: Selection }) {
  const { id, origin, enabled } = server;
  const setting = useMutation({
    mutationFn: () => client.mcpServers.update.mutate({ server_id: id, enabled: !enabled }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['servers'] }),
  });
  if (origin !== 'custom') return null;
  return (
    <>
      <div className="row">
        <button type="button" disabled={setting.isPending} onClick={() => setting.mutate()}>
          {enabled ? 'Disable' : 'Enable'}
        </button>
        <DeleteButton
          what={`the server "${server.name}"`}
          act={() => client.mcpServers.delete.mutate({ server_id: id })}
          onDone={() => {
            go(pathTo(now, { id: undefined, tool: undefined, origin: undefined, view: 'tools' }));
            void queries.invalidateQueries({ queryKey: ['servers'] });
          }}
        />
      </div>
      {setting.isError && <Failure cause={setting.error} />}
    </>
  );
}
