/** The agent that the compatibility kits of A2A talk to: what it does, they say in the id of each message. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { ApiError } from '../../server/call/errors.ts';
import type { Message } from '../../server/store/messages.ts';
import { type A2aTestServer, startA2aServer, type TaskPorts } from './a2a-server.ts';
import { ok, toolsetOf } from './loop.ts';
import { type Act, file, finish, scriptedModel, text, toolCall } from './scripted-model.ts';

/** How long a task goes on that a kit subscribes to again: twice the timeout it is given, and more. */
const LONG_MS = 3_000;

/** Starts an A2A server with that agent; it may call back to this machine. */
export function startKitServer(): Promise<A2aTestServer> {
  const model = scriptedModel((call) => answerTo(model.asked[call]));
  return startA2aServer({
    model,
    toolset: toolsetOf({ ask_a_person: () => ok('allowed') }),
    approvals: ['ask_a_person'],
    webhookHosts: ['localhost', '127.0.0.1'],
    around: tellMessageIds,
  });
}

/** Says the id of its message at the end of each prompt: agents are told what a message says, and not its id. */
function tellMessageIds({ tasks, startRun }: TaskPorts): TaskPorts {
  const idOf = new Map<string, string>();
  return {
    tasks: {
      ...tasks,
      add(task, news) {
        const { history } = task.body as { history: { messageId: string }[] };
        idOf.set(task.contextId, history.at(-1)?.messageId ?? '');
        return tasks.add(task, news);
      },
    },
    async startRun(agentId, request) {
      const id = idOf.get(request.conversationId ?? '') ?? '';
      if (id.startsWith('tck-reject-task')) throw new ApiError('rate-limited', 'rejected');
      const messages = request.messages.map((message): Message => {
        if (message.role !== 'user') return message;
        return { ...message, content: [...message.content, { type: 'text', text: id }] };
      });
      const outputSchema = id.startsWith('tck-artifact-data') ? { type: 'object' } : undefined;
      return startRun(agentId, { ...request, messages, outputSchema });
    },
  };
}

const words = (...said: string[]): Act[] => [...text(...said), finish()];
const call = (tool: string, input: object): Act[] => [...toolCall('call', tool, input), finish('tool-calls')];
const waits = (): Act[] => call('ask_a_person', {});

/** What the agent does by the id of the message: as the `scenarios` of the kits list it, and what their tests take for granted. */
const ANSWERS: readonly (readonly [prefix: string, acts: () => Act[]])[] = [
  ['tck-artifact-text', () => words('Generated text content')],
  ['tck-artifact-file-url', () => [file('text/plain', new URL('https://files.test/output.txt')), finish()]],
  ['tck-artifact-file', () => [file('text/plain', Buffer.from('Generated file content')), finish()]],
  ['tck-artifact-data', () => call('final_answer', { key: 'value', count: 42 })],
  ['tck-message-response', () => words('Direct message response')],
  ['tck-input-required', waits],
  ['tck-stream-artifact-text', () => words('Streamed text content')],
  ['tck-stream-artifact-chunked', () => words('chunk-1 ', 'chunk-2')],
  ['tck-stream-ordering-001', () => words('Ordered output')],
  ['tck-stream-003', () => words('Stream task lifecycle')],
  ['tck-stream-001', () => words('Stream hello from TCK')],
  ['test-resubscribe-message-id', () => [{ wait: sleep(LONG_MS, undefined, { ref: false }) }, ...words('Done')]],
  ['tck-', () => words('Hello from TCK')],
  // The kit of 0.3 names its messages otherwise. It cancels or continues the tasks that they begin, but for these, whose end it waits for.
  ['auth-', () => words('Hello from TCK')],
  ['', waits],
];

function answerTo(asked: LanguageModelV4CallOptions | undefined): Act[] {
  const last = asked?.prompt.at(-1);
  const said = last?.role === 'user' ? last.content.at(-1) : undefined;
  const id = said?.type === 'text' ? said.text : '';
  return ANSWERS.find(([prefix]) => id.startsWith(prefix))?.[1]() ?? [];
}
