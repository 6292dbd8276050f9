import { useRoute } from '../route.ts';
import { Answer } from '../ui/states.tsx';
import { fieldsOfCopy, NO_FIELDS } from './agent-fields.ts';
import { AgentForm } from './agent-form.tsx';
import { useAgent } from './questions.ts';

/** A new agent, from nothing or as a copy of the one that is in the address. */
export function NewAgent() {
  const from = useRoute().query.get('from');
  return (
    <>
      <header className="agents-head">
        <h2>{from ? `A copy of ${from}` : 'New agent'}</h2>
      </header>
      {from ? <Copied key={from} id={from} /> : <AgentForm initial={NO_FIELDS} />}
    </>
  );
}

function Copied({ id }: { readonly id: string }) {
  return <Answer of={useAgent(id)}>{(agent) => <AgentForm initial={fieldsOfCopy(agent)} />}</Answer>;
}
