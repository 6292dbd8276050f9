import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Message } from '../server/store/messages.ts';
import { SCHEMA_VERSION } from '../server/store/migrations.ts';
import type { AgentRecord, Store } from '../server/store/store.ts';
import type { TaskRecord } from '../server/store/stored-tasks.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { undoSums } from './support/old-store.ts';
import { isShared, openPlace, openStore, toKept } from './support/stores.ts';

const agent: AgentRecord = {
  outputSchema: { type: 'object', properties: { a: { type: 'string' } } },
  approvals: { tools: ['fetch__*'] },
  id: 'my-agent',
  name: 'My Agent',
  description: 'Helps',
  model: 'gpt-4o',
  systemPrompt: 'Be kind.',
  selectedMcpServers: ['tavily', { id: 'github', origin: 'catalog' }],
  maxSteps: 7,
  temperature: 0.5,
  skills: ['csv-summary'],
  codemode: true,
  agents: ['other'],
  offerAsTool: false,
  durable: true,
  createdAt: '2026-11-23T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
};

const says = (id: string, text: string): Message => ({ id, role: 'user', content: [{ type: 'text', text }] });
const open = (store: Store, id: string, conversationId: string, messages: readonly Message[] = []) =>
  store.runs.open({ id, conversationId, agentId: 'my-agent', messages });
const close = (store: Store, id: string, messages: readonly Message[] = []) =>
  store.runs.close({ key: id, status: 'finished', messages, usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 4 } });
const idsOf = async (store: Store, conversationId: string) =>
  (await store.conversations.messages(conversationId)).map(({ id }) => id);

describe('agents, servers and facts', () => {
  it('are the same after the store was closed and opened again', async () => {
    await using folder = await openPlace();
    const server = {
      id: 'mine',
      definition: { command: 'node', args: ['a.js'], nested: { url: null } },
      secrets: { TOKEN: 'sealed' },
      createdAt: agent.createdAt,
      updatedAt: agent.updatedAt,
    };
    const other = {
      ...agent,
      id: 'a-later-one',
      model: null,
      temperature: null,
      skills: null,
      codemode: null,
      selectedMcpServers: [],
    };
    {
      await using store = await openStore({ folder: folder.path });
      const revision = await store.agents.insert(agent);
      await store.agents.insert(other);
      const renamed = { ...agent, name: 'Renamed', updatedAt: '2026-11-23T11:00:00.000Z' };
      expect(await store.agents.update(renamed, Number(revision))).toBeDefined();
      await store.servers.insert(server);
      await store.facts.set('demo', '1');
      await store.facts.set('demo', '2');
    }
    await using store = await openStore({ folder: folder.path });
    expect(await store.agents.list()).toEqual([
      { ...agent, name: 'Renamed', updatedAt: '2026-11-23T11:00:00.000Z' },
      other,
    ]);
    expect(await store.servers.list()).toEqual([server]);
    expect(await store.facts.get('demo')).toBe('2');
    expect(await store.facts.get('other')).toBeUndefined();
    expect(await store.facts.keep('demo', '3')).toBe('2');
    expect(await store.facts.keep('other', '1')).toBe('1');
    expect(await store.facts.get('other')).toBe('1');
    await store.agents.delete('my-agent');
    await store.servers.delete('mine');
    expect(await store.agents.list()).toEqual([other]);
    expect(await store.servers.list()).toEqual([]);
  });

  it('secrets of a server are replaced, unless others are stored meanwhile', async () => {
    await using store = await openStore();
    const { createdAt, updatedAt } = agent;
    const server = { id: 'mine', definition: {}, secrets: { A: '1' }, createdAt, updatedAt };
    const other = { ...server, id: 'other', secrets: {} };
    const revision = await store.servers.insert(server);
    await store.servers.insert(other);
    await store.servers.replaceSecrets('mine', { A: '0' }, { A: '2' });
    expect(await store.servers.list()).toEqual([server, other]);
    await store.servers.replaceSecrets('mine', { A: '1' }, { A: '2' });
    expect(await store.servers.list()).toEqual([{ ...server, secrets: { A: '2' } }, other]);
    expect(await store.servers.update({ ...server, secrets: {} }, Number(revision))).toBeDefined();
    expect(await store.servers.list()).toEqual([{ ...server, secrets: {} }, other]);
  });

  it.each(['日本語', 'שלום', 'a\u200bb', '👩‍👩‍👧‍👦', 'a\0b', '\u202eabc', "'; drop table agents; --"])(
    'a name of %j comes back as it was',
    async (name) => {
      await using store = await openStore();
      await store.agents.insert({ ...agent, name, systemPrompt: name });
      expect(await store.agents.list()).toEqual([{ ...agent, name: toKept(name), systemPrompt: toKept(name) }]);
    },
  );
});

