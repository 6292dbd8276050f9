/** What an editor has opened, so that another server can be told of it. */
import { z } from 'zod';

const Params = z.record(z.string(), z.unknown());
type Params = z.output<typeof Params>;

/** A message as it comes: a request, a notification or an answer. */
export const LineMessage = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().optional(),
  params: Params.optional().catch(undefined),
  result: Params.optional().catch(undefined),
});
export type LineMessage = z.output<typeof LineMessage>;

interface OpenSession {
  /** How it was opened: its folders and MCP servers. */
  readonly opening: Params;
  /** What the server calls it: another than the editor does when a server before has called it otherwise. */
  serverId: string;
  mode?: unknown;
}

const OPENING = new Set(['session/new', 'session/load', 'session/resume']);
const CLOSING = new Set(['session/close', 'session/delete']);
const ModeUpdate = z.object({
  update: z.object({ sessionUpdate: z.literal('current_mode_update'), currentModeId: z.string() }),
});

/** The sessions of an editor, by the ids that it knows them by. */
export class LineSessions {
  readonly #open = new Map<string, OpenSession>();

  /** Each with how it is opened again, and what to call it from then on. */
  *[Symbol.iterator]() {
    for (const [id, session] of this.#open) yield { id, session };
  }

  /** Notes that a request of the editor was answered. */
  answered({ method = '', params = {} }: LineMessage, { result }: LineMessage): void {
    if (!result) return;
    const id = method === 'session/new' ? result.sessionId : params.sessionId;
    if (typeof id !== 'string') return;
    if (CLOSING.has(method)) this.#open.delete(id);
    if (!OPENING.has(method)) return;
    const { sessionId: _, ...opening } = params;
    this.#open.set(id, { opening, serverId: this.#open.get(id)?.serverId ?? id });
  }

  /** A message of the editor, with the session as the server knows it. */
  toServer(message: LineMessage): LineMessage {
    return withSession(message, (id) => this.#open.get(id)?.serverId);
  }

  /** A message of the server, with the session as the editor knows it. */
  toEditor(message: LineMessage): LineMessage {
    const told = withSession(message, (serverId) => {
      for (const { id, session } of this) if (session.serverId === serverId) return id;
      return undefined;
    });
    const update = ModeUpdate.safeParse(told.params).data?.update;
    const session = this.#open.get(String(told.params?.sessionId));
    if (session && update) session.mode = update.currentModeId;
    return told;
  }
}

function withSession(message: LineMessage, find: (id: string) => string | undefined): LineMessage {
  const id = message.params?.sessionId;
  const other = typeof id === 'string' ? find(id) : undefined;
  return other === undefined || other === id
    ? message
    : { ...message, params: { ...message.params, sessionId: other } };
}
