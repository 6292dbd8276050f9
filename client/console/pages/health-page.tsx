import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { Answer } from '../ui/states.tsx';

/** How the server is: its parts and its version. */
export function HealthPage() {
  const ready = useQuery({ queryKey: ['health'], queryFn: () => client.health.ready.query(), refetchInterval: 10_000 });
  return (
    <div className="pane">
      <h1>Health</h1>
      <Answer of={ready}>{(answer) => <pre>{JSON.stringify(answer, null, 2)}</pre>}</Answer>
    </div>
  );
}
