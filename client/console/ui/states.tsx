/** What a page shows when it has nothing else to show: it waits, there is nothing, or something failed. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { problemOf } from '../api.ts';

/** Shown while an answer is awaited, in about the form of what will come. */
export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div className="loading" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars that are all the same.
        <span className="bar" key={row} />
      ))}
    </div>
  );
}

/** Where there is nothing yet: one sentence that says what fills it, and perhaps what to do. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="empty">{children}</div>;
}

/** Why something failed, in the server's own words, and a way to try it again. */
export function Failure({ cause, retry }: { readonly cause: unknown; readonly retry?: () => void }) {
  const { detail, code, errors } = problemOf(cause);
  return (
    <div className="failure" role="alert">
      <p>{detail}</p>
      {errors?.map(({ path, message }) => (
        <p key={`${path} ${message}`}>
          <code>{path}</code> {message}
        </p>
      ))}
      <p className="failure-foot">
        {code && <code>{code}</code>}
        {retry && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

/** The answer to a question, or where that stands. */
export function Answer<T>({
  of,
  rows,
  children,
}: {
  readonly of: UseQueryResult<T>;
  readonly rows?: number;
  readonly children: (answer: T) => ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.isError) return <Failure cause={of.error} retry={() => void of.refetch()} />;
  return <Loading {...(rows !== undefined && { rows })} />;
}
