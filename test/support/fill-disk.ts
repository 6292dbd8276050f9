/** Writes to the store of a folder until it refuses, and prints how much it acknowledged, the error and what is readable then. */
import { toApiError } from '../../server/call/errors.ts';
import { openStore } from '../../server/store/sqlite.ts';

const [folder = ''] = process.argv.slice(2);
await using store = await openStore({ folder });
const text = 'x'.repeat(20_000);
let acknowledged = 0;
let error: unknown;
while (!error && acknowledged < 1000) {
  const message = { id: 'u', role: 'user', content: [{ type: 'text', text }] } as const;
  try {
    await store.runs.open({
      id: `r${acknowledged}`,
      conversationId: `c${acknowledged}`,
      agentId: 'a',
      messages: [message],
    });
    acknowledged += 1;
  } catch (cause) {
    error = toApiError(cause).toBody();
  }
}
const { conversations } = await store.conversations.list({ limit: 200 });
console.log(JSON.stringify({ acknowledged, error, readable: conversations.length }));
