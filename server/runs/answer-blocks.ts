/** The blocks of an answer while it arrives. */
import type { ProviderOptions } from '../store/messages.ts';
import type { AnswerFile } from './answer-files.ts';
import { WholePairs } from './well-formed.ts';

/** A tool call as a model made it. */
export interface ModelCall {
  readonly callId: string;
  readonly name: string;
  /** What the model wrote, parsed; the text itself when it is not JSON. */
  readonly args: unknown;
  /** False when the answer ended before the provider called the call whole. */
  readonly isComplete: boolean;
}

/** A run of text, or of reasoning, as the provider numbers it. */
export interface Block {
  readonly type: 'text' | 'reasoning';
  readonly providerId: string;
  readonly pairs: WholePairs;
  text: string;
  /** Whether any text of it was emitted. */
  isShown: boolean;
  providerOptions?: ProviderOptions;
}

/** A file, which comes whole. */
export interface FileBlock extends AnswerFile {
  readonly type: 'file';
  providerOptions?: ProviderOptions;
}

/** A tool call while it is written. */
export interface CallBlock {
  readonly type: 'tool-call';
  readonly providerId: string;
  readonly callId: string;
  readonly name: string;
  readonly pairs: WholePairs;
  /** Whether it is the answer, which its tool only takes. */
  readonly isAnswer: boolean;
  input: string;
  /** The text of the answer, when it is one and has ended. */
  answer?: string;
  /** Set when the call has ended. */
  call?: ModelCall;
  providerOptions?: ProviderOptions;
}

/** Whether a call is still being written. */
export const isOpen = ({ call, answer }: CallBlock): boolean => !call && answer === undefined;

/** A block in which nothing has come yet. */
export const newBlock = (type: Block['type'], providerId: string): Block => ({
  type,
  providerId,
  pairs: new WholePairs(),
  text: '',
  isShown: false,
});

/** Notes what a provider says of a block, at its start, in its middle or at its end; the last word on each key counts. */
export function addMetadata(block: Block | FileBlock | CallBlock, metadata: unknown): void {
  if (!metadata) return;
  const merged: ProviderOptions = { ...block.providerOptions };
  for (const [provider, values] of Object.entries(metadata)) merged[provider] = { ...merged[provider], ...values };
  block.providerOptions = merged;
}
