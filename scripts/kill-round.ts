import { readEvents } from '../client/read-events.ts';
import { startServerProcess } from './server-process.ts';

/** What became of the runs of one round. */
export interface KillRound {
  readonly runs: number;
  /** How many runs the killed server had not ended. */
  readonly interrupted: number;
  /** How many readers of these had all that the killed server had stored, or more. */
  readonly ahead: number;
  /** What is wrong, a line each; empty when all is as it should be. */
  readonly problems: readonly string[];
}

interface Reader {
  readonly thread: string;
  /** The text it was told. */
  readonly text: string;
  /** Whether its request was answered before the kill; otherwise the run may never have begun. */
  readonly isAnswered: boolean;
  /** The number of the last event it has. */
  readonly lastId: number;
  readonly hasEnded: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const ROUND_MS = 60_000;

interface StartRound {
  readonly runs: number;
  /** Which one of many, from 0; the kill is at another moment in each. */
  readonly round: number;
  /** The file Node runs as the server; absent: the sources of this repository. */
  readonly entry?: string;
}

/**
 * Starts a server on `home`, kills it in the middle of background runs of its demo agent, starts it again, and looks whether every reader
 * gets an end, every conversation goes on, and nothing that was acknowledged is lost.
 */
export async function runKillRound(home: string, { runs, round, entry }: StartRound): Promise<KillRound> {
  const args = ['--demo', '--data-dir', `${home}/data`, '--mcp-config', `${home}/mcp.json`, '--model', 'demo:rules'];
  const environment = { PATH: process.env.PATH, HOME: home };
  const signal = AbortSignal.timeout(ROUND_MS);
  const threads = Array.from({ length: runs }, (_, index) => `round-${round}-${index}`);
  const before = await startServerProcess({ args, environment, ...(entry !== undefined && { entry }) });
  // From the first events to beyond the last.
  const killAfter = 2 + ((round * 17) % 100);
  let told = 0;
  const readers = await Promise.all(
    threads.map((thread) =>
      readUntilKilled(before.url, thread, signal, () => {
        told++;
        if (told === runs * killAfter) before.kill('SIGKILL');
      }),
    ),
  );
  before.kill('SIGKILL');
  await before.ended;
  await using after = await startServerProcess({ args, environment, ...(entry !== undefined && { entry }) });
  const results = await Promise.all(readers.map((reader) => checkReader(after.url, reader, signal)));
  const running = await getJson(`${after.url}/api/v1/runs?status=running`, signal);
  const stuck =
    isRecord(running) && Array.isArray(running.runs) && running.runs.length ? ['a run is still running'] : [];
  return {
    runs,
    interrupted: results.filter(({ isInterrupted }) => isInterrupted).length,
    ahead: results.reduce((sum, { ahead }) => sum + ahead, 0),
    problems: [...stuck, ...results.flatMap(({ problems }) => problems)],
  };
}

const SAID = 'Tell me at length what you can do, and which tools you have';
const runUrl = (url: string) => `${url}/api/v1/ag-ui/demo`;

async function readUntilKilled(url: string, thread: string, signal: AbortSignal, onEvent: () => void): Promise<Reader> {
  let reader: Reader = { thread, text: '', isAnswered: false, lastId: 0, hasEnded: false };
  try {
    const response = await fetch(`${runUrl(url)}/`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({
        threadId: thread,
        runId: `run-${thread}`,
        messages: [{ id: `u-${thread}`, role: 'user', content: SAID }],
        forwardedProps: { background: true },
      }),
      signal,
    });
    reader = { ...reader, isAnswered: true };
    for await (const { id, data } of readEvents(bodyOf(response))) {
      const event = parseEvent(data);
      reader = {
        thread,
        isAnswered: true,
        text: reader.text + textOf(event),
        lastId: Number(id),
        hasEnded: event.type === 'RUN_FINISHED',
      };
      onEvent();
    }
  } catch (cause) {
    // The server is killed under its readers; anything else shows as a missing end.
    if (signal.aborted) throw cause;
  }
  return reader;
}

async function checkReader(url: string, reader: Reader, signal: AbortSignal) {
  const { thread } = reader;
  const problems: string[] = [];
  const expectTrue = (isTrue: boolean, problem: string) => isTrue || problems.push(`${thread}: ${problem}`);
  const response = await fetch(`${runUrl(url)}/connect`, {
    method: 'POST',
    headers: { ...JSON_TYPE, 'last-event-id': String(reader.lastId) },
    body: JSON.stringify({ threadId: thread, runId: `run-${thread}` }),
    signal,
  });
  const neverBegan = !reader.isAnswered && response.status === 404;
  if (neverBegan) {
    await response.body?.cancel();
    return { problems: await findStuck(url, thread, signal), isInterrupted: false, ahead: 0 };
  }
  const rest: { id: number; event: { type: string } }[] = [];
  for await (const { id, data } of readEvents(bodyOf(response))) rest.push({ id: Number(id), event: parseEvent(data) });
  const ids = [reader.lastId, ...rest.map(({ id }) => id)];
  const isInterrupted = rest.at(-1)?.event.type === 'RUN_ERROR';
  const known = rest.filter(({ id }) => id < 1_000_000);
  expectTrue(
    ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0)),
    `event ids ${ids.join()}`,
  );
  expectTrue(
    known.every(({ id }, index) => id === reader.lastId + 1 + index),
    `a gap in ${ids.join()}`,
  );
  const last = rest.at(-1)?.event.type ?? (reader.hasEnded ? 'RUN_FINISHED' : 'nothing');
  expectTrue(last === 'RUN_ERROR' || last === 'RUN_FINISHED', `its reader is told ${last}`);

  const conversation = JSON.stringify(await getJson(`${url}/api/v1/conversations/${thread}`, signal));
  expectTrue(conversation.includes(SAID), 'what the user said is lost');
  if (reader.hasEnded) expectTrue(conversation.includes(JSON.stringify(reader.text).slice(1, -1)), 'an answer is lost');
  // At a word each 15 ms and a flush each 50 ms, 20 events before the last one are long stored.
  const early = reader.text.slice(0, 20);
  if (reader.lastId > 30) expectTrue(conversation.includes(early), 'what it had said is lost');
  problems.push(...(await findStuck(url, thread, signal)));
  return { problems, isInterrupted, ahead: isInterrupted && known.length === 0 ? 1 : 0 };
}

async function findStuck(url: string, thread: string, signal: AbortSignal): Promise<string[]> {
  const { status, body } = await fetch(`${url}/api/v1/agents/demo/prompt/sync`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ message: 'Hi', conversation_id: thread }),
    signal,
  });
  await body?.cancel();
  return status === 200 ? [] : [`${thread}: its next prompt answers ${status}`];
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  return (await fetch(url, { signal })).json();
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  if (!response.ok || !response.body) throw new Error(`${response.url} answered ${response.status}`);
  return response.body;
}

function parseEvent(data: string): { readonly type: string; readonly delta?: unknown } {
  const event: unknown = JSON.parse(data);
  if (!isRecord(event) || typeof event.type !== 'string') throw new Error(`no event: ${data}`);
  return { type: event.type, delta: event.delta };
}

const textOf = ({ type, delta }: { readonly type: string; readonly delta?: unknown }) =>
  type === 'TEXT_MESSAGE_CONTENT' && typeof delta === 'string' ? delta : '';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
