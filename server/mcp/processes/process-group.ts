import { settlesWithin } from '../../async/settles-within.ts';
import type { StdioLaunch } from '../definitions/server-definition.ts';
import type { JSONRPCMessage, Transport } from '../wire/mcp-sdk.ts';
import { MessageReader } from '../wire/message-reader.ts';
import { readPaced } from '../wire/paced-reader.ts';
import { ChildInput, NotConnectedError } from './child-input.ts';
import { endGroup, endRestOfGroup, endsWithin, type Grace } from './end-group.ts';
import { LineSplitter } from './line-splitter.ts';
import { type Child, spawnChild, spawnErrorOf } from './spawn-child.ts';
import type { StartTurns } from './start-turns.ts';
import { StderrRing } from './stderr-ring.ts';

/** What a group is run with beside its program. */
export interface ProcessGroupOptions {
  /** Takes the secrets out of what the child writes to its standard error. */
  readonly redact: (text: string) => string;
  /** Told of each group that begins and each that is gone. */
  readonly records?: { add(pid: number): void; remove(pid: number): void } | undefined;
  /** Limits how many start at the same time; absent: nothing does. */
  readonly turns?: StartTurns | undefined;
  readonly graceMs: Grace;
  /** Called with each sign of life of the child: when its turn to start has come, and whenever it writes something. */
  readonly onHeard?: (() => void) | undefined;
  /** Called with each line that the child writes to its standard error, without secrets. */
  readonly onLine?: ((line: string) => void) | undefined;
}

const DOWNLOADERS = ['npx', 'uvx'];
const END_WAIT_MS = 500;
const LAST_OUTPUT_WAIT_MS = 500;

/** A child process in a group of its own, spoken to in lines of JSON-RPC: the stdio transport of MCP. Nothing of the group outlives it. */
export class ProcessGroup implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  readonly #launch: StdioLaunch;
  readonly #options: ProcessGroupOptions;
  readonly #stderr: StderrRing;
  readonly #lines: LineSplitter | undefined;
  #child: Child | undefined;
  #input: ChildInput | undefined;
  #exited: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #end: string | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(launch: StdioLaunch, options: ProcessGroupOptions) {
    this.#launch = launch;
    this.#options = options;
    this.#stderr = new StderrRing(options.redact);
    this.#lines = options.onLine && new LineSplitter(options.redact, options.onLine);
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
    const { command } = this.#launch;
    // Downloaders are silent meanwhile, and whoever looks at the log wants to know what takes so long.
    if (DOWNLOADERS.includes(command)) {
      this.#note(`[${command} first downloads what is not on this machine: this can take a minute]`);
    }
    const endTurn = (await this.#options.turns?.next()) ?? (() => undefined);
    this.#options.onHeard?.();
    if (this.#closing) {
      endTurn();
      throw new NotConnectedError('Closed before it started');
    }
    const child = spawnChild(this.#launch);
    this.#child = child;
    if (child.pid === undefined) {
      endTurn();
      const error = await spawnErrorOf(child, this.#launch);
      this.#end = error.message;
      throw error;
    }
    this.#options.records?.add(child.pid);
    this.#read(child);
    // A child that begins to speak has done most of what a start is.
    child.stdout.once('data', endTurn).once('close', endTurn);
    const exited = this.#watch(child, child.pid);
    this.#exited = exited;
    this.#input = new ChildInput(child.stdin, {
      ended: this.#ended.promise,
      exited,
      onFull: () => void this.#giveUp('does not read its standard input'),
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!this.#input || this.#end !== undefined || this.#closing) throw new NotConnectedError();
    await this.#input.write(`${JSON.stringify(message)}\n`);
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
    if (!(await endsWithin(child.pid, this.#exited, graceMs.input))) await endGroup(child.pid, this.#exited, graceMs);
  }

  #note(text: string): void {
    this.#say(Buffer.from(`${text}\n`));
  }

  #say(chunk: Buffer): void {
    this.#stderr.add(chunk);
    this.#lines?.add(chunk);
  }

  /** Passes on what the child writes, and notices when it closes a stream. */
  #read(child: Child): void {
    const messages = new MessageReader({
      onMessage: (message) => this.onmessage?.(message),
      onNoise: (text) => this.#note(text),
    });
    readPaced(child.stdout, (data) => messages.add(data));
    child.stderr.on('data', (chunk: Buffer) => this.#say(chunk));
    const { onHeard } = this.#options;
    if (onHeard) for (const stream of [child.stdout, child.stderr]) stream.on('data', onHeard);
    // A child that closes its input or dies makes the next write fail; its exit is reported, the write is not worth a second report.
    for (const stream of [child, child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    child.stdin.once('close', () => void this.#endIfAlive('closed its standard input'));
    child.stdout.once('end', () => void this.#endIfAlive('closed its standard output'));
  }

  /** Resolves when the leader has ended, its last output was read and the rest of its group is gone. */
  async #watch(child: Child, pid: number): Promise<void> {
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('exit', (...status) => resolve(status)),
    );
    // A grandchild may hold the pipes open for ever; what the leader itself wrote last is there at once.
    await settlesWithin(closed, LAST_OUTPUT_WAIT_MS);
    this.#lines?.end();
    this.#end ??= signal ? `was ended by ${signal}` : `exited with code ${code}`;
    this.#ended.resolve();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    this.onclose?.();
    // What a leader leaves behind serves nobody: its pipes are ours, and we have closed them.
    await endRestOfGroup(pid, this.#options.graceMs);
    this.#options.records?.remove(pid);
  }

  // A server that can be told nothing, or answer nothing, is ended, so that it can be started anew.
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