describe('runs and messages', () => {
  it('a turn is stored in order with its usage', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c1', [{ id: 's', role: 'system', content: 'Be kind.' }, says('u1', '  What is\n2 + 3?')]);
    expect(await store.runs.get('r1')).toMatchObject({ status: 'running', endedAt: null });
    const answer: Message[] = [
      {
        id: 'a1',
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'add', providerOptions: { anthropic: { signature: 'x' } } },
          { type: 'tool-call', callId: 'k', name: 'add', args: { a: 2, b: 3 } },
        ],
      },
      { id: 't1', role: 'tool', callId: 'k', name: 'add', result: { sum: 5 }, status: 'done' },
      { id: 'a2', role: 'assistant', content: [{ type: 'text', text: '5' }] },
    ];
    await close(store, 'r1', answer);
    const messages = await store.conversations.messages('c1');
    expect(messages.map(({ createdAt, ...message }) => message)).toEqual([
      { id: 's', role: 'system', content: 'Be kind.' },
      says('u1', '  What is\n2 + 3?'),
      ...answer,
    ]);
    expect(await store.runs.get('r1')).toEqual({
      key: 'r1',
      parentRunId: null,
      cancelReason: null,
      conversationKey: 'c1',
      id: 'r1',
      givenId: 'r1',
      isDetached: false,
      historyCount: 2,
      outcome: null,
      conversationId: 'c1',
      agentId: 'my-agent',
      status: 'finished',
      usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 4 },
      cost: null,
      unpricedSteps: 0,
      traceparent: null,
      tracestate: null,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      endedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await store.conversations.get('c1')).toMatchObject({
      agentId: 'my-agent',
      title: 'What is 2 + 3?',
      messageCount: 5,
    });
  });

  it('a message sent again is stored once, and the first of two with one id is kept', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c1', [says('u1', 'one'), says('u2', 'two'), says('u2', 'two again')]);
    await close(store, 'r1', [says('a1', 'answer')]);
    await open(store, 'r2', 'c1', [
      says('u1', 'changed'),
      says('u2', 'two'),
      says('a1', 'answer'),
      says('u3', 'three'),
    ]);
    expect(await idsOf(store, 'c1')).toEqual(['u1', 'u2', 'a1', 'u3']);
    expect((await store.conversations.messages('c1')).slice(0, 2)).toMatchObject([
      says('u1', 'one'),
      says('u2', 'two'),
    ]);
    expect((await store.conversations.get('c1'))?.messageCount).toBe(4);
    await open(store, 'r3', 'c2', [says('u1', 'the same id in another conversation')]);
    expect(await idsOf(store, 'c2')).toEqual(['u1']);
  });

  it('ids that only differ in half a character are one id', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c\ud800', [says('\ud800', 'one'), says('\ud801', 'two')]);
    await close(store, 'r1', [says('\ud802', 'three'), says('__proto__', 'four')]);
    expect((await store.conversations.get('c\ud800'))?.messageCount).toBe(2);
  });

  it('a history of 2,000 messages is stored at once and in order', async () => {
    await using store = await openStore();
    const history = Array.from({ length: 2000 }, (_, index) => says(`m${index}`, `text ${index}`));
    await open(store, 'r1', 'c1', history.slice(0, 1200));
    await close(store, 'r1');
    await open(store, 'r2', 'c1', history);
    expect(await idsOf(store, 'c1')).toEqual(history.map(({ id }) => id));
  });

  it('of 50 runs that start at once on one conversation exactly one opens', async () => {
    await using store = await openStore();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => open(store, `r${index}`, 'c1', [says(`u${index}`, 'Hello')])),
    );
    const failures = results.filter((result) => result.status === 'rejected');
    expect(failures).toHaveLength(49);
    for (const { reason } of failures) {
      expect(reason.toBody()).toEqual({
        detail: "Another run is active on conversation 'c1'",
        status_code: 409,
        code: 'conversation-busy',
      });
    }
    expect(await idsOf(store, 'c1')).toHaveLength(1);
    const winner = results.findIndex((result) => result.status === 'fulfilled');
    await close(store, `r${winner}`);
    await open(store, 'next', 'c1');
  });

  it('runs of 50 conversations that interleave keep each conversation whole', async () => {
    await using store = await openStore();
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (const turn of [1, 2, 3]) {
          await open(store, `${index}-${turn}`, `c${index}`, [says(`u${turn}`, 'Hello')]);
          await close(store, `${index}-${turn}`, [says(`a${turn}`, 'Hi')]);
        }
      }),
    );
    for (let index = 0; index < 50; index += 1) {
      expect(await idsOf(store, `c${index}`)).toEqual(['u1', 'a1', 'u2', 'a2', 'u3', 'a3']);
    }
  });

  it('a run id is taken once, and a refused run stores nothing', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c1', [says('u1', 'Hello')]);
    await expect(open(store, 'r1', 'c2', [says('u1', 'Hello')])).rejects.toMatchObject({
      code: 'run-exists',
      status: 409,
      message: "Run with ID 'r1' already exists",
    });
    expect(await store.conversations.get('c2')).toBeUndefined();
  });

  it('closing a run again, or after its conversation was deleted, changes nothing', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c1', [says('u1', 'Hello')]);
    await close(store, 'r1', [says('a1', 'Hi')]);
    await close(store, 'r1', [says('a2', 'Hi again')]);
    expect(await idsOf(store, 'c1')).toEqual(['u1', 'a1']);
    await open(store, 'r2', 'c1');
    expect(await store.conversations.delete('c1')).toBe(true);
    expect(await store.conversations.delete('c1')).toBe(false);
    await close(store, 'r2', [says('a3', 'late')]);
    expect(await store.conversations.get('c1')).toBeUndefined();
    expect(await store.conversations.messages('c1')).toEqual([]);
    expect(await store.runs.get('r2')).toBeUndefined();
  });

  // Elsewhere they are another process's, which may go on.
  if (!isShared()) {
    it('runs left open are interrupted once and free their conversations', async () => {
      await using store = await openStore();
      await open(store, 'r1', 'c1', [says('u1', 'Hello')]);
      await open(store, 'r2', 'c2');
      await close(store, 'r2');
      expect(await store.runs.interruptOpen()).toMatchObject([
        { id: 'r1', conversationId: 'c1', status: 'interrupted' },
      ]);
      expect(await store.runs.interruptOpen()).toEqual([]);
      expect(await idsOf(store, 'c1')).toEqual(['u1']);
      await open(store, 'r3', 'c1');
    });
  }
});

