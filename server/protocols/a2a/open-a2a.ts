import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { BASE_PATH } from '../../../contract/index.ts';
import type { PushStore } from '../../store/stored-push.ts';
import { MemoryPush } from './push/memory-push.ts';
import type { Push } from './push/push.ts';
import type { PushTimes } from './push/push-sender.ts';
import { type PushSecrets, StoredPush } from './push/stored-push.ts';
import { findAskedAgent } from './rpc-exchange.ts';
import type { A2aServerOptions } from './server.ts';
import type { ContinuingRun } from './task-ports.ts';
import { A2aTasks, type TasksOptions } from './tasks/tasks.ts';

interface A2aOptions
  extends Pick<
      A2aServerOptions,
      'agents' | 'cardTimes' | 'version' | 'hasKeys' | 'principalOf' | 'readJson' | 'streamLimits'
    >,
    Omit<TasksOptions, 'store' | 'push' | 'log'> {
  readonly tasks: TasksOptions['store'];
  readonly push: PushStore;
  /** What seals the secrets of push notifications; undefined: nothing does, and they are not stored. */
  readonly secrets: PushSecrets | undefined;
  /** Absent: as in service. */
  readonly pushTimes?: PushTimes;
  /** Hosts inside the network of this server that push notifications may go to. */
  readonly webhookHosts: readonly string[];
  readonly log: A2aServerOptions['log'] & { warn(details: object, message: string): void };
}

/** What answers a request without Express; undefined where Express is needed. */
type Plain = (
  request: IncomingMessage,
  path: string,
) => ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;

/** A2A as the rest of the server holds it. */
export interface A2a {
  /** What Express serves, and where; loaded when the server listens. */
  readonly mounts: readonly { readonly path: string; readonly plain?: Plain; load(): Promise<RequestHandler> }[];
  /** To be told of each run that starts, whoever starts it: a task may wait for that. */
  runStarted(run: ContinuingRun): void;
  /** To be told the key of the conversation of each run of another process that this one has taken over, and goes on with or has ended. */
  runTaken(conversationKey: string): Promise<void>;
  /** Resolves when every task has ended and is stored; to be awaited once their runs are told to end. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Opens A2A. Tasks that a server which died left running end as their runs did. */
export async function openA2a({ tasks: store, webhookHosts, log, ...rest }: A2aOptions): Promise<A2a> {
  const push = openPush({ ...rest, webhookHosts, log });
  const tasks = new A2aTasks({ ...rest, store, push, log });
  const cut = await tasks.open();
  if (cut) log.warn({ tasks: cut }, 'A2A tasks were cut off when the server last stopped');
  const options = { ...rest, tasks, push, webhookHosts, log };
  const loadBindings = once(async () => (await import('./bindings.ts')).createBindings(options));
  const loadJsonRpc = once(async () => {
    const { createJsonRpcListener } = await import('./serve-json-rpc.ts');
    return createJsonRpcListener(options, await loadBindings());
  });
  const loadServer = once(async () => {
    const { createA2aServer } = await import('./server.ts');
    return createA2aServer(options, await loadBindings());
  });
  const findPlain: Plain = (asking, path) => {
    const agentId = findAskedAgent(asking, path);
    if (agentId === undefined) return undefined;
    return async (request, response) => (await loadJsonRpc())(agentId, request, response);
  };
  return {
    mounts: [
      { path: `${BASE_PATH}/a2a`, plain: findPlain, load: async () => (await loadServer()).agents },
      { path: '/.well-known/agent-card.json', load: async () => (await loadServer()).defaultCard },
      { path: '/.well-known/agent.json', load: async () => (await loadServer()).defaultCard },
    ],
    runStarted: (run) => tasks.runStarted(run),
    runTaken: (conversationKey) => tasks.runTaken(conversationKey),
    settled: () => tasks.settled(),
    async close() {
      tasks.close();
      await push.close();
    },
  };
}

function openPush({
  push: store,
  secrets,
  pushTimes: times,
  webhookHosts: allowedHosts,
  log,
}: Pick<A2aOptions, 'push' | 'secrets' | 'pushTimes' | 'webhookHosts' | 'log'>): Push {
  if (!secrets) return new MemoryPush({ allowedHosts, log });
  const push = new StoredPush({ store, secrets, allowedHosts, times, log });
  push.open();
  return push;
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
