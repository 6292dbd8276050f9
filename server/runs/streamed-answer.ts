import type { LanguageModelV4File, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { AssistantPart } from '../store/messages.ts';
import {
  addMetadata,
  type Block,
  type CallBlock,
  type FileBlock,
  isOpen,
  type ModelCall,
  newBlock,
} from './answer-blocks.ts';
import { AnswerFiles } from './answer-files.ts';
import type { EventSink } from './event-sink.ts';
import { newId } from './ids.ts';
import type { RunLimits } from './limits.ts';
import { toWellFormed, WholePairs } from './well-formed.ts';

type AnyBlock = Block | FileBlock | CallBlock;

interface AnswerOptions {
  readonly messageId: string;
  readonly sink: EventSink;
  readonly limits: Pick<RunLimits, 'answerFileBytes' | 'answerFilesBytes'>;
  /** The ids of all calls of the conversation; those of this answer are added. Some local models number their calls anew in each answer. */
  readonly callIds: Set<string>;
  /** The MCP server of a tool that the model was offered. */
  serverOf(tool: string): string | undefined;
  /** A tool whose calls are no calls: what it is given is the answer, and is told as text. */
  readonly answerTool?: AnswerTool | undefined;
}

interface AnswerTool {
  readonly name: string;
  /** The answer, in the arguments as the model wrote them. */
  toAnswer(input: string): string;
}

/** One answer of a model while it arrives: emits each piece as an event and holds its blocks in the order in which they began. */
export class StreamedAnswer {
  readonly #messageId: string;
  readonly #sink: EventSink;
  readonly #callIds: Set<string>;
  readonly #serverOf: AnswerOptions['serverOf'];
  readonly #answerTool: AnswerTool | undefined;
  readonly #files: AnswerFiles;
  readonly #blocks: AnyBlock[] = [];
  #open: Block | undefined;
  #chars = 0;

  constructor({ messageId, sink, limits, callIds, serverOf, answerTool }: AnswerOptions) {
    this.#messageId = messageId;
    this.#sink = sink;
    this.#callIds = callIds;
    this.#serverOf = serverOf;
    this.#answerTool = answerTool;
    this.#files = new AnswerFiles(limits);
  }

  /** Whether a reader has been told of anything: from then on the call cannot be tried again unnoticed. */
  get hasBegun(): boolean {
    return this.#blocks.some((block) => {
      if (block.type === 'tool-call') return !block.isAnswer || block.answer !== undefined;
      return block.type === 'file' || block.isShown;
    });
  }

  /** Whether anything has come that is part of the answer. */
  get hasArrived(): boolean {
    return this.hasBegun || this.#callBlocks().length > 0;
  }

  /** What the tool that takes the answer was given, whole; undefined when it was not called. */
  get answer(): string | undefined {
    return this.#callBlocks().findLast(({ answer }) => answer !== undefined)?.answer;
  }

  /** What was said in words. */
  get text(): string {
    return this.#blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }

  /** How many characters have come. */
  get chars(): number {
    return this.#chars;
  }

  /** The calls that have ended, in the order the model made them. */
  get calls(): ModelCall[] {
    return this.#callBlocks().flatMap(({ call }) => call ?? []);
  }

  /** Takes the next piece; those that are no content are left out. */
  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-delta':
        this.#addDelta('text', part);
        break;
      case 'reasoning-delta':
        this.#addDelta('reasoning', part);
        break;
      case 'text-start':
      case 'text-end':
        this.#mark('text', part);
        break;
      case 'reasoning-start':
      case 'reasoning-end':
        this.#mark('reasoning', part);
        break;
      case 'file':
        this.#addFile(part);
        break;
      case 'tool-input-start':
        // No tool is offered that a provider would run itself.
        if (!part.providerExecuted) addMetadata(this.#startCall(part.id, part.toolName), part.providerMetadata);
        break;
      case 'tool-input-delta':
        this.#addInput(part.id, part.delta);
        break;
      case 'tool-call':
        if (!part.providerExecuted) this.#completeCall(part);
        break;
      default:
    }
  }

  /** Ends a whole answer, and with it what the model left open. Nothing may be added afterwards. */
  end(): void {
    this.#closeOpen();
    for (const block of this.#callBlocks()) if (isOpen(block)) this.#endCall(block, false);
  }

  /** Ends an answer that was cut off: a call that was still being written never was one. */
  cut(): void {
    this.#closeOpen();
  }

  /** The answer as it is stored, whole blocks in their order. */
  toParts(): AssistantPart[] {
    return this.#blocks.flatMap((block): AssistantPart[] => {
      const options = block.providerOptions ? { providerOptions: block.providerOptions } : {};
      if (block.type === 'file') return [{ ...block }];
      if (block.type !== 'tool-call') {
        return block.text || block.providerOptions ? [{ type: block.type, text: block.text, ...options }] : [];
      }
      const { callId, name, call, answer } = block;
      // What its provider said of the call would be refused with a text.
      if (answer) return [{ type: 'text', text: answer }];
      return call ? [{ type: 'tool-call', callId, name, args: call.args, ...options }] : [];
    });
  }

  #addDelta(type: Block['type'], part: { id: string; delta: string; providerMetadata?: unknown }): void {
    const { id: providerId, delta, providerMetadata } = part;
    let block = this.#open;
    if (block?.providerId !== providerId || block.type !== type) block = this.#find(type, providerId);
    if (providerMetadata) addMetadata(block, providerMetadata);
    if (!delta) return;
    if (this.#open !== block || !block.isShown) {
      this.#closeOpen();
      this.#open = block;
      block.isShown = true;
      this.#sink.emit({ type: type === 'text' ? 'text-started' : 'reasoning-started', messageId: this.#messageId });
    }
    this.#extend(block, block.pairs.take(delta));
  }

  #extend(block: Block, delta: string): void {
    if (!delta) return;
    block.text += delta;
    this.#chars += delta.length;
    const type = block.type === 'text' ? 'text-delta' : 'reasoning-delta';
    this.#sink.emit({ type, messageId: this.#messageId, delta });
  }

  #mark(type: Block['type'], part: { type: string; id: string; providerMetadata?: unknown }): void {
    const isEnd = part.type.endsWith('-end');
    const last = this.#blocks.findLast((block): block is Block => block.type === type && block.providerId === part.id);
    const block = isEnd && last ? last : this.#push(newBlock(type, part.id));
    addMetadata(block, part.providerMetadata);
    if (isEnd && block === this.#open) this.#closeOpen();
  }

  #addFile(part: LanguageModelV4File): void {
    const file = this.#files.take(part);
    if (typeof file === 'string') {
      this.#sink.emit({ type: 'status', text: file });
      return;
    }
    this.#closeOpen();
    addMetadata(this.#push<FileBlock>({ type: 'file', ...file }), part.providerMetadata);
    this.#sink.emit({ type: 'file', messageId: this.#messageId, ...file });
  }

  #find(type: Block['type'], providerId: string): Block {
    const isIt = (block: AnyBlock): block is Block => block.type === type && block.providerId === providerId;
    return this.#blocks.findLast(isIt) ?? this.#push(newBlock(type, providerId));
  }

  #push<B extends AnyBlock>(block: B): B {
    this.#blocks.push(block);
    return block;
  }

  #closeOpen(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) {
      this.#extend(open, open.pairs.end());
      this.#sink.emit({ type: open.type === 'text' ? 'text-ended' : 'reasoning-ended', messageId: this.#messageId });
    }
  }

  #startCall(providerId: string, toolName: string): CallBlock {
    this.#closeOpen();
    const name = toolName.toWellFormed();
    const isUsable = providerId !== '' && providerId.isWellFormed() && !this.#callIds.has(providerId);
    const callId = isUsable ? providerId : newId('call');
    const isAnswer = name === this.#answerTool?.name;
    if (!isAnswer) {
      this.#callIds.add(callId);
      this.#sink.emit({ type: 'tool-call-started', callId, name, messageId: this.#messageId });
    }
    return this.#push({ type: 'tool-call', providerId, callId, name, pairs: new WholePairs(), isAnswer, input: '' });
  }

  #addInput(providerId: string, piece: string): void {
    const block = this.#openCall(providerId);
    const delta = block?.pairs.take(piece);
    if (!block || !delta) return;
    block.input += delta;
    this.#chars += delta.length;
    if (!block.isAnswer) this.#sink.emit({ type: 'tool-call-delta', callId: block.callId, delta });
  }

  #completeCall(part: { toolCallId: string; toolName: string; input: string; providerMetadata?: unknown }): void {
    const block = this.#openCall(part.toolCallId) ?? this.#startCall(part.toolCallId, part.toolName);
    if (!block.input) this.#addInput(part.toolCallId, part.input);
    // The whole text is the provider's last word, such as `{}` for a call that streamed nothing.
    block.input = part.input;
    addMetadata(block, part.providerMetadata);
    this.#endCall(block, true);
  }

  #endCall(block: CallBlock, isComplete: boolean): void {
    const { callId, name } = block;
    if (block.isAnswer && this.#answerTool) {
      block.answer = this.#answerTool.toAnswer(block.input).toWellFormed();
      this.#tellAnswer(block.answer);
      return;
    }
    const args = toWellFormed(parseInput(block.input));
    block.call = { callId, name, args, isComplete };
    const server = this.#serverOf(name);
    this.#sink.emit({ type: 'tool-call-ended', callId, name, args, ...(server !== undefined && { server }) });
  }

  #tellAnswer(delta: string): void {
    const messageId = this.#messageId;
    if (delta === '') return;
    this.#sink.emit({ type: 'text-started', messageId });
    this.#sink.emit({ type: 'text-delta', messageId, delta });
    this.#sink.emit({ type: 'text-ended', messageId });
  }

  #openCall(providerId: string): CallBlock | undefined {
    return this.#callBlocks().findLast((block) => block.providerId === providerId && isOpen(block));
  }

  #callBlocks(): CallBlock[] {
    return this.#blocks.filter((block) => block.type === 'tool-call');
  }
}

// Models write nothing at all for a tool without parameters, and some servers encode what they write once more.
function parseInput(input: string): unknown {
  if (!input.trim()) return {};
  const read = parse(input);
  return typeof read === 'string' ? parse(read) : read;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
