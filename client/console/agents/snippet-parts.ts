/** What snippets are made of. */

/** The agent that is called, and where. */
export interface Call {
  /** The address of the server, without a slash at its end. */
  readonly root: string;
  readonly agentId: string;
  /** Whether the server asks for a key; it is then taken from the variable {@link KEY_VARIABLE}. */
  readonly needsKey: boolean;
}

/** A text to copy. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** One way to call an agent. */
export interface Way {
  /** As it stands in the address of the page. */
  readonly id: string;
  readonly title: string;
  /** What it is for, and what it needs. */
  readonly hint: string;
  readonly snippets: readonly Snippet[];
}

/** The variable from which the snippets take the key. */
export const KEY_VARIABLE = 'AGENT_RUNTIMES_API_KEY';
/** What stands for the key in files that read no variable. */
export const KEY_PLACEHOLDER = '<key>';

/** The address of a path of the server, in which `{id}` is the agent. */
export const addressOf = ({ root, agentId }: Call, path: string): string =>
  root + path.replace('{id}', encodeURIComponent(agentId));

/** A text as a literal of JavaScript or of Python. */
export const literal = (text: string): string =>
  /^[^'"\\\n]*$/.test(text) ? `'${text}'` : JSON.stringify(text).replaceAll('\u2028', '\\u2028');
