/** What the demo model says or calls next. */
import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { baseNameOf, type Choice, chooseTool, fillFor, isCallable } from './choice.ts';
import { toJsonAnswer } from './json-answer.ts';
import { chooseTools } from './requests.ts';
import { type Answered, readResults, summarise } from './summary.ts';
import { readAction, SURFACE_TOOL, toForm, toList } from './surface.ts';
import { tryParse } from './values.ts';

/** One turn of the demo model: a text, or calls. */
export interface Reply {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: Record<string, unknown> }[];
}

/** The mark before everything that the demo model says. */
const demoLabel = '[demo model – no LLM configured]';

const howToConfigure =
  'To get real answers, set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY, or start Ollama, and restart the server.';
const maxAskLength = 4_000;
const maxListedTools = 30;

/** The next turn, decided by rules alone: the same prompt and tools always give the same turn. */
export function decideReply(options: LanguageModelV4CallOptions): Reply {
  const reply = decide(options);
  const { prompt, responseFormat } = options;
  if (reply.calls.length || responseFormat?.type !== 'json' || !responseFormat.schema) return reply;
  const text = readResults(findAnswered(prompt)) || lastAsk(prompt);
  return { text: JSON.stringify(toJsonAnswer({ ...responseFormat.schema }, text)), calls: [] };
}

function decide({ prompt, tools = [], toolChoice }: LanguageModelV4CallOptions): Reply {
  const functions = toolChoice?.type === 'none' ? [] : tools.filter((tool) => tool.type === 'function');
  const canShow = functions.some(({ name }) => name === SURFACE_TOOL);
  const usable = functions.filter(({ name }) => name !== SURFACE_TOOL);
  const answered = findAnswered(prompt);
  if (answered.some(({ name }) => name === SURFACE_TOOL)) return say('You see it above.');
  if (answered.length) return canShow ? show(toList(answered)) : say(summarise(answered));
  const ask = lastAsk(prompt);
  const action = canShow ? readAction(ask, usable) : undefined;
  if (action) return { text: '', calls: [action] };
  const explicit = readExplicit(ask);
  if (explicit) return callExplicitly(explicit, usable);
  const forced = toolChoice?.type === 'tool' ? usable.find(({ name }) => name === toolChoice.toolName) : undefined;
  const choices = forced ? [chooseTool(ask, [forced]) ?? fillFor(forced, ask)] : chooseTools(ask, usable);
  const [first] = choices;
  if (!first) return say(introduce(usable));
  if (choices.every(isCallable)) return call(choices);
  return canShow ? show(toForm(first)) : say(askFor(first));
}

const call = (choices: readonly Choice[]): Reply => ({
  text: '',
  calls: choices.map(({ tool, args }) => ({ name: tool.name, args })),
});
const show = (surface: Record<string, unknown>): Reply => ({
  text: '',
  calls: [{ name: SURFACE_TOOL, args: surface }],
});
const say = (text: string): Reply => ({ text: `${demoLabel} ${text}\n\n${howToConfigure}`, calls: [] });

/** The results of the calls that were made since the user last spoke, in the order of the calls. */
function findAnswered(prompt: LanguageModelV4Prompt): Answered[] {
  if (prompt.at(-1)?.role !== 'tool') return [];
  const turn = prompt.slice(prompt.findLastIndex(({ role }) => role === 'user') + 1);
  const calls = new Map<string, unknown>();
  for (const message of turn) {
    if (message.role !== 'assistant') continue;
    for (const part of message.content) if (part.type === 'tool-call') calls.set(part.toolCallId, part.input);
  }
  return turn
    .flatMap((message) => (message.role === 'tool' ? message.content : []))
    .filter((part) => part.type === 'tool-result')
    .map(({ toolCallId, toolName, output }) => ({ name: toolName, args: calls.get(toolCallId), output }));
}

function lastAsk(prompt: LanguageModelV4Prompt): string {
  const message = prompt.findLast(({ role }) => role === 'user');
  if (message?.role !== 'user') return '';
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.join('\n').trim().slice(0, maxAskLength);
}

interface Explicit {
  readonly name: string;
  readonly input: string;
}

/** `/tool name {json}`, once or once a line. */
function readExplicit(ask: string): Explicit[] | undefined {
  if (!/^\/tool\b/.test(ask)) return undefined;
  return ask.split(/^\/tool\b/m).flatMap((line) => {
    const [, name, input = ''] = /^\s*(\S+)\s*(.*)$/s.exec(line) ?? [];
    return name ? [{ name, input: input.trim() }] : [];
  });
}

function callExplicitly(explicit: readonly Explicit[], tools: readonly LanguageModelV4FunctionTool[]): Reply {
  const choices: Choice[] = [];
  for (const { name, input } of explicit) {
    const tool = tools.find((each) => each.name === name) ?? tools.find((each) => baseNameOf(each.name) === name);
    if (!tool) return say(`There is no tool \`${name}\`. ${listTools(tools)}`);
    const args = tryParse(input);
    if (input.startsWith('{') && args === undefined) return say(`The arguments for \`${name}\` are not valid JSON.`);
    if (typeof args === 'object' && args !== null && !Array.isArray(args)) {
      choices.push({ tool, args: { ...args }, missing: [], kindMatches: 0, usesRest: false });
    } else choices.push(fillFor(tool, input));
  }
  const incomplete = choices.find((choice) => !isCallable(choice));
  if (incomplete) return say(askFor(incomplete));
  return choices.length ? call(choices) : say(`Write /tool name {"argument": "value"}. ${listTools(tools)}`);
}

function askFor({ tool, args, missing }: Choice): string {
  const example = JSON.stringify({ ...args, ...Object.fromEntries(missing.map((name) => [name, '…'])) });
  const names = missing.map((name) => `\`${name}\``).join(' and ');
  return `I would call \`${tool.name}\`, but your message does not give ${names}. Say it, or write \`/tool ${tool.name} ${example}\`.`;
}

function introduce(tools: readonly LanguageModelV4FunctionTool[]): string {
  return `I follow rules: I call the tool that your words ask for and tell you what it answers. ${listTools(tools)}`;
}

function listTools(tools: readonly LanguageModelV4FunctionTool[]): string {
  if (!tools.length) return 'This agent has no tools, so there is nothing I can do here.';
  const lines = tools.slice(0, maxListedTools).map(({ name, description }) => {
    const [sentence = ''] = /^.*?(?:\.(?=\s|$)|$)/s.exec(description ?? '') ?? [];
    return `- \`${name}\`: ${sentence.trim() || 'no description'}`;
  });
  const more = tools.length > maxListedTools ? [`- and ${tools.length - maxListedTools} more`] : [];
  return ['I can call:', ...lines, ...more].join('\n');
}
