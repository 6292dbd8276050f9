/** What the server keeps of tool calls: their servers, their times, and whether they failed. */
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import type { CallDetail } from './items.ts';

type Step = Outputs['runs']['steps']['steps'][number];
type Call = Step['tool_calls'][number];

/** A call as the server tells it, and whether it is one that a person had answered since the run before. */
export interface ToldCall {
  readonly id: string;
  readonly isOfPerson: boolean;
  readonly detail: CallDetail;
}

/** The calls of the newest runs of a conversation, at most `limit` of them, the newest run first and its last call first. */
export async function loadCallDetails(threadId: string, limit: number, signal: AbortSignal): Promise<ToldCall[][]> {
  const { runs } = await client.runs.list.query({ conversation_id: threadId, limit }, { signal });
  const told = await Promise.all(runs.map(({ id }) => client.runs.steps.query({ run_id: id }, { signal })));
  return told.map(({ steps }) => steps.flatMap(toTold).reverse());
}

function toTold({ step, tool_calls: calls }: Step): ToldCall[] {
  const made = calls.filter(({ parent_tool_call_id }) => parent_tool_call_id === null);
  return made.map((call) => ({ id: call.id, isOfPerson: step === 0, detail: toDetail(call, calls) }));
}

const toDetail = (call: Call, all: readonly Call[]): CallDetail => ({
  server: call.server,
  status: call.status,
  approval: call.approval?.status ?? null,
  startedAt: toTime(call.started_at),
  endedAt: toTime(call.ended_at),
  inner: all
    .filter(({ parent_tool_call_id }) => parent_tool_call_id === call.id)
    .map(({ id, tool, server, is_error, started_at, ended_at }) => ({
      id,
      tool,
      server,
      isError: is_error === true,
      ms: started_at && ended_at ? Date.parse(ended_at) - Date.parse(started_at) : undefined,
    })),
});

const toTime = (at: string | null) => (at === null ? undefined : Date.parse(at));
