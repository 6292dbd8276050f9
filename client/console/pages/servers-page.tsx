import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api.ts';
import { go } from '../route.ts';
import { CreateDialog } from '../servers/create-dialog.tsx';
import { ImportDialog } from '../servers/import-dialog.tsx';
import { findSelected, pathTo, type Selection, type Server, useSelection } from '../servers/selection.ts';
import { ServerDetail } from '../servers/server-detail.tsx';
import { ServerList } from '../servers/server-list.tsx';
import { ToolPanel } from '../servers/tool-panel.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';

/** The MCP servers, and of the one that is selected what it is, its tools and its log. */
export function ServersPage() {
  const now = useSelection();
  const [dialog, setDialog] = useState<'create' | 'import'>();
  const servers = useQuery({
    queryKey: ['servers', 'available'],
    queryFn: () => client.mcpServers.listAvailable.query(),
  });
  const close = () => setDialog(undefined);
  return (
    <div className="split servers" data-selected={now.id !== undefined}>
      <section className="pane servers-all" aria-label="All servers">
        <header className="servers-head">
          <h1>MCP servers</h1>
          <span className="row">
            <button type="button" onClick={() => setDialog('create')}>
              <Icon name="plus" />
              Add
            </button>
            <button type="button" onClick={() => setDialog('import')}>
              Import
            </button>
          </span>
        </header>
        <Answer of={servers} rows={8}>
          {(all) => <ServerList now={now} all={all} />}
        </Answer>
      </section>
      {now.id !== undefined && servers.data && (
        <section className="pane detail" aria-label="Server">
          <p className="servers-back servers-back-all">
            <Link href={pathTo(now, { id: undefined, tool: undefined, origin: undefined, view: 'tools' })}>
              All servers
            </Link>
          </p>
          <Selected now={now} all={servers.data} />
        </section>
      )}
      {dialog === 'import' && <ImportDialog onClose={close} />}
      {dialog === 'create' && (
        <CreateDialog
          onClose={close}
          onCreated={(id) => {
            close();
            go(pathTo(now, { id, origin: 'custom', tool: undefined, view: 'tools', words: '', show: '' }));
          }}
        />
      )}
    </div>
  );
}

function Selected({ now, all }: { readonly now: Selection; readonly all: readonly Server[] }) {
  const server = findSelected(now, all);
  if (!server) return <Empty>There is no server "{now.id}": it may have been deleted.</Empty>;
  if (now.tool === undefined) return <ServerDetail server={server} now={now} all={all} />;
  const tool = server.tools.find(({ name }) => name === now.tool);
  if (tool) {
    const key = `${server.origin} ${server.id} ${tool.name}`;
    return <ToolPanel key={key} server={server} tool={tool} now={now} />;
  }
  return (
    <Empty>
      <p>
        {server.isRunning
          ? `${server.name} has no tool "${now.tool}".`
          : `The tools of ${server.name} are known while it runs.`}
      </p>
      <Link href={pathTo(now, { tool: undefined })}>Go to {server.name}</Link>
    </Empty>
  );
}
