import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { ExampleChat } from '../examples/example-chat.tsx';
import { pathOf, useRoute } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { Code } from '../ui/text.tsx';

type Example = Outputs['examples']['list']['examples'][number];

/** Small agents that each show one thing AG-UI can do: `examples/{name}`. */
export function ExamplesPage() {
  const [name] = useRoute().parts;
  const examples = useQuery({ queryKey: ['examples'], queryFn: () => client.examples.list.query() });
  return (
    <Answer of={examples}>
      {({ examples: found }) => {
        const chosen = found.find(({ id }) => id === name);
        return (
          <div className="split examples">
            <section className="pane" aria-label="All examples">
              <h1>Examples</h1>
              <p className="soft">
                Agents of a few lines, each for one thing that a client of AG-UI can do. They use the default model.
              </p>
              <ul className="cards">
                {found.map((example) => (
                  <li key={example.id}>
                    <Link
                      className="examples-card"
                      href={pathOf(['examples', example.id])}
                      aria-current={example.id === name ? 'true' : undefined}
                    >
                      <strong>{example.name}</strong>
                      <span>{example.description}</span>
                      <span className="soft">{example.features.join(', ').replaceAll('_', ' ')}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
            {name !== undefined && (
              <section className="pane detail" aria-label={chosen?.name ?? 'Example'}>
                <Link className="examples-back" href={pathOf(['examples'])}>
                  All examples
                </Link>
                {chosen ? <Chosen key={chosen.id} example={chosen} /> : <Empty>There is no example {name}.</Empty>}
              </section>
            )}
          </div>
        );
      }}
    </Answer>
  );
}

function Chosen({ example: { id, name, endpoint } }: { readonly example: Example }) {
  const [count, setCount] = useState(0);
  return (
    <div className="stack">
      <header className="row">
        <h2>{name}</h2>
        <button type="button" onClick={() => setCount(count + 1)}>
          <Icon name="reload" /> Begin anew
        </button>
      </header>
      <Code text={`POST ${endpoint}`} label="endpoint" />
      <ExampleChat key={count} id={id} endpoint={endpoint} />
    </div>
  );
}
