/** The surfaces of A2UI that an activity makes, drawn by the official renderer. */
import { A2uiSurface } from '@a2ui/react/v0_9';
import { Fragment, type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import { Scroll } from '../ui/text.tsx';
import { type SurfaceNote, surfacesOf, type TakenSurfaces } from './surfaces.ts';
import type { Thread } from './thread.ts';

/** An activity of the type `a2ui-surface`; one that is no A2UI is its JSON. */
export function Surface({
  id,
  content,
  thread,
  json,
}: {
  readonly id: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly thread: Thread;
  readonly json: ReactNode;
}) {
  const [taken, setTaken] = useState<TakenSurfaces | 'broken'>();
  // Not while it is drawn: a change of a surface draws it where it is, too.
  useLayoutEffect(() => {
    const { a2ui_operations: operations } = content;
    try {
      setTaken(surfacesOf(thread).take(id, Array.isArray(operations) ? operations : []));
    } catch {
      setTaken('broken');
    }
  }, [thread, id, content]);
  if (taken === undefined) return null;
  if (taken === 'broken' || (!taken.made.length && !taken.hasChanged)) return json;
  return (
    <>
      {taken.made.map((surface) => (
        <Fragment key={surface.id}>
          <Scroll className="surface" label={`Surface ${surface.id.split(':').at(-1)}`}>
            <A2uiSurface surface={surface} />
          </Scroll>
          <Note thread={thread} surfaceId={surface.id} />
        </Fragment>
      ))}
      {taken.hasChanged && <p className="soft">The agent has changed a surface above.</p>}
    </>
  );
}

/** Says what a surface wants; that something was pressed too early is gone when the answer is complete. */
function Note({ thread, surfaceId }: { readonly thread: Thread; readonly surfaceId: string }) {
  const [note, setNote] = useState<SurfaceNote>();
  useEffect(
    () => surfacesOf(thread).onNote((told) => told.surfaceId === surfaceId && setNote(told)),
    [thread, surfaceId],
  );
  const isEarly = note !== undefined && note.url === undefined;
  useEffect(
    () => (isEarly ? thread.subscribe(() => thread.view().status === 'idle' && setNote(undefined)) : undefined),
    [thread, isEarly],
  );
  if (isEarly) return <p role="status">Press it again when the answer is complete.</p>;
  const link = URL.parse(note?.url ?? '');
  if (!link || !/^https?:$/.test(link.protocol)) return null;
  return (
    <p className="surface-link" role="status">
      It leads to{' '}
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {link.href}
      </a>
    </p>
  );
}