describe('messages that are too large', () => {
  const MiB = 1024 * 1024;
  const storedSize = async (message: Message) => {
    await using store = await openStore();
    await open(store, 'r1', 'c1', [message]);
    const [stored] = await store.conversations.messages('c1');
    return { stored, bytes: Buffer.byteLength(JSON.stringify(stored)) };
  };

  it('a tool result of 50 MiB is stored shortened and says so', async () => {
    const result = 'é'.repeat(25 * MiB);
    const { stored, bytes } = await storedSize({
      id: 't',
      role: 'tool',
      callId: 'k',
      name: 'read',
      result,
      status: 'done',
    });
    expect(bytes).toBeLessThan(MiB + 100);
    expect(stored).toMatchObject({ id: 't', callId: 'k', name: 'read', status: 'done' });
    expect(stored?.role === 'tool' && stored.result).toMatch(
      /^é+\n\[25952256 more characters were too much to store\]$/,
    );
  });

  it('a structured tool result of 2 MiB becomes the start of its JSON', async () => {
    const result = { rows: Array.from({ length: 200_000 }, (_, index) => index) };
    const { stored, bytes } = await storedSize({
      id: 't',
      role: 'tool',
      callId: 'k',
      name: 'read',
      result,
      status: 'done',
    });
    expect(bytes).toBeLessThan(MiB + 100);
    expect(stored?.role === 'tool' && stored.result).toMatch(
      /^\{"rows":\[0,1,2,3.+more characters were too much to store\]$/s,
    );
  });

  it('a message below the limit is whole', async () => {
    const text = 'a'.repeat(MiB - 1000);
    expect((await storedSize(says('u', text))).stored).toMatchObject(says('u', text));
  });

  it('a call keeps its id, a file its name, and cut reasoning loses its signature', async () => {
    const long = 'x'.repeat(MiB);
    const { stored } = await storedSize({
      id: 'a',
      role: 'assistant',
      content: [
        { type: 'reasoning', text: long, providerOptions: { anthropic: { signature: 's' } } },
        { type: 'text', text: 'short', providerOptions: { openai: { itemId: 'i' } } },
        { type: 'tool-call', callId: 'k', name: 'write', args: { long } },
      ],
    });
    expect(stored).toHaveProperty('content', [
      { type: 'reasoning', text: `${'x'.repeat(MiB / 4)}\n[786432 more characters were too much to store]` },
      { type: 'text', text: 'short', providerOptions: { openai: { itemId: 'i' } } },
      { type: 'tool-call', callId: 'k', name: 'write', args: { not_stored: 'The arguments were too large to store' } },
    ]);
    const file = await storedSize({
      id: 'u',
      role: 'user',
      content: [{ type: 'file', mediaType: 'image/png', data: 'x'.repeat(16 * MiB), filename: 'cat.png' }],
    });
    expect(file.stored).toHaveProperty('content', [
      { type: 'text', text: '[cat.png (image/png) was too large to store]' },
    ]);
  });
});

describe('titles', () => {
  it.each([
    ['Hello', 'Hello'],
    [' \n tabs\tand\0nulls  ', 'tabs and nulls'],
    ['word '.repeat(40), `${'word '.repeat(16).trim()}…`],
    ['words '.repeat(40), `${'words '.repeat(13).trim()}…`],
    ['字'.repeat(200), `${'字'.repeat(79)}…`],
    ['👩‍👩‍👧‍👦'.repeat(100), `${'👩‍👩‍👧‍👦'.repeat(79)}…`],
    ['a'.repeat(80), 'a'.repeat(80)],
    [`${'a'.repeat(79)} b`, `${'a'.repeat(79)}…`],
    ['   ', ''],
  ])('of %j is %j', async (text, title) => {
    await using store = await openStore();
    await open(store, 'r', 'c', [says('u', text)]);
    expect((await store.conversations.get('c'))?.title).toBe(title);
  });

  it('comes from the first text, also when an image came before it', async () => {
    await using store = await openStore();
    await open(store, 'r1', 'c', [
      { id: 's', role: 'system', content: 'Be kind.' },
      { id: 'u1', role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: 'AA==' }] },
    ]);
    expect((await store.conversations.get('c'))?.title).toBe('');
    await close(store, 'r1');
    await open(store, 'r2', 'c', [says('u2', 'What is this?')]);
    await close(store, 'r2');
    await open(store, 'r3', 'c', [says('u3', 'And now?')]);
    expect((await store.conversations.get('c'))?.title).toBe('What is this?');
  });
});

