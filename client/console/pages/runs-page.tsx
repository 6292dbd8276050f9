import { pathOf, useRoute } from '../route.ts';
import { keptFilters, RunFilters } from '../runs/run-filters.tsx';
import { RunList } from '../runs/run-list.tsx';
import { RunView } from '../runs/run-view.tsx';
import { Link } from '../ui/link.tsx';

/** Every run of every agent, and one of them in detail. */
export function RunsPage() {
  const { parts, query } = useRoute();
  const [id] = parts;
  return (
    <div className="runs" data-open={id !== undefined}>
      <section className="pane runs-list" aria-label="Runs">
        <h1>Runs</h1>
        <RunFilters />
        <RunList />
      </section>
      {id !== undefined && (
        <section className="pane detail" aria-label={`Run ${id}`}>
          <p className="runs-back">
            <Link href={pathOf(['runs'], keptFilters(query))}>All runs</Link>
          </p>
          <RunView key={id} id={id} />
        </section>
      )}
    </div>
  );
}
