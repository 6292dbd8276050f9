import type { Chat } from '@ai-sdk/react';
import type { ChatInit, UIMessage } from 'ai';

/** A page with one component that calls `useChat`, in jsdom. */
export interface ChatPage extends AsyncDisposable {
  /** What `useChat` has returned last. */
  readonly chat: Pick<
    Chat<UIMessage>,
    'messages' | 'status' | 'error' | 'sendMessage' | 'regenerate' | 'stop' | 'addToolApprovalResponse'
  >;
}
export function openChatPage(options: ChatInit<UIMessage> & { readonly resume?: boolean }): Promise<ChatPage>;

/** A page that shows a component. */
export interface Page extends AsyncDisposable {
  /** All text that is shown. */
  readonly text: string;
  /** Types into the input. */
  type(value: string): void;
  submit(): void;
  /** Presses the button with this text. */
  press(label: string): void;
}
export function openPage(component: unknown, props: object): Page;
