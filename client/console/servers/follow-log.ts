/** Follows the log of a server. */
import { useEffect, useState } from 'react';
import type { Inputs } from '../../index.ts';
import { client, problemOf } from '../api.ts';
import type { Server } from './selection.ts';

/** A line of a log. Numbers go up. */
export interface LogLine {
  readonly number: number;
  readonly at: string;
  readonly line: string;
}

/** The last lines of a log, and how it is followed. */
export interface FollowedLog {
  readonly lines: readonly LogLine[];
  /** How many lines there were before those, that are held no more. */
  readonly dropped: number;
  readonly state: 'connecting' | 'following' | 'broken' | 'removed';
  /** Why it is broken. */
  readonly detail?: string;
}

const MAX_LINES = 2_000;
const GATHER_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 15_000;
const START: FollowedLog = { lines: [], dropped: 0, state: 'connecting' };

/** The last lines of the log of a server, with each new one, over breaks of the connection and restarts of the server. */
export function useLog({ id, origin }: Server): FollowedLog {
  const [log, setLog] = useState(START);
  useEffect(() => {
    const abort = new AbortController();
    setLog(START);
    void follow({ server_id: id, origin }, setLog, abort.signal);
    return () => abort.abort();
  }, [id, origin]);
  return log;
}

type Which = Pick<Inputs['mcpServers']['logEvents'], 'server_id' | 'origin'>;
type SetLog = (change: (before: FollowedLog) => FollowedLog) => void;

async function follow(which: Which, setLog: SetLog, signal: AbortSignal): Promise<void> {
  const gatherer = gather(setLog, signal);
  let after: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    let detail = 'The connection broke off';
    try {
      const input = { ...which, ...(after !== undefined && { after }) };
      for await (const event of await client.mcpServers.logEvents.mutate(input, { signal })) {
        pauseMs = FIRST_PAUSE_MS;
        if (event.type === 'error') detail = event.detail;
        else if (event.type === 'removed') return setLog((before) => ({ ...before, state: 'removed' }));
        else {
          after = event.number;
          if (event.type === 'line') gatherer(event);
          else setLog(({ lines, dropped }) => ({ lines, dropped, state: 'following' }));
        }
      }
    } catch (cause) {
      detail = problemOf(cause).detail;
    }
    if (signal.aborted) return;
    setLog((before) => ({ ...before, state: 'broken', detail }));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
  }
}

/** Takes lines together: a server that writes a thousand at once is drawn once. */
function gather(setLog: SetLog, signal: AbortSignal): (line: LogLine) => void {
  let waiting: LogLine[] = [];
  const tell = () => {
    const fresh = waiting;
    waiting = [];
    if (!signal.aborted) setLog((before) => withLines(before, fresh));
  };
  return ({ number, at, line }) => {
    if (!waiting.length) setTimeout(tell, GATHER_MS);
    waiting.push({ number, at, line });
  };
}

function withLines(before: FollowedLog, fresh: readonly LogLine[]): FollowedLog {
  const all = [...before.lines, ...fresh];
  const tooMany = Math.max(0, all.length - MAX_LINES);
  return { ...before, lines: all.slice(tooMany), dropped: before.dropped + tooMany };
}