describe('pages of conversations', () => {
  it('hold every conversation once, newest first, while new ones are made', async () => {
    await using store = await openStore();
    // Several in one millisecond: the id decides between them.
    await Promise.all(
      Array.from({ length: 95 }, (_, index) => open(store, `r${index}`, `c${index}`, [says('u', 'Hi')])),
    );
    const first = await store.conversations.list({ limit: 10 });
    const seen = first.conversations;
    for (let cursor = first.nextCursor; cursor; ) {
      await open(store, `new-${cursor}`, `new-${cursor}`, [says('u', 'Hi')]);
      const page = await store.conversations.list({ limit: 10, cursor });
      seen.push(...page.conversations);
      cursor = page.nextCursor;
    }
    expect(seen).toHaveLength(95);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(95);
    const keys = seen.map(({ updatedAt, id }) => `${updatedAt} ${id}`);
    expect(keys).toEqual(keys.toSorted().toReversed());
  });

  it('can be those of one agent', async () => {
    await using store = await openStore();
    for (const [run, agentId] of ['a', 'b', 'a', 'b', 'a'].entries()) {
      await store.runs.open({ id: `${run}`, conversationId: `c${run}`, agentId, messages: [says('u', 'Hi')] });
    }
    const { conversations, nextCursor } = await store.conversations.list({ agentId: 'a', limit: 3 });
    expect(conversations.map(({ id }) => id).toSorted()).toEqual(['c0', 'c2', 'c4']);
    expect(nextCursor).toBeNull();
    expect(await store.conversations.list({ agentId: '', limit: 3 })).toEqual({ conversations: [], nextCursor: null });
  });

  it.each(['', 'x', '????', 'bnVsbA', 'WyJhIl0', 'eyJhIjoxfQ', 'WzEsMl0', 'WyJhIiwiYiJd=='])(
    'a cursor of %j is a 422',
    async (cursor) => {
      await using store = await openStore();
      await expect(store.conversations.list({ limit: 3, cursor })).rejects.toMatchObject({
        code: 'validation-failed',
        fields: [{ path: 'cursor', message: 'is not the next_cursor of a page' }],
      });
    },
  );
});

