/** Starts of users without a home folder: no variable HOME, and no entry for the user id. */
import { spawnSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WITHOUT_HOME } from '../../test/fixtures/command/refused-starts.ts';
import { ownFolder } from '../own.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { Caller, SILENCE_MS } from './caller.ts';
import { expectEqual, type OddCase } from './odd-case.ts';
import { askDemo } from './start-tried.ts';

/** A user without a home folder: who it is, and how the command is run as that user. */
interface Homeless {
  readonly uid: number;
  readonly within: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One who is known to nobody, as in a container. */
export const NOBODY: Homeless = {
  uid: 54_321,
  within: ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'],
  environment: {},
};
/** One who is made to look so. */
export const US: Homeless = { uid: process.getuid?.() ?? 0, within: [], environment: { NODE_OPTIONS: WITHOUT_HOME } };

/** Starts the command as the user, with a temporary folder that is theirs, and judges the start. */
async function asUser(
  user: Homeless,
  { entry, args = [], environment = {} }: { entry: string | undefined; args?: readonly string[]; environment?: object },
  judge: (folder: string, start: () => Promise<ServerProcess>) => Promise<string | undefined>,
): Promise<string | undefined> {
  await using folder = await ownFolder('agent-runtimes-campaign-home-');
  await chown(folder.path, user.uid, user.within.length ? user.uid : (process.getgid?.() ?? -1));
  const { within } = user;
  const variables = { PATH: process.env.PATH, TMPDIR: folder.path, ...user.environment, ...environment };
  const given = ['--demo', '--model', 'demo:rules', ...args.map((arg) => arg.replace('{folder}', folder.path))];
  const start = () =>
    startServerProcess({
      args: given,
      environment: variables,
      within,
      startMs: 2 * SILENCE_MS,
      ...(entry && { entry }),
    });
  // Waited for here, as the folder goes with this block.
  return await judge(folder.path, start);
}

/** That a server has its data in the folder, and answers. */
async function judgeStarted(server: ServerProcess, data: string, isTold: boolean): Promise<string | undefined> {
  const caller = new Caller(server);
  await caller.ask('POST', '/agents/demo/mcp-servers/start', {});
  const problem = caller.losses[0] ?? (await askDemo(caller));
  const shown = `  Data        ${data}\n  MCP config  ${data}/mcp.json (not there)\n`;
  const told = [server.output().includes(shown), server.output().includes('there is no home folder')];
  return problem ?? expectEqual(told, [true, isTold]);
}

/** What every such user may expect of a start. */
export const homeless = (user: Homeless, entry: string | undefined): OddCase[] => [
  {
    title: 'names the folder it takes, which is for this user alone',
    attempt: () =>
      asUser(user, { entry }, async (folder, start) => {
        await using server = await start();
        const data = join(folder, `agent-runtimes-${user.uid}`);
        const problem = await judgeStarted(server, data, true);
        return problem ?? expectEqual((await lstat(data)).mode & 0o777, 0o700);
      }),
  },
  {
    title: 'takes the folder of --data-dir, and is told no more',
    attempt: () =>
      asUser(user, { entry, args: ['--data-dir', '{folder}/data'] }, async (folder, start) => {
        await using server = await start();
        return await judgeStarted(server, join(folder, 'data'), false);
      }),
  },
  {
    title: 'takes the folder of a variable, with an empty HOME',
    attempt: () =>
      asUser(
        user,
        { entry, args: ['--data-dir', '{folder}/data'], environment: { HOME: '' } },
        async (folder, start) => {
          await using server = await start();
          return await judgeStarted(server, join(folder, 'data'), false);
        },
      ),
  },
  {
    title: 'refuses a folder that is open to others',
    attempt: () =>
      asUser(user, { entry }, async (folder, start) => {
        const data = join(folder, `agent-runtimes-${user.uid}`);
        await mkdir(data);
        await chown(data, user.uid, -1);
        await chmod(data, 0o777);
        const said = await start().then(stopped, ({ message }: Error) => message);
        const right = `There is no home folder, and ${data} is open to others: choose a folder with --data-dir`;
        return (said.includes(right) ? undefined : said) ?? expectEqual(await readdir(data), []);
      }),
  },
];

/** Ends a server that should not have started. */
async function stopped(server: ServerProcess): Promise<string> {
  await server.stop();
  return `it starts: ${server.output().slice(-500)}`;
}

/** Why nobody can be {@link NOBODY} here: only root may become another, who may not be able to read this repository. */
export const cannotBecome = tryToBecome();

function tryToBecome(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root becomes a user who is known to nobody';
  const [program = '', ...args] = NOBODY.within;
  const here = JSON.stringify(fileURLToPath(import.meta.url));
  const read = ['-e', `require('node:fs').readFileSync(${here})`];
  const { status } = spawnSync(program, [...args, process.execPath, ...read], { timeout: SILENCE_MS });
  return status === 0
    ? undefined
    : `a user who is known to nobody cannot run ${process.execPath} here, or setpriv is not there`;
}
