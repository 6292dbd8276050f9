/** A child process in a group of its own, spoken to in lines of JSON-RPC: the stdio transport of MCP, and nothing of it outlives us. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { StdioLaunch } from '../definitions/server-definition.ts';
import type { JSONRPCMessage, Transport } from '../wire/mcp-sdk.ts';
import { MessageReader } from '../wire/message-reader.ts';
import { readPaced } from '../wire/paced-reader.ts';
import { endGroup, endRestOfGroup, type Grace, settlesWithin } from './end-group.ts';
import type { StartTurns } from './start-turns.ts';
import { StderrRing } from './stderr-ring.ts';

export interface ProcessGroupOptions {
  readonly redact: (text: string) => string;
  /** Told of each group while it lives. */
  readonly records?: { add(pid: number): void; remove(pid: number): void } | undefined;
  /** Whose turn it is to start. */
  readonly turns?: StartTurns | undefined;
  readonly graceMs: Grace;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const DOWNLOADERS = ['npx', 'uvx'];
const END_WAIT_MS = 500;
const MAX_UNREAD = 10_000;
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export class ProcessGroup implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  readonly #launch: StdioLaunch;
  readonly #options: ProcessGroupOptions;
  readonly #stderr: StderrRing;
  #child: Child | undefined;
  #exited: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** What all wait for who have written more than the child has read. */
  #drained: Promise<void> | undefined;
  /** How many messages it has not read. */
  #unread = 0;
  #end: string | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(launch: StdioLaunch, options: ProcessGroupOptions) {
    this.#launch = launch;
    this.#options = options;
    this.#stderr = new StderrRing(options.redact);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How it ended, such as `exited with code 3`; undefined while it can be spoken to. */
  get end(): string | undefined {
    return this.#end;
  }

  /** The last lines of its standard error. */
  stderrLines(count: number): string[] {
    return this.#stderr.lines(count);
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#launch;
    // They are silent meanwhile, and whoever looks at the log wants to know what takes so long.
    if (DOWNLOADERS.includes(command)) {
      this.#note(`[${command} first downloads what is not on this machine: this can take a minute]`);
    }
    const endTurn = (await this.#options.turns?.next()) ?? (() => undefined);
    if (this.#closing) {
      endTurn();
      throw new Error('Closed before it started');
    }
    const child = spawn(command, args, {
      env,
      cwd,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    const { pid } = child;
    if (pid === undefined) {
      endTurn();
      const [error] = await once(child, 'error');
      this.#end = describeSpawnError(error, command, cwd);
      throw new Error(this.#end, { cause: error });
    }
    this.#options.records?.add(pid);
    const messages = new MessageReader({
      maxBytes: MAX_MESSAGE_BYTES,
      onMessage: (message) => this.onmessage?.(message),
      onNoise: (text) => this.#note(text),
    });
    readPaced(child.stdout, (data) => messages.add(data));
    child.stderr.on('data', (chunk: Buffer) => this.#stderr.add(chunk));
    // When it first speaks it has done most of what a start is.
    child.stdout.once('data', endTurn).once('close', endTurn);
    // A child that closes its input or dies makes the next write fail; its exit is reported, the write is not worth a second report.
    for (const stream of [child, child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    child.stdin.once('close', () => void this.#endIfAlive('closed its standard input'));
    child.stdout.once('end', () => void this.#endIfAlive('closed its standard output'));
    this.#exited = this.#watch(child, pid);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (!child || this.#end !== undefined || this.#closing) throw new Error('Not connected');
    if (!child.stdin.writable) return this.#failToWrite();
    if (child.stdin.write(`${JSON.stringify(message)}\n`)) return;
    if (child.stdin.writableLength > MAX_UNREAD_BYTES || this.#unread >= MAX_UNREAD) {
      void this.#giveUp('does not read its standard input');
    }
    this.#drained ??= this.#untilDrained(child).finally(() => {
      this.#drained = undefined;
    });
    this.#unread++;
    try {
      await this.#drained;
    } finally {
      this.#unread--;
    }
  }

  async #untilDrained(child: Child): Promise<void> {
    const reader = new AbortController();
    try {
      await Promise.race([once(child.stdin, 'drain', { signal: reader.signal }), this.#exited]);
    } catch {
      await this.#failToWrite();
    } finally {
      reader.abort();
    }
  }

  // Its input broke, mostly because it has ended: the reason is about to be known.
  async #failToWrite(): Promise<never> {
    await settlesWithin(this.#ended.promise, 2 * END_WAIT_MS);
    throw new Error('Not connected');
  }

  /** Ends the whole group: closes its input, then SIGTERM, then SIGKILL. Resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const child = this.#child;
    if (!child?.pid || !this.#exited) {
      this.onclose?.();
      return;
    }
    child.stdin.end();
    const { graceMs } = this.#options;
    if (!(await settlesWithin(this.#exited, graceMs.input))) await endGroup(child.pid, this.#exited, graceMs);
  }

  #note(text: string): void {
    this.#stderr.add(Buffer.from(`${text}\n`));
  }

  /** Resolves when the leader has ended, its last output was read and the rest of its group is gone. */
  async #watch(child: Child, pid: number): Promise<void> {
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('exit', (...status) => resolve(status)),
    );
    // A grandchild may hold the pipes open for ever; what the leader itself wrote last is there at once.
    await settlesWithin(closed, 100);
    this.#end ??= signal ? `was ended by ${signal}` : `exited with code ${code}`;
    this.#ended.resolve();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    this.onclose?.();
    // What a leader leaves behind serves nobody: its pipes are ours, and we have closed them.
    await endRestOfGroup(pid, this.#options.graceMs);
    this.#options.records?.remove(pid);
  }

  // Who can no longer be told anything, or answer, serves nobody: once it has ended, it can be started anew.
  async #endIfAlive(reason: string): Promise<void> {
    if (!(await settlesWithin(this.#ended.promise, END_WAIT_MS))) await this.#giveUp(reason);
  }

  async #giveUp(reason: string): Promise<void> {
    if (this.#closing) return;
    this.#end = reason;
    this.#ended.resolve();
    this.onclose?.();
    await this.close();
  }
}

function describeSpawnError(error: unknown, command: string, cwd: string | undefined): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT')
    return cwd ? `has no command '${command}', or no folder '${cwd}'` : `has no command '${command}'`;
  return `could not run '${command}' (${code})`;
}