if (!isShared()) {
  describe('the data folder', () => {
    it('and its files are for their owner only', async () => {
      await using folder = await openPlace();
      const path = join(folder.path, 'new', 'deep');
      await using store = await openStore({ folder: path });
      await store.check();
      expect((await stat(path)).mode & 0o777).toBe(0o700);
      for (const name of ['agent-runtimes.db', 'agent-runtimes.db-wal', 'agent-runtimes.lock']) {
        expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
      }
    });

    it('a second server is refused by the id of the first until that one is gone, even by SIGKILL', async () => {
      await using folder = await openPlace();
      const script = new URL('support/append-turns.ts', import.meta.url).pathname;
      const first = spawn(process.execPath, [script, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = once(first, 'exit');
      await once(createInterface({ input: first.stdout }), 'line');
      await expect(openStore({ folder: folder.path })).rejects.toMatchObject({
        code: 'store-failed',
        message: `The data folder ${folder.path} is in use by another server (process ${first.pid}): stop that one, or choose another folder with --data-dir`,
      });
      first.kill('SIGKILL');
      await exit;
      await using store = await openStore({ folder: folder.path });
      await store.check();
      await expect(openStore({ folder: folder.path })).rejects.toThrow('is in use by another server');
    });

    it('of ten servers that start at once exactly one opens it', async () => {
      await using folder = await openPlace();
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => openStore({ folder: folder.path })));
      const stores = results.filter((result) => result.status === 'fulfilled');
      expect(stores).toHaveLength(1);
      for (const { value } of stores) await value.close();
    });

    it('a damaged file is left as it was and named', async () => {
      await using folder = await openPlace();
      const file = join(folder.path, 'agent-runtimes.db');
      await writeFile(file, 'This was never a database. '.repeat(500));
      const before = await readFile(file);
      await expect(openStore({ folder: folder.path })).rejects.toMatchObject({
        code: 'store-failed',
        message: `The store ${file} is damaged and was left as it is: restore it from a backup, or move it away to start empty`,
      });
      expect(await readFile(file)).toEqual(before);
      // The refusal holds nothing: once the file is moved away the folder can be used.
      await writeFile(file, '');
      await using store = await openStore({ folder: folder.path });
      await store.check();
    });

    it('a file whose pages were overwritten fails as damaged and is not wiped', async () => {
      await using folder = await openPlace();
      const file = join(folder.path, 'agent-runtimes.db');
      {
        await using store = await openStore({ folder: folder.path });
        for (let index = 0; index < 50; index += 1)
          await open(store, `r${index}`, `c${index}`, [says('u', 'x'.repeat(500))]);
      }
      const whole = await readFile(file);
      await writeFile(file, Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 0xaa)]));
      await expect(openStore({ folder: folder.path })).rejects.toThrow(
        `The store ${file} is damaged and was left as it is`,
      );
      expect((await readFile(file)).subarray(100)).toEqual(Buffer.alloc(whole.length - 100, 0xaa));
    });

    it('a file of the first version gets what later ones have, and keeps what it holds', async () => {
      await using folder = await openPlace();
      {
        await using store = await openStore({ folder: folder.path });
        await store.agents.insert(agent);
        await open(store, 'r1', 'c1', [says('u1', 'Hello')]);
        await close(store, 'r1', [says('a1', 'Hi')]);
      }
      const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
      undoSums(database);
      database.exec(`
      drop index conversations_by_id; drop index runs_by_id;
      alter table conversations drop column id; alter table conversations rename column key to id;
      alter table messages rename column conversation_key to conversation_id;
      alter table runs drop column id; alter table runs rename column key to id;
      alter table runs drop column conversation_id; alter table runs rename column conversation_key to conversation_id;
      drop table tasks; drop table approvals; drop table run_events;
      drop index runs_newest; drop index runs_newest_of_agent;
      alter table runs drop column given_id; alter table runs drop column is_detached;
      alter table runs drop column history_count; alter table runs drop column outcome;
      alter table agents drop column approvals; alter table agents drop column codemode;
      alter table agents drop column skills; alter table conversations drop column owner;
    `);
      database.exec('delete from schema_versions where version > 1');
      database.close();
      await using store = await openStore({ folder: folder.path });
      expect(await store.agents.list()).toEqual([
        {
          ...agent,
          agents: [],
          offerAsTool: true,
          codemode: null,
          approvals: { tools: [] },
          skills: null,
          outputSchema: null,
          durable: false,
        },
      ]);
      expect(await idsOf(store, 'c1')).toEqual(['u1', 'a1']);
      expect(await store.runs.get('r1')).toMatchObject({
        id: 'r1',
        givenId: 'r1',
        conversationId: 'c1',
        status: 'finished',
      });
      await open(store, 'r2', 'c1', [says('u2', 'Again')]);
      expect(await store.conversations.get('c1')).toMatchObject({ id: 'c1', owner: null, messageCount: 3 });
      await store.agents.update({ ...agent, codemode: false }, 0);
      expect(await store.agents.list()).toEqual([{ ...agent, codemode: false }]);
    });

    it('a file of a newer server is refused and left as it was', async () => {
      await using folder = await openPlace();
      const file = join(folder.path, 'agent-runtimes.db');
      {
        await using store = await openStore({ folder: folder.path });
        await store.agents.insert(agent);
      }
      const database = new DatabaseSync(file);
      database.exec("insert into schema_versions values (99, '2030-01-01T00:00:00.000Z')");
      database.close();
      await expect(openStore({ folder: folder.path })).rejects.toMatchObject({
        code: 'store-failed',
        message: `The store ${file} has schema version 99, and this server knows ${SCHEMA_VERSION}: start the newer server that wrote it, or choose another folder with --data-dir`,
      });
      const after = new DatabaseSync(file);
      expect(after.prepare('select id from agents').all()).toEqual([{ id: 'my-agent' }]);
      after.close();
    });

    it('a torn last write is forgotten and what was committed before it stays', async () => {
      await using folder = await openPlace();
      await using other = await openPlace();
      await using store = await openStore({ folder: folder.path });
      await store.agents.insert(agent);
      for (const name of ['agent-runtimes.db', 'agent-runtimes.db-wal']) {
        await writeFile(join(other.path, name), await readFile(join(folder.path, name)));
      }
      await appendFile(join(other.path, 'agent-runtimes.db-wal'), Buffer.alloc(3000, 7));
      await using copy = await openStore({ folder: other.path });
      expect(await copy.agents.list()).toEqual([agent]);
    });

    it('a folder that cannot be made or used is named with the reason', async () => {
      await using folder = await openPlace();
      const file = join(folder.path, 'file');
      await writeFile(file, '');
      const ending = '; check the folder, or choose another with --data-dir';
      await expect(openStore({ folder: file })).rejects.toMatchObject({
        code: 'store-failed',
        message: `The store ${file}/agent-runtimes.lock cannot be opened: ENOTDIR: not a directory, open '${file}/agent-runtimes.lock'${ending}`,
      });
      // Node's recursive mkdir never returns for a folder below /proc.
      await expect(openStore({ folder: '/proc/no-such-folder/below' })).rejects.toMatchObject({
        code: 'store-failed',
        message: `The store /proc/no-such-folder/below/agent-runtimes.db cannot be opened: ENOENT: no such file or directory, mkdir '/proc/no-such-folder'${ending}`,
      });
    });
  });
}

