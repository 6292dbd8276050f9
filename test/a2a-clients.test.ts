import { Role, type StreamResponse, TaskState } from '@a2a-js/sdk';
import { type Client, ClientFactory, ClientFactoryOptions } from '@a2a-js/sdk/client';
import type { Client as OlderClient } from '@a2a-js/sdk-0-3/client';
import { ClientFactory as OlderFactory, ClientFactoryOptions as OlderOptions } from '@a2a-js/sdk-0-3/client';
import { describe, expect, test } from 'vitest';
import { startA2aServer } from './support/a2a-server.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';

const bindings = ['JSONRPC', 'HTTP+JSON'] as const;

const textMessage = (value: string) => ({
  messageId: `m-${value}`,
  contextId: '',
  taskId: '',
  role: Role.ROLE_USER,
  parts: [{ content: { $case: 'text' as const, value }, metadata: undefined, filename: '', mediaType: '' }],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});
const request = (value: string) => ({
  tenant: '',
  message: textMessage(value),
  configuration: undefined,
  metadata: undefined,
});

/** What an update is, in one line. */
function describeUpdate({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task':
      return `task ${TaskState[payload.value.status?.state ?? 0]}`;
    case 'statusUpdate':
      return `status ${TaskState[payload.value.status?.state ?? 0]}`;
    case 'artifactUpdate':
      return `artifact ${payload.value.artifact?.parts.map(({ content }) => content?.value).join()}`;
    default:
      return String(payload?.$case);
  }
}

describe.each(bindings)('the official client of version 1.0 over %s', (binding) => {
  const connect = (agentUrl: string): Promise<Client> =>
    new ClientFactory(
      ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { preferredTransports: [binding] }),
    ).createFromUrl(agentUrl);

  test('sends a message, reads the task again and lists it', async () => {
    await using server = await startA2aServer({ model: scriptedModel([[...text('Hel', 'lo'), finish()]]) });
    const client = await connect(server.agentUrl);
    const task = await client.sendMessage(request('Hi'));
    if (!('artifacts' in task)) throw new Error('a message, not a task');
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(task.artifacts[0]?.parts[0]?.content).toEqual({ $case: 'text', value: 'Hello' });
    expect(await client.getTask({ tenant: '', id: task.id, historyLength: undefined })).toEqual(task);
    const listed = await client.listTasks({
      tenant: '',
      contextId: task.contextId,
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageToken: '',
      pageSize: 10,
      historyLength: 0,
      statusTimestampAfter: undefined,
      includeArtifacts: true,
    });
    expect(listed).toMatchObject({ totalSize: 1, nextPageToken: '', tasks: [{ id: task.id, history: [] }] });
    expect(listed.tasks[0]?.artifacts).toEqual(task.artifacts);
  });

  test('streams a task, follows it with a second stream and cancels it', async () => {
    const model = scriptedModel([[...text('Hel', 'lo').slice(0, 2), 'hang']]);
    await using server = await startA2aServer({ model });
    const client = await connect(server.agentUrl);
    const stream = client.sendMessageStream(request('Hi'));
    const seen: string[] = [];
    let second: Promise<string[]> | undefined;
    for await (const update of stream) {
      seen.push(describeUpdate(update));
      if (update.payload?.$case !== 'artifactUpdate' || second) continue;
      const id = update.payload.value.taskId;
      const followed = client.resubscribeTask({ tenant: '', id });
      const first = await followed.next();
      second = (async () => {
        const rest = await Array.fromAsync(followed);
        return [first.value, ...rest].map((each) => (each ? describeUpdate(each) : ''));
      })();
      const canceled = await client.cancelTask({ tenant: '', id, metadata: undefined });
      expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    }
    expect(seen).toEqual([
      'task TASK_STATE_SUBMITTED',
      'status TASK_STATE_WORKING',
      'artifact Hel',
      'status TASK_STATE_CANCELED',
    ]);
    expect(await second).toEqual(['task TASK_STATE_WORKING', 'status TASK_STATE_CANCELED']);
    expect(model.asked[0]?.abortSignal?.aborted).toBe(true);
  });
});

describe.each(bindings)('the official client of version 0.3 over %s', (binding) => {
  const connect = (agentUrl: string): Promise<OlderClient> =>
    new OlderFactory(OlderOptions.createFrom(OlderOptions.default, { preferredTransports: [binding] })).createFromUrl(
      agentUrl,
    );
  const message = {
    kind: 'message' as const,
    messageId: 'm1',
    role: 'user' as const,
    parts: [{ kind: 'text' as const, text: 'Hi' }],
  };

  test('sends a message and reads the task again', async () => {
    await using server = await startA2aServer({ model: scriptedModel([[...text('Hel', 'lo'), finish()]]) });
    const client = await connect(server.agentUrl);
    const task = await client.sendMessage({ message });
    if (task.kind !== 'task') throw new Error('a message, not a task');
    expect(task).toMatchObject({
      status: { state: 'completed' },
      artifacts: [{ artifactId: 'response', parts: [{ kind: 'text', text: 'Hello' }] }],
    });
    expect(await client.getTask({ id: task.id })).toEqual(task);
  });

  test('streams a task and cancels it', async () => {
    await using server = await startA2aServer({ model: scriptedModel([[...text('Hel').slice(0, 2), 'hang']]) });
    const client = await connect(server.agentUrl);
    const seen: string[] = [];
    for await (const event of client.sendMessageStream({ message })) {
      seen.push(
        event.kind === 'task' || event.kind === 'status-update' ? `${event.kind} ${event.status.state}` : event.kind,
      );
      if (event.kind === 'artifact-update') await client.cancelTask({ id: event.taskId });
    }
    expect(seen).toEqual(['task submitted', 'status-update working', 'artifact-update', 'status-update canceled']);
  });
});
