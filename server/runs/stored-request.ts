/** What a run is asked, as it is stored for another process to go on with. */
import { z } from 'zod';
import type { Principal } from '../call/principal.ts';
import type { Message } from '../store/messages.ts';
import type { RunRequest } from './run-request.ts';

const json = z.unknown().optional();
const schema = z.record(z.string(), z.unknown());
const StoredRequest = z.object({
  principal: z.object({ name: z.string().optional(), seesAll: z.boolean() }),
  callerTools: z.array(z.object({ name: z.string(), description: z.string(), inputSchema: schema })).optional(),
  toolChoice: z
    .object({
      calls: z.union([z.literal('required'), z.object({ name: z.string() })]).optional(),
      inParallel: z.boolean().optional(),
    })
    .optional(),
  instructions: z.string().optional(),
  outputSchema: schema.nullable().optional(),
  state: json,
  note: json,
  /** The ids of the messages that the model is told, where they are not all of the conversation. */
  history: z.array(z.string()).optional(),
});

/** What a run is asked that another process goes on with. */
export type StoredRequest = Pick<
  RunRequest,
  'callerTools' | 'toolChoice' | 'instructions' | 'outputSchema' | 'state' | 'note'
> & { readonly principal: Principal; readonly history?: readonly string[] | undefined };

/** A request as it is stored. `told` is what the model is told of the conversation. */
export function toStoredRequest(request: RunRequest, told: readonly Message[]): StoredRequest {
  const { callerTools, toolChoice, instructions, outputSchema, state, note } = request;
  const { name, seesAll } = request.principal;
  return {
    principal: { name, seesAll },
    callerTools: callerTools?.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    toolChoice,
    instructions,
    outputSchema,
    state,
    note,
    ...(request.history === 'given' && { history: told.map(({ id }) => id) }),
  };
}

/** A request as it was stored; undefined of what is none. */
export function readStoredRequest(value: unknown): StoredRequest | undefined {
  const read = StoredRequest.safeParse(value).data;
  return read && { ...read, principal: { name: read.principal.name, seesAll: read.principal.seesAll } };
}
