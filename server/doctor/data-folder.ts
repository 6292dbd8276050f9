import { access, constants, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { checkDataFolder, isTemporary } from '../home-folder.ts';
import { findServerOf } from '../store/folder-lock.ts';
import { type Check, codeOf, type Finding, fail, ok, sentenceOf, warn } from './finding.ts';

const FOLDER = 'data folder';
const LOCK = 'data folder lock';
/** File systems of other machines, by the numbers of statfs(2): the locks of SQLite cannot be trusted there. */
const REMOTE: Readonly<Record<number, string>> = { 26985: 'NFS', 20859: 'SMB', 4283649346: 'SMB', 4266872130: 'SMB' };

/** Whether the data folder can be used, and whether another server has it. */
export const dataFolder: Check = {
  name: FOLDER,
  silenceMs: 10_000,
  async run({ options }) {
    const folder = options['data-dir'];
    if (folder === ':memory:') return [warn(FOLDER, 'nothing is kept when the server ends', 'choose a folder')];
    const existing = await firstExisting(resolve(folder));
    const isThere = existing === resolve(folder);
    const problem = await findProblem(folder, existing);
    if (problem) return [problem];
    const notes = isThere ? await findNotes(folder) : [];
    const found = isThere ? `${folder} can be written` : `${folder} is not there yet; the first start makes it`;
    return [...(notes.length ? notes : [ok(FOLDER, found)]), ...(isThere ? [lockOf(folder)] : [])];
  },
};

/** The folder, or the first above it that is there. */
async function firstExisting(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    (cause) => codeOf(cause) !== 'ENOENT',
  );
  return isThere || dirname(folder) === folder ? folder : firstExisting(dirname(folder));
}

async function findProblem(folder: string, existing: string): Promise<Finding | undefined> {
  const other = 'or choose another with --data-dir';
  try {
    checkDataFolder(folder);
    if (!(await stat(existing)).isDirectory())
      return fail(FOLDER, `${existing} is not a folder`, `move it away, ${other}`);
    await access(existing, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === undefined) return fail(FOLDER, sentenceOf(cause), 'choose a folder with --data-dir');
    const why = code === 'EROFS' ? 'is on a disk that is read-only' : `cannot be written by this user (${code})`;
    const user = process.getuid?.() ?? userInfo().username;
    const todo = existing === resolve(folder) ? `give it to user ${user}` : `make ${folder} for user ${user}`;
    return fail(FOLDER, `${existing} ${why}`, `${todo}, ${other}`);
  }
}

async function findNotes(folder: string): Promise<Finding[]> {
  const { uid, mode } = await stat(folder);
  const { type } = await statfs(folder);
  const remote = REMOTE[type];
  const isOthers = process.getuid !== undefined && uid !== process.getuid();
  return [
    ...(isTemporary(folder)
      ? [warn(FOLDER, `${folder} is among temporary files: there is no home folder`, 'choose one with --data-dir')]
      : []),
    ...(isOthers ? [warn(FOLDER, `${folder} belongs to user ${uid}`, `run the server as that user, or chown it`)] : []),
    ...(mode & 0o077 ? [warn(FOLDER, `others of this machine may look into ${folder}`, `chmod 700 ${folder}`)] : []),
    ...(remote ? [warn(FOLDER, `${folder} is on ${remote}, where locks may not hold`, 'choose a local disk')] : []),
  ];
}

function lockOf(folder: string): Finding {
  try {
    const server = findServerOf(folder);
    if (!server) return ok(LOCK, 'no server has it');
    const name = server.pid === undefined ? 'another process' : `process ${server.pid}`;
    return ok(LOCK, `a server has it, ${name}; a second one needs a folder of its own`);
  } catch (cause) {
    return fail(LOCK, `the lock cannot be read: ${sentenceOf(cause)}`, 'check the files of the folder');
  }
}
