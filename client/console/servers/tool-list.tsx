import { Link } from '../ui/link.tsx';
import { Empty } from '../ui/states.tsx';
import { pathTo, type Selection, type Server, type Tool } from './selection.ts';

/** The tools of a server, each leading to its form. */
export function ToolList({ server, now }: { readonly server: Server; readonly now: Selection }) {
  if (!server.isRunning) return <Empty>Its tools are known while it runs.</Empty>;
  if (!server.tools.length) return <Empty>It has no tools.</Empty>;
  return (
    <ul className="cards servers-list">
      {server.tools.map((tool) => (
        <li key={tool.name}>
          <Link href={pathTo(now, { tool: tool.name })} className="servers-card">
            <span className="servers-card-head">
              <strong className="mono">{tool.name}</strong>
              <ToolMarks tool={tool} />
            </span>
            <span className="soft">{firstParagraph(tool.description)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const firstParagraph = (text: string) => text.split(/\n\s*\n/)[0];

/** What the server says of a tool, in a word each. */
export function ToolMarks({ tool: { annotations = {} } }: { readonly tool: Tool }) {
  const { readOnlyHint, idempotentHint, openWorldHint } = annotations;
  return (
    <>
      {readOnlyHint && <span className="chip ready">read-only</span>}
      {isDestructive({ annotations }) && <span className="chip failed">destructive</span>}
      {idempotentHint && !readOnlyHint && <span className="chip">idempotent</span>}
      {openWorldHint && <span className="chip">reaches outside</span>}
    </>
  );
}

/** Whether the server says that a tool may destroy something. */
export const isDestructive = ({ annotations }: Pick<Tool, 'annotations'>): boolean =>
  annotations?.destructiveHint === true && annotations.readOnlyHint !== true;
