/** Starts that are refused, which write nothing, and starts of users without a home folder. */
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { refusedOptions, runCommand, unreadableStarts } from '../../test/fixtures/command/refused-starts.ts';
import { ownFolder } from '../own.ts';
import { SILENCE_MS } from './caller.ts';
import { cannotBecome, homeless, NOBODY, US } from './homeless.ts';
import { expectEqual, type Group, type OddCase, type TriedServer } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

type Entry = string | undefined;

interface Refused {
  readonly title: string;
  readonly args: readonly string[];
  readonly sentence: RegExp;
  readonly environment?: Readonly<Record<string, string>>;
}

const NEW_FOLDER = ['--data-dir', '{home}/new/data'];
const refused: readonly Refused[] = [
  ...unreadableStarts.map(([title, args, sentence]) => ({ title, args, sentence })),
  ...refusedOptions.flatMap(([option, sentence]) => [
    { title: option, args: [option, '--port', '0'], sentence },
    { title: `${option}, with a data folder`, args: [option, '--port', '0', ...NEW_FOLDER], sentence },
  ]),
  {
    title: 'the variable AGENT_MODEL',
    args: ['--port', '0'],
    sentence: /^Unknown model 'nope'/,
    environment: { AGENT_MODEL: 'nope' },
  },
];

/** Runs the command with an empty home folder. What is wrong: with its end, with what it says, or that it has written anything. */
async function judgeRefused({ args, sentence, environment = {} }: Omit<Refused, 'title'>, entry: Entry) {
  await using folder = await ownFolder('agent-runtimes-campaign-start-');
  const home = join(folder.path, 'home');
  await mkdir(home);
  await writeFile(join(folder.path, 'file'), '');
  const given = args.map((arg) => arg.replace('{home}', home));
  const variables = { HOME: home, TMPDIR: folder.path, ...environment };
  const ended = await runCommand(given, { environment: variables, entry, timeoutMs: SILENCE_MS });
  const said = ended.stderr.replace(/^agent-runtimes: /, '').trim();
  return (
    expectEqual([ended.code, ended.stdout], [1, '']) ??
    (sentence.test(said) ? undefined : `it says ${said.slice(-500)}`) ??
    expectEqual(await readdir(folder.path, { recursive: true }), ['file', 'home'])
  );
}

const toRefused = ({ home }: TriedServer, entry: Entry): OddCase[] => [
  ...refused.map(({ title, ...start }) => ({ title, attempt: () => judgeRefused(start, entry) })),
  {
    title: 'a port that is taken',
    async attempt() {
      await using taken = createServer();
      await once(taken.listen(0, '127.0.0.1'), 'listening');
      const port = String(Object(taken.address()).port);
      const sentence = new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken`);
      // Waited for here: the port is taken until this block ends.
      return await judgeRefused({ args: ['--port', port], sentence }, entry);
    },
  },
  {
    title: 'a data folder that another server has',
    attempt() {
      const args = ['--port', '0', '--data-dir', join(home, '.datalayer/agent-runtimes')];
      return judgeRefused({ args, sentence: /^The data folder .* is in use by another server/ }, entry);
    },
  },
];

/** Each is a start of its own, beside a server that runs. */
export const starts: Group = {
  name: 'starts',
  stages: [
    // `command.test.ts` tries these too.
    planStage({
      title: 'that are refused',
      isLong: true,
      cases: [...refused, 'a port', 'a folder'],
      toCases: (server, _, entry) => toRefused(server, entry),
    }),
    planStage({
      title: 'without a home folder',
      isLong: true,
      cases: homeless(US, undefined),
      toCases: (_, __, entry) => homeless(US, entry),
    }),
    planStage({
      title: 'of a user without an entry',
      isLong: true,
      missing: cannotBecome,
      cases: homeless(NOBODY, undefined),
      toCases: (_, __, entry) => homeless(NOBODY, entry),
    }),
  ],
};
