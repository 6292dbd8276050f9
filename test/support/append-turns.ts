/** Appends turns to the store of a folder until it is killed, and prints each one once the store has acknowledged it. */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { openStore } from '../../server/store/sqlite.ts';
import { NO_USAGE } from '../../server/store/usage.ts';

const [folder = ''] = process.argv.slice(2);
const store = await openStore({ folder });
// A process that is killed leaves nothing compiled to the next one.
flushCompileCache();
await store.runs.interruptOpen();
for (let turn = (await store.conversations.get('c'))?.messageCount ?? 0; ; turn += 2) {
  const run = `${process.pid}-${turn}`;
  const question = { id: `${run}-user`, role: 'user', content: [{ type: 'text', text: 'Hello' }] } as const;
  await store.runs.open({ id: run, conversationId: 'c', agentId: 'a', messages: [question] });
  print({ opened: run });
  const answer = {
    id: `${run}-assistant`,
    role: 'assistant',
    content: [{ type: 'text', text: 'x'.repeat(500) }],
  } as const;
  await store.runs.close({
    key: run,
    status: 'finished',
    messages: [answer],
    usage: { ...NO_USAGE, inputTokens: 1, outputTokens: 2 },
  });
  print({ closed: run });
}

// Synchronous: what was printed has left this process when it dies.
function print(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
