/** A conversation as it is stored and as models are prompted from it. */

/** Data by provider that must return to that provider with the part it came with, such as the signature of reasoning. */
export type ProviderOptions = Record<string, Record<string, unknown>>;

/** A part of what a user says. `data` is base64 or a URL. */
export type UserPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'file'; readonly mediaType: string; readonly data: string; readonly filename?: string };

/** A part of what a model says, in the order it said it. `data` is base64 or a URL. */
export type AssistantPart =
  | { readonly type: 'text'; readonly text: string; readonly providerOptions?: ProviderOptions }
  | { readonly type: 'reasoning'; readonly text: string; readonly providerOptions?: ProviderOptions }
  | {
      readonly type: 'file';
      readonly mediaType: string;
      readonly data: string;
      readonly providerOptions?: ProviderOptions;
    }
  | {
      readonly type: 'tool-call';
      readonly callId: string;
      readonly name: string;
      readonly args: unknown;
      readonly providerOptions?: ProviderOptions;
    };

/** How a tool call ended. `cancelled` and `interrupted` calls may have partly run. */
export type ToolStatus = 'done' | 'error' | 'cancelled' | 'interrupted';

/** A page of an MCP server that shows what a call of one of its tools came to. */
export interface ShownPage {
  /** Where the page is on its server, such as `ui://clock/page.html`. */
  readonly uri: string;
  readonly server: string;
  /** The tool, as its server calls it. */
  readonly tool: string;
  /** The arguments of the call. */
  readonly input: unknown;
  /** The whole result, as MCP has it. */
  readonly result: Readonly<Record<string, unknown>>;
}

/** A file that a tool has made for people, in base64. */
export interface ShownFile {
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly data: string;
}

/** One message. Its id is unique in its conversation and the same in every protocol. */
export type Message =
  | { readonly id: string; readonly role: 'system'; readonly content: string }
  | { readonly id: string; readonly role: 'user'; readonly content: readonly UserPart[] }
  | { readonly id: string; readonly role: 'assistant'; readonly content: readonly AssistantPart[] }
  | {
      readonly id: string;
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      readonly result: unknown;
      readonly status: ToolStatus;
      readonly page?: ShownPage | undefined;
      /** What the tool has drawn or made beside its result; models are not told of it. */
      readonly files?: readonly ShownFile[] | undefined;
    };

/** What came of a call of a tool. */
export type ToolMessage = Extract<Message, { readonly role: 'tool' }>;
