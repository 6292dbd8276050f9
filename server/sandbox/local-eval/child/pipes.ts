/** The three pipes of the process that runs an agent's Python. Descriptors: 3 commands in, 4 reports out, 5 replies to blocking calls in. */
import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { CommandFrame } from '../frames.ts';

const COMMANDS = 3;
const REPORTS = 4;
const REPLIES = 5;
const node = process;
const encoder = new TextEncoder();
const nap = new Int32Array(new SharedArrayBuffer(4));
const isAgain = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

/** Sends one line to the server. */
export function report(json: string): void {
  const bytes = encoder.encode(`${json}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(REPORTS, bytes, sent);
    } catch (error) {
      if (!isAgain(error)) throw error;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}

/** Tells the server why this process ends, and ends it. */
export function die(reason: unknown, code: number): never {
  try {
    report(JSON.stringify({ type: 'fatal', reason: String(reason).slice(0, 500) }));
  } catch {
    // The server has gone: there is nobody to tell.
  }
  return node.exit(code);
}

// Opening the socket also makes the descriptor non-blocking, which the poll below needs.
const commands = new Socket({ fd: COMMANDS, readable: true, writable: false });
commands.on('error', () => node.exit(0));
commands.on('end', () => node.exit(0));

const buffer = new Uint8Array(65_536);
const commandLines = lineReader();
const replyLines = lineReader();

/** Takes commands as they come, while Python waits. */
export function listenForCommands(take: (command: CommandFrame) => void): void {
  commands.on('data', (chunk: Uint8Array) => {
    for (const line of commandLines(chunk)) take(JSON.parse(line));
  });
}

/** Takes the commands that are there, while Python runs; never waits. */
export function pollCommands(take: (command: CommandFrame) => void): void {
  try {
    for (;;) {
      const size = readSync(COMMANDS, buffer);
      if (size === 0) node.exit(0);
      for (const line of commandLines(buffer.slice(0, size))) take(JSON.parse(line));
      if (size < buffer.length) return;
    }
  } catch (error) {
    if (!isAgain(error)) throw error;
  }
}

/** Waits for the reply to a blocking call. */
export function readReply(id: number): string {
  for (;;) {
    try {
      const size = readSync(REPLIES, buffer);
      if (size === 0) node.exit(0);
      const [reply] = replyLines(buffer.slice(0, size));
      const { id: answered, json } = reply === undefined ? {} : JSON.parse(reply);
      if (answered === id) return json;
    } catch (error) {
      if (!isAgain(error)) throw error;
      Atomics.wait(nap, 0, 0, 0.2);
    }
  }
}

/** Cuts chunks into lines. */
function lineReader(): (chunk: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  return (chunk) => {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    if (parts.length > 1) parts[0] = rest.join('') + parts[0];
    if (parts.length > 1) rest = [];
    rest.push(parts.pop() ?? '');
    return parts;
  };
}
