import { isLoopback } from '../http/host-check.ts';
import { checkIsFree } from '../http/listen.ts';
import { findServerOf } from '../store/folder-lock.ts';
import { type Check, codeOf, type Finding, fail, ok, sentenceOf, warn } from './finding.ts';

const PORT = 'port';
const ANSWER_MS = 3000;
const MAX_ANSWER = 10_000;

/** Whether a server could listen where it is to, or else who does. */
export const port: Check = {
  name: PORT,
  silenceMs: 10_000,
  async run({ options, signal }) {
    const { host, port: number, 'find-free-port': findFreePort } = options;
    if (number === 0) return [ok(PORT, 'any free one')];
    try {
      await checkIsFree({ host, port: number });
      return [ok(PORT, `${number} of ${host} is free`)];
    } catch (cause) {
      const code = codeOf(cause instanceof Error ? cause.cause : undefined);
      if (code !== 'EADDRINUSE') return [fail(PORT, sentenceOf(cause), adviceFor(code))];
    }
    const found = await findListener(host, number, signal);
    if (found === undefined) return [taken(`${number} of ${host} is taken by another program`, findFreePort)];
    const sentence = `agent-runtimes ${found} answers at ${number} of ${host}`;
    return [isServedHere(options['data-dir']) ? ok(PORT, sentence) : taken(sentence, findFreePort)];
  },
};

const adviceFor = (code: string | undefined) =>
  code === 'EACCES' ? 'choose one above 1023 with --port' : 'choose an address of this machine with --host';

const taken = (found: string, findFreePort: boolean): Finding =>
  findFreePort
    ? warn(PORT, found, 'a server takes the next free one')
    : fail(PORT, found, 'stop that one, or choose another with --port or --find-free-port');

function isServedHere(folder: string): boolean {
  try {
    return findServerOf(folder) !== undefined;
  } catch {
    return false;
  }
}

/** The version of the server of this product that listens there; undefined when it is another, or does not answer. */
async function findListener(host: string, number: number, signal: AbortSignal): Promise<string | undefined> {
  // Where it listens on every address, this machine is one of them.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = name.includes(':') ? `[${name}]` : name;
  try {
    const response = await fetch(`http://${address}:${number}/api/v1/health`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(isLoopback(name) ? ANSWER_MS : 2 * ANSWER_MS)]),
    });
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    if (!(length <= MAX_ANSWER)) {
      await response.body?.cancel();
      return undefined;
    }
    const { status, version } = Object(await response.json());
    return status === 'healthy' && typeof version === 'string' ? version.slice(0, 50) : undefined;
  } catch {
    return undefined;
  }
}
