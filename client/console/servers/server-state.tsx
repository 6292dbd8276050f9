import type { Server } from './selection.ts';

/** The state of a server, as a dot and a word. */
export function ServerState({ server: { status } }: { readonly server: Server }) {
  return (
    <span className="servers-state">
      <span className={`dot ${status}`} aria-hidden="true" />
      {status}
    </span>
  );
}
