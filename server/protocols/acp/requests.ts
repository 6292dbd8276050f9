/** What an editor asks for on one connection. */
import type {
  AgentContext,
  InitializeRequest,
  InitializeResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  LoadSessionRequest,
  McpServer,
  NewSessionRequest,
  NewSessionResponse,
  PromptRequest,
  PromptResponse,
  SetSessionConfigOptionRequest,
  SetSessionModeRequest,
} from '@agentclientprotocol/sdk';
import { ApiError } from '../../call/errors.ts';
import { noteRequest } from '../../call/request-notes.ts';
import { invalidField } from '../../call/validation-error.ts';
import { toUserParts } from './content.ts';
import { toEditorServer } from './editor-servers.ts';
import { type Mode, readConfigOption, readMode, toConfigOptions, toModeFields, toModeUpdates } from './modes.ts';
import type { AcpCaller, AcpPorts, StoredSession } from './ports.ts';
import { replay } from './replay.ts';
import { ACP_VERSION } from './sdk.ts';
import { Session } from './session.ts';
import { Turn } from './turn.ts';

/** How many sessions one connection may have open, and how many MCP servers each. */
const MAX_SESSIONS = 200;
const MAX_SERVERS = 50;
const API_KEY = 'api-key';
const CANCELLED = 'cancelled by the user';
const CLOSED = 'the session was closed';

/** What any session is opened with. */
type OpenRequest = Omit<NewSessionRequest, 'mcpServers'> & { readonly mcpServers?: McpServer[] };

/** Who is told what a session says. */
type Client = Pick<AgentContext, 'request' | 'notify'>;

/** The sessions of one connection. */
export class EditorRequests {
  readonly #ports: AcpPorts;
  readonly #caller: AcpCaller;
  readonly #sessions = new Map<string, Session>();
  #hasNotices = false;
  /** Where the last session was opened. */
  #lastFolder = '/';
  #hasEnded = false;

  constructor(ports: AcpPorts, caller: AcpCaller) {
    this.#ports = ports;
    this.#caller = caller;
  }

  /** Says what is spoken here. */
  initialize({ clientCapabilities }: InitializeRequest): InitializeResponse {
    const { agents, version, hasKeys } = this.#ports;
    this.#hasNotices = Boolean(clientCapabilities?.session?.notices);
    const description = 'The key that the connection was opened with: in its Authorization, or by --api-key';
    return {
      protocolVersion: ACP_VERSION,
      agentInfo: { name: 'agent-runtimes', title: agents.get(this.#caller.agentId).name, version },
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, audio: true, embeddedContext: true },
        mcpCapabilities: { http: true, sse: true },
        sessionCapabilities: { list: {}, delete: {}, resume: {}, close: {}, additionalDirectories: {} },
      },
      authMethods: hasKeys ? [{ id: API_KEY, name: 'API key', description }] : [],
    };
  }

