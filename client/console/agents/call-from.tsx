import { apiKey, serverRoot } from '../api.ts';
import { pathOf, useRoute } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Code } from '../ui/text.tsx';
import { KEY_PLACEHOLDER, KEY_VARIABLE } from './snippet-parts.ts';
import { waysToCall } from './snippets.ts';

/** How other programs call this agent, each way with what is to be copied. */
export function CallFrom({ agentId }: { readonly agentId: string }) {
  const { query } = useRoute();
  // A tab that had to give a key is at a server that asks for one.
  const needsKey = apiKey() !== undefined;
  const ways = waysToCall({ root: serverRoot, agentId, needsKey });
  const shown = ways.find(({ id }) => id === query.get('with')) ?? ways[0];
  return (
    <>
      <p className="soft">
        {needsKey
          ? `This server asks for a key: set ${KEY_VARIABLE} where the program runs, or put your key in place of ${KEY_PLACEHOLDER}.`
          : 'This server asks for no key.'}
      </p>
      <nav className="agents-tabs" aria-label="Call it from">
        {ways.map(({ id, title }) => (
          <Link
            key={id}
            href={pathOf(['agents', agentId, 'call'], { ...Object.fromEntries(query), with: id })}
            aria-current={id === shown?.id ? 'true' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      {shown && (
        <div className="stack">
          <p className="soft agents-hint">{shown.hint}</p>
          {shown.snippets.map(({ title, text }) => (
            <section key={`${shown.id} ${title}`}>
              <h3>{title}</h3>
              <Code text={text} label={`${shown.title}: ${title}`} />
            </section>
          ))}
        </div>
      )}
    </>
  );
}
