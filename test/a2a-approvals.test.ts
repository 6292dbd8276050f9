import { describe, expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import { type A2aTestServer, readStream, says, startA2aServer } from './support/a2a-server.ts';
import { ok } from './support/loop.ts';
import { type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { openPlace } from './support/stores.ts';

type Json = Record<string, unknown>;

/** Sends mails and notes to whom. */
function createMail(): Toolset & { readonly sent: unknown[] } {
  const sent: unknown[] = [];
  return {
    sent,
    list: () => [{ name: 'mail__send', description: 'Sends a mail', inputSchema: { type: 'object' } }],
    async call(_name, { to }) {
      sent.push(to);
      return ok('sent');
    },
  };
}

/** Announces the mails, asks for them, and says what came of that. */
const createModel = (...to: string[]) => {
  const model = scriptedModel((call): Answer => {
    const last = model.asked[call]?.prompt.at(-1);
    if (last?.role !== 'tool') {
      const calls = to.flatMap((address, index) => toolCall(`c${index + 1}`, 'mail__send', { to: address }));
      return [...text('I write.'), ...calls, finish('tool-calls')];
    }
    const outputs = last.content.map((part) => (part.type === 'tool-result' ? part.output : undefined));
    return [...text(outputs.map((output) => (output && 'value' in output ? output.value : '')).join(', ')), finish()];
  });
  return model;
};

const start = (options: { to?: string[]; mail: Toolset; folder?: string }) =>
  startA2aServer({
    model: createModel(...(options.to ?? ['ada'])),
    toolset: options.mail,
    approvals: ['mail__*'],
    ...(options.folder !== undefined && { folder: options.folder }),
  });

/** The task that is answered to a message. */
async function send(server: A2aTestServer, message: Json): Promise<Json> {
  const { result, error } = await server.answer('SendMessage', { message });
  return (result as { task: Json } | undefined)?.task ?? { error };
}

const getTask = async (server: A2aTestServer, id: unknown) => (await server.answer('GetTask', { id })).result;

const decide = (taskId: unknown, data: Json) => ({ ...says('', { taskId }), messageId: 'm-decide', parts: [{ data }] });

describe('a task whose agent wants to call a tool that needs approval', () => {
  test('stops as input-required, says what it waits for, and does not call the tool', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const task = await send(server, says('Write'));
    expect(task).toMatchObject({
      status: {
        state: 'TASK_STATE_INPUT_REQUIRED',
        message: {
          role: 'ROLE_AGENT',
          parts: [
            {
              text: expect.stringMatching(
                /^The agent waits for a person to allow it to call mail__send\. Send the task/,
              ),
            },
            {
              data: {
                approvals: [
                  {
                    id: expect.stringMatching(/^appr-/),
                    tool: 'mail__send',
                    description: 'Sends a mail',
                    args: { to: 'ada' },
                  },
                ],
              },
            },
          ],
        },
      },
      artifacts: [{ artifactId: 'response', parts: [{ text: 'I write.' }] }],
    });
    expect(await getTask(server, task.id)).toMatchObject({ status: task.status });
    const { result } = await server.answer('ListTasks', { status: 'TASK_STATE_INPUT_REQUIRED' });
    expect(result).toMatchObject({ totalSize: 1, tasks: [{ id: task.id }] });
    expect(mail.sent).toEqual([]);
  });

  test.each([
    ['the word', says('Approve!')],
    ['data', decide('', { approved: true })],
  ])('goes on when a message to it approves in %s, and ends with the whole answer', async (_, message) => {
    const mail = createMail();
    await using server = await start({ mail });
    const { id, contextId } = await send(server, says('Write'));
    const ended = await send(server, { ...message, taskId: id });
    expect(ended).toMatchObject({
      id,
      contextId,
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ artifactId: 'response', parts: [{ text: 'I write.\n\nsent' }] }],
      history: [{ parts: [{ text: 'Write' }] }, { messageId: message.messageId }],
    });
    expect(mail.sent).toEqual(['ada']);
  });

  test('goes on without the call when a message denies it, and the model is told why', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const { id } = await send(server, says('Write'));
    const ended = await send(server, decide(id, { approved: false, reason: 'too early' }));
    expect(ended).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'I write.\n\nNot run: the user refused it: too early' }] }],
    });
    expect(mail.sent).toEqual([]);
  });

  test('takes no other words for an answer', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const { id } = await send(server, says('Write'));
    for (const words of ['I do not approve', 'constructor', '__proto__']) {
      const still = await send(server, says(words, { taskId: id }));
      expect(still).toMatchObject({
        id,
        status: {
          state: 'TASK_STATE_INPUT_REQUIRED',
          message: { parts: [{ text: expect.stringContaining('Send the task a message that says "approve"') }, {}] },
        },
        history: [{ parts: [{ text: 'Write' }] }],
      });
    }
    const { error: unknown } = await send(server, decide(id, { approved: true, approval_id: 'appr-0' }));
    expect(unknown).toMatchObject({ message: `The task ${id} waits for no approval appr-0` });
    expect(await getTask(server, id)).toMatchObject({ status: { state: 'TASK_STATE_INPUT_REQUIRED' } });
    expect(mail.sent).toEqual([]);
  });

  test('waits for each of several calls, which may be answered one by one', async () => {
    const mail = createMail();
    await using server = await start({ mail, to: ['ada', 'bob'] });
    const { id, contextId } = await send(server, says('Write'));
    const [first, second] = await server.store.approvals.open(String(contextId));
    const still = await send(server, decide(id, { approved: false, approval_id: first?.id }));
    expect(still).toMatchObject({ id, status: { state: 'TASK_STATE_INPUT_REQUIRED' } });
    const ended = await send(server, decide(id, { approved: true, approval_id: second?.id }));
    expect(ended).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    expect(mail.sent).toEqual([second?.args.to]);
  });

  test('streams until it waits, and again from the answer to its end', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const states = async (message: Json) => {
      const events = await readStream(await server.rpc('SendStreamingMessage', { message }));
      return events.flatMap(({ result }) => {
        const { task, statusUpdate } = result as { task?: Json; statusUpdate?: { taskId: string; status: Json } };
        const status = (task?.status ?? statusUpdate?.status) as { state: string } | undefined;
        return status ? [[task?.id ?? statusUpdate?.taskId, status.state]] : [];
      });
    };
    const before = await states(says('Write'));
    const id = before[0]?.[0];
    expect(before.at(-1)).toEqual([id, 'TASK_STATE_INPUT_REQUIRED']);
    const [waiting] = await readStream(await server.rpc('SubscribeToTask', { id }));
    expect(waiting).toMatchObject({ result: { task: { status: { state: 'TASK_STATE_INPUT_REQUIRED' } } } });
    expect((await states(says('approve', { taskId: id }))).at(-1)).toEqual([id, 'TASK_STATE_COMPLETED']);
  });

  test('goes on when the approval is answered elsewhere, also after the server died', async () => {
    await using folder = await openPlace();
    const mail = createMail();
    const dead = await start({ mail, folder: folder.path });
    const { id, contextId } = await send(dead, says('Write'));
    await dead.die();
    await using server = await start({ mail, folder: folder.path });
    expect(await getTask(server, id)).toMatchObject({ status: { state: 'TASK_STATE_INPUT_REQUIRED' } });
    const [approval] = await server.store.approvals.open(String(contextId));
    await server.answerApproval({ id: String(approval?.id), isApproved: true, reason: null }, { principal: EVERYBODY });
    // Its stream ends with it; should it have ended before, there is none.
    await (await server.rpc('SubscribeToTask', { id })).text();
    expect(await getTask(server, id)).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'I write.\n\nsent' }] }],
    });
    expect(mail.sent).toEqual(['ada']);
  });

  test('is followed to its end by whoever comes while it is about to go on', async () => {
    const mail = createMail();
    const gate = Promise.withResolvers<void>();
    await using server = await startA2aServer({
      model: createModel('ada'),
      toolset: mail,
      approvals: ['mail__*'],
      around: (ports) => ({
        ...ports,
        tasks: {
          ...ports.tasks,
          async waitingOn(conversationKey) {
            await gate.promise;
            return ports.tasks.waitingOn(conversationKey);
          },
        },
      }),
    });
    const { id, contextId } = await send(server, says('Write'));
    const [approval] = await server.store.approvals.open(String(contextId));
    await server.answerApproval({ id: String(approval?.id), isApproved: true, reason: null }, { principal: EVERYBODY });
    const following = server.rpc('SubscribeToTask', { id });
    const reading = getTask(server, id);
    // Both have come by the time that this is answered.
    await server.answer('ListTasks', {});
    gate.resolve();
    expect((await readStream(await following)).at(-1)).toMatchObject({
      result: { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } },
    });
    expect(Object(await reading).status.state).toMatch(/^TASK_STATE_(WORKING|COMPLETED)$/);
  });

  test('is canceled when its conversation goes on without an answer', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const { id, contextId } = await send(server, says('Write'));
    await server.interrupt(String(contextId));
    expect(await getTask(server, id)).toMatchObject({
      status: {
        state: 'TASK_STATE_CANCELED',
        message: { parts: [{ text: 'The conversation went on without an answer' }] },
      },
    });
    expect(mail.sent).toEqual([]);
  });

  test('refuses another task on its conversation, and can be canceled, which frees it', async () => {
    const mail = createMail();
    await using server = await start({ mail });
    const { id, contextId } = await send(server, says('Write'));
    expect(await send(server, says('Again', { contextId }))).toMatchObject({
      status: {
        state: 'TASK_STATE_REJECTED',
        message: { parts: [{ text: expect.stringContaining("waits for the approval of 'mail__send'") }] },
      },
    });
    const { result } = await server.answer('CancelTask', { id });
    expect(result).toMatchObject({ id, status: { state: 'TASK_STATE_CANCELED' } });
    expect((await server.store.approvals.list({ status: 'cancelled', limit: 10 })).approvals).toMatchObject([
      { callId: 'c1' },
    ]);
    expect(await send(server, says('Anew', { contextId }))).toMatchObject({
      status: { state: 'TASK_STATE_INPUT_REQUIRED' },
    });
    expect(mail.sent).toEqual([]);
  });

  test('shows surfaces without asking, whatever needs approval', async () => {
    const components = [{ id: 'root', component: 'Text', text: 'Hello' }];
    const model = scriptedModel([
      [...toolCall('c1', 'render_ui', { surface: 'main', components }), finish('tool-calls')],
      [...text('Done'), finish()],
    ]);
    await using server = await startA2aServer({ model, approvals: ['*'] });
    const headers = { 'a2a-extensions': 'https://a2ui.org/a2a-extension/a2ui/v0.9' };
    const { result } = await server.answer('SendMessage', { message: says('Show') }, headers);
    expect(result).toMatchObject({
      task: { status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [{ name: 'Response' }, { name: 'Surfaces' }] },
    });
  });
});