it('a store that was closed can be closed again', async () => {
  await using folder = await openPlace();
  const store = await openStore({ folder: folder.path });
  await store.close();
  await store.close();
  await expect(store.check()).rejects.toThrow();
});

describe('tasks', () => {
  const task = (id: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
    id,
    agentId: 'a',
    owner: null,
    contextId: 'c',
    conversationKey: 'c',
    state: 'completed',
    detail: null,
    runId: null,
    updates: 1,
    body: { said: id },
    changedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  });

  it('are replaced by their id and found by agent, context, state and time, in pages', async () => {
    await using store = await openStore();
    const ended = task('t1', { state: 'failed', detail: 'why', changedAt: '2026-01-02T00:00:00.000Z', updates: 2 });
    await store.tasks.add(task('t1', { state: 'working' }));
    expect(await store.tasks.change(ended, { is: 'ours', updates: 1 })).toBe(true);
    await store.tasks.add(task('t2'));
    await store.tasks.add(task('t3', { contextId: 'd' }));
    await store.tasks.add(task('t4', { agentId: 'b' }));
    const list = async (query: Partial<Parameters<Store['tasks']['list']>[0]>) => {
      const { tasks, total } = await store.tasks.list({ agentId: 'a', limit: 10, ...query });
      return [tasks.map(({ id }) => id), total];
    };
    expect(await store.tasks.get('a', 't1')).toEqual(ended);
    expect(await store.tasks.get('b', 't1')).toBeUndefined();
    expect(await list({})).toEqual([['t1', 't3', 't2'], 3]);
    expect(await list({ contextId: 'd' })).toEqual([['t3'], 1]);
    expect(await list({ state: 'failed' })).toEqual([['t1'], 1]);
    expect(await list({ changedAfter: '2026-01-01T12:00:00.000Z' })).toEqual([['t1'], 1]);
    const first = await store.tasks.list({ agentId: 'a', limit: 2 });
    expect(await list({ limit: 2, cursor: first.nextCursor ?? '' })).toEqual([['t2'], 3]);
    await expect(store.tasks.list({ agentId: 'a', limit: 2, cursor: 'nonsense' })).rejects.toThrow('next_cursor');
  });

  it('that nobody works on are those that are open, but for those that somebody does', async () => {
    await using store = await openStore();
    await store.tasks.add(task('t1', { state: 'submitted' }));
    await store.tasks.add(task('t2', { state: 'working' }));
    await store.tasks.add(task('t3'));
    await store.tasks.add(task('t4', { state: 'input-required' }));
    expect((await store.tasks.claim([], 0)).map(({ id }) => id).toSorted()).toEqual(['t1', 't2']);
    expect((await store.tasks.claim(['t1'], 0)).map(({ id }) => id)).toEqual(['t2']);
  });

  it('that have ended never change again, and those that wait are changed as such', async () => {
    await using store = await openStore();
    await store.tasks.add(task('t1', { state: 'input-required' }));
    const failed = task('t1', { state: 'failed', updates: 3 });
    expect(await store.tasks.change(failed, { is: 'ours', updates: 1 })).toBe(false);
    const canceled = task('t1', { state: 'canceled', updates: 2 });
    expect(await store.tasks.change(canceled, { is: 'waiting', updates: 1 })).toBe(true);
    for (const is of ['ours', 'waiting', 'submitted'] as const) {
      expect(await store.tasks.change(failed, { is, updates: 2 })).toBe(false);
    }
    expect(await store.tasks.get('a', 't1')).toEqual(canceled);
  });

  it('are bounded: of too many ended ones those go that ended first', async () => {
    await using store = await openStore();
    await store.tasks.add(task('open', { state: 'working', changedAt: '2025-01-01T00:00:00.000Z' }));
    for (let number = 0; number < 10_099; number += 1) {
      await store.tasks.add(task(`t${number}`, { changedAt: new Date(1_767_225_600_000 + number).toISOString() }));
    }
    expect(await store.tasks.list({ agentId: 'a', limit: 1 })).toMatchObject({
      total: 10_001,
      tasks: [{ id: 't10098' }],
    });
    expect(await store.tasks.get('a', 't98')).toBeUndefined();
    expect(await store.tasks.get('a', 't99')).toBeDefined();
    expect(await store.tasks.get('a', 'open')).toBeDefined();
  });
});