  /** A connection without a right key is refused before anything is said on it. */
  authenticate(methodId: string): Record<string, never> {
    if (this.#ports.hasKeys && methodId === API_KEY) return {};
    throw invalidField('methodId', 'must be one of the authMethods');
  }

  /** Opens a session for a conversation that is new. */
  create(request: NewSessionRequest): NewSessionResponse {
    this.#checkBounds(request, undefined);
    const { session, fields } = this.#open(request, undefined);
    return { sessionId: session.id, ...fields };
  }

  /** Opens a session for a conversation that is stored, and tells all of it. */
  async load({ sessionId, ...request }: LoadSessionRequest, client: Client) {
    const { session, fields, stored } = await this.#reopen(request, sessionId);
    const said = stored.active ? stored.messages.slice(0, stored.active.historyCount) : stored.messages;
    for (const update of replay(said, session.cwd)) await client.notify('session/update', { sessionId, update });
    this.#join(session, stored, client);
    return fields;
  }

  /** Opens a session for a conversation that is stored, and tells nothing of it but what goes on there. */
  async resume({ sessionId, ...request }: OpenRequest & { readonly sessionId: string }, client: Client) {
    const { session, fields, stored } = await this.#reopen(request, sessionId);
    this.#join(session, stored, client);
    return fields;
  }

  /** One page of the conversations with the agent; those that no editor has worked on are at home wherever the editor is. */
  async list({ cwd, cursor }: ListSessionsRequest): Promise<ListSessionsResponse> {
    const { agentId, principal } = this.#caller;
    const query = { agentId, principal, folder: cwd ?? undefined, cursor: cursor ?? undefined };
    const { sessions, nextCursor } = await this.#ports.listSessions(query);
    const home = cwd ?? this.#lastFolder;
    return {
      sessions: sessions.map(({ id, title, updatedAt, folder }) => {
        return { sessionId: id, cwd: folder ?? home, title, updatedAt };
      }),
      ...(nextCursor !== null && { nextCursor }),
    };
  }

  /** Deletes a conversation. One that is not there is deleted already. */
  async delete(sessionId: string): Promise<Record<string, never>> {
    const session = this.#sessions.get(sessionId);
    this.#sessions.delete(sessionId);
    await session?.close(CLOSED);
    await this.#ports.deleteSession(sessionId, this.#caller.principal);
    return {};
  }

  /** Sets the mode of a session. What goes on heeds it from the next step on, and calls no tool any more in a mode without. */
  async setMode({ sessionId, modeId }: SetSessionModeRequest, client: Client): Promise<Record<string, never>> {
    await this.#changeMode(sessionId, readMode(modeId, 'modeId'), client);
    return {};
  }

  /** Sets the mode of a session as newer editors do. */
  async setConfigOption({ sessionId, ...option }: SetSessionConfigOptionRequest, client: Client) {
    const mode = readConfigOption(option);
    await this.#changeMode(sessionId, mode, client);
    return { configOptions: toConfigOptions(mode) };
  }

  /** Ends a session; its conversation stays. */
  async close(sessionId: string): Promise<Record<string, never>> {
    const session = this.#get(sessionId);
    this.#sessions.delete(sessionId);
    await session.close(CLOSED);
    return {};
  }

  /** Takes a turn. One that goes on already is told to end. */
  async prompt({ sessionId, prompt }: PromptRequest, client: Client, signal: AbortSignal): Promise<PromptResponse> {
    const session = this.#get(sessionId);
    const content = toUserParts(prompt);
    if (!content.length) throw invalidField('prompt', 'must say something');
    noteRequest({ conversation_id: sessionId });
    const turn = new Turn({ ports: this.#ports, ...this.#caller, session, client, hasNotices: this.#hasNotices });
    const cancel = () => (this.#hasEnded ? turn.left() : turn.cancel(CANCELLED));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await turn.take(content);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Ends the turn that goes on, if one does. */
  cancel(sessionId: string): void {
    this.#sessions.get(sessionId)?.cancel(CANCELLED);
  }

  /** Ends all sessions: the editor is gone. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([...this.#sessions.values()].map((session) => session.leave()));
    this.#sessions.clear();
  }

  #get(sessionId: string): Session {
    const session = this.#sessions.get(sessionId);
    if (session) return session;
    throw new ApiError('conversation-not-found', `No session is open by this id: ${sessionId}; load it first`);
  }

  async #changeMode(sessionId: string, mode: Mode, client: Client): Promise<void> {
    this.#get(sessionId).mode = mode;
    for (const update of toModeUpdates(mode)) await client.notify('session/update', { sessionId, update });
  }

  /** Opens a session for a conversation, in the place of one that is open; what went on in that has ended. */
  async #reopen(request: OpenRequest, sessionId: string) {
    await this.#find(sessionId);
    this.#checkBounds(request, sessionId);
    await this.#sessions.get(sessionId)?.close(CLOSED);
    const opened = this.#open(request, sessionId);
    const stored = await this.#find(sessionId);
    opened.session.title = stored.title;
    return { ...opened, stored };
  }

  /** Tells of what goes on in a conversation; the request for its session is answered meanwhile. */
  #join(session: Session, stored: StoredSession, client: Client): void {
    if (!stored.active && !stored.awaited.length) return;
    const turn = new Turn({ ports: this.#ports, ...this.#caller, session, client, hasNotices: this.#hasNotices });
    void turn.join(stored, new Promise(setImmediate));
  }

  async #find(sessionId: string): Promise<StoredSession> {
    const stored = await this.#ports.findSession(sessionId, this.#caller.principal);
    if (stored) return stored;
    throw new ApiError('conversation-not-found', `Conversation not found: ${sessionId}`);
  }

  #checkBounds({ mcpServers = [] }: OpenRequest, id: string | undefined): void {
    if (this.#sessions.size >= MAX_SESSIONS && !(id !== undefined && this.#sessions.has(id)))
      throw new ApiError('rate-limited', `${MAX_SESSIONS} sessions are open on this connection: close one first`);
    if (mcpServers.length > MAX_SERVERS) throw invalidField('mcpServers', `must be at most ${MAX_SERVERS}`);
  }

  /** Opens a session, in the place of one of this id, whose mode it keeps; its servers begin to start. */
  #open({ cwd, additionalDirectories = [], mcpServers = [] }: OpenRequest, id: string | undefined) {
    this.#ports.agents.get(this.#caller.agentId);
    if (this.#hasEnded) throw new ApiError('conversation-not-found', 'The connection is closed');
    const servers = this.#ports.openServers(mcpServers.map((server) => toEditorServer(server, cwd)));
    const session = new Session({ cwd, folders: additionalDirectories }, servers, id);
    session.mode = this.#sessions.get(session.id)?.mode ?? session.mode;
    this.#lastFolder = cwd;
    this.#sessions.set(session.id, session);
    return { session, fields: { ...toModeFields(session.mode), ...toMeta(servers.refused) } };
  }
}

/** What a client is told of its servers that are not used. */
function toMeta(refused: readonly { readonly name: string; readonly error: ApiError }[]) {
  if (!refused.length) return {};
  const left_out = refused.map(({ name, error: { code, message } }) => ({ name, code, detail: message }));
  return { _meta: { 'agent-runtimes': { mcp_servers_left_out: left_out } } };
}
