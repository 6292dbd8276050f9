/** Offers every agent to chats of the Vercel AI SDK. */
import { type AppHandlers, BASE_PATH } from '../../../contract/index.ts';
import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import type { RequestContext } from '../../call/implement.ts';
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import { listAgents, type OfferedAgents } from '../offered-agents.ts';
import { answerIdOf, toUiMessages } from './answers.ts';
import { type AskedApproval, toAnswersElsewhere, toApartEnds } from './approvals.ts';
import {
  type ChatRun,
  type ChatRunRequest,
  findAnswered,
  isSentAgain,
  type Opened,
  openCallsOf,
  placeOf,
  type StoredChat,
  takeUp,
} from './chat.ts';
import { type AnswerView, toStart } from './chunks.ts';
import { type ChatRequest, readChat } from './input.ts';
import { toChunks } from './stream.ts';

/** Ports that the handlers are built on: agents, their runs, and the conversations they belong to. */
interface VercelAiParts {
  readonly agents: OfferedAgents;
  startRun(agentId: string, request: ChatRunRequest): Promise<ChatRun>;
  /** What a principal means by the id of a conversation. */
  findChat(id: string, principal: Principal): Promise<StoredChat | undefined>;
  /**
   * Notes what a person said to a call of a chat, unless somebody has answered it before. Returns the run that acts on it, once all calls
   * are answered that wait with it. Throws where no such call was ever asked about.
   */
  answer(decision: ApprovalDecision, chatId: string, principal: Principal): Promise<ChatRun | undefined>;
  /** An approval that was asked for in a chat. */
  findApproval(id: string, chatId: string, principal: Principal): Promise<AskedApproval | undefined>;
}

const ENDPOINT = `${BASE_PATH}/vercel-ai`;
const NEW_CHAT: StoredChat = { messages: [], approvals: [], latest: undefined };

/** The handlers of the group `vercelAi`. */
export function createVercelAiHandlers(parts: VercelAiParts): AppHandlers<RequestContext>['vercelAi'] {
  const { agents, startRun, findChat, answer, findApproval } = parts;

  /** Starts the run that a request asks for, or finds the one that is at it already; or what there is to tell while people are still to be heard. */
  async function open(agentId: string, chatId: string, request: ChatRequest, call: Call): Promise<Opened | Waiting> {
    const { said, decisions, results, shown, callerTools } = request;
    const { principal } = call.context;
    const stored = (await findChat(chatId, principal)) ?? NEW_CHAT;
    const shared = { principal, conversationId: chatId, callerTools, signal: call.signal };
    if (said) {
      if (isSentAgain(said, request, stored)) return takeUp(stored) ?? STILL;
      const place = placeOf(said, request, stored);
      return { run: await startRun(agentId, { ...shared, ...place, whenBusy: 'interrupt' }) };
    }
    if (request.again) {
      const replaces = { after: findAnswered(stored, request.again.messageId) };
      return { run: await startRun(agentId, { ...shared, messages: [], replaces, whenBusy: 'interrupt' }) };
    }
    const open = openCallsOf(stored.messages);
    const messages = results.filter(({ callId }) => open.has(callId));
    if (messages.length) {
      return { run: await startRun(agentId, { ...shared, messages, decisions }) };
    }
    const runs = await inTurn(decisions, (decision) => answer(decision, chatId, principal));
    const run = runs.findLast((found) => found !== undefined);
    const found = await inTurn(shown, ({ id }) => findApproval(id, chatId, principal));
    const asked = new Map(found.flatMap((approval) => (approval ? [[approval.id, approval] as const] : [])));
    return run ? { run, ends: toApartEnds(shown, asked) } : { answers: toAnswersElsewhere(shown, asked) };
  }

  return {
    agents: () => ({
      protocol: 'vercel-ai',
      version: 'v1',
      ...listAgents(agents, ENDPOINT, ({ id, name }) => ({ agent_id: id, name, endpoint: `${ENDPOINT}/${id}` })),
    }),
    async chat({ input: { agent_id: agentId, id: chatId, ...body }, context, signal }) {
      agents.get(agentId);
      const request = readChat(body);
      const opened = await open(agentId, chatId, request, { context, signal });
      const messages = request.said ? [request.said] : ((await findChat(chatId, context.principal))?.messages ?? []);
      context.addHeader?.(...STREAM_HEADER);
      return stream(opened, messages, { conversationId: chatId, signal });
    },
    async messages({ input: { agent_id: agentId, chat_id: id }, context }) {
      agents.get(agentId);
      const { messages, approvals } = (await findChat(id, context.principal)) ?? NEW_CHAT;
      return { id, messages: toUiMessages(messages, approvals) };
    },
    async resume({ input: { agent_id: agentId, chat_id: conversationId }, context, signal }) {
      agents.get(agentId);
      const chat = await findChat(conversationId, context.principal);
      if (chat?.latest?.status !== 'running') return undefined;
      context.addHeader?.(...STREAM_HEADER);
      return stream(takeUp(chat) ?? STILL, chat.messages, { conversationId, signal });
    },
  };
}

/** What there is to tell of a chat that goes on when other people have been heard. */
interface Waiting {
  readonly answers: readonly VercelAiChunk[];
}

const STILL: Waiting = { answers: [] };

interface Call {
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}

const STREAM_HEADER = ['x-vercel-ai-ui-message-stream', 'v1'] as const;

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** The chunks of an answer to the last of `messages` that is the user's. */
function stream(
  opened: Opened | Waiting,
  messages: readonly Message[],
  { conversationId, signal }: { readonly conversationId: string; readonly signal: AbortSignal },
): AsyncIterable<VercelAiChunk> {
  const messageId = answerIdOf(messages.findLast(({ role }) => role === 'user')?.id);
  if (!('run' in opened)) return stillWaiting({ messageId, conversationId }, opened);
  const { run, ...rest } = opened;
  return toChunks({ messageId, conversationId, runId: run.storedId, ...rest, events: run.events(signal) });
}

async function* stillWaiting(view: AnswerView, { answers }: Waiting): AsyncGenerator<VercelAiChunk, void> {
  yield toStart(view);
  yield* answers;
  yield { type: 'finish', finishReason: 'tool-calls' };
}
