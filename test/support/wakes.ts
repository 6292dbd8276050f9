import { Client } from 'pg';
import pino from 'pino';
import { openPostgresWake } from '../../server/replicas/postgres-wake.ts';
import { WAKE_KINDS, type Wake } from '../../server/replicas/wake.ts';

type Options = Omit<Partial<Parameters<typeof openPostgresWake>[0]>, 'log'> & { readonly url: string };

/** Wake-ups, and what came of them. */
interface TestWake extends AsyncDisposable {
  readonly wake: Wake;
  /** What came, as `kind id`. */
  readonly heard: string[];
  /** What the log was given, with nothing masked. */
  readonly log: string[];
  /** How often wake-ups may have been lost. */
  lost(): number;
}

/** Far longer than a test. */
const NEVER_MS = 3_600_000;

/** Opens wake-ups that neither look by themselves nor try a quiet connection, unless `pollMs` and `quietMs` say so. */
export async function openWake(options: Options): Promise<TestWake> {
  const lines: string[] = [];
  const log = pino({ base: undefined, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const wake = await openPostgresWake({ replica: 'a', pollMs: NEVER_MS, quietMs: NEVER_MS, ...options, log });
  let losses = 0;
  wake.onLost(() => losses++);
  const heard: string[] = [];
  for (const kind of WAKE_KINDS) wake.on(kind, (id) => heard.push(`${kind} ${id}`));
  return { wake, heard, log: lines, lost: () => losses, [Symbol.asyncDispose]: () => wake.close() };
}

/** A client of the database itself, and the texts of wake-ups that it hears on the channel of the schema `public`. */
export async function openClient(url: string): Promise<{ client: Client; texts: string[] } & AsyncDisposable> {
  const client = new Client(url);
  await client.connect();
  const texts: string[] = [];
  // 2200 is the id of `public` in every new database.
  await client.query('listen agent_runtimes_wake_2200');
  client.on('notification', ({ payload = '' }) => {
    if (!payload.includes('"echo"')) texts.push(payload);
  });
  return { client, texts, [Symbol.asyncDispose]: () => client.end() };
}
