/** Chooses the tool for what a text asks for, by the words that the text shares with the names and descriptions of tools. */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { type Filled, fillArguments } from './arguments.ts';
import { findValues, type Values } from './values.ts';
import { findWords, keysOfName, type Word } from './words.ts';

/** A tool chosen for a text. */
export interface Choice extends Filled {
  readonly tool: LanguageModelV4FunctionTool;
}

const weights = { name: 3, parameter: 1, description: 1, kind: 2, absentName: -0.5, deprecated: -2 };
const leastScore = 2;
const changes = new Set(
  ['write', 'edit', 'delete', 'move', 'create', 'add', 'update', 'send', 'set'].flatMap(keysOfName),
);

/** The tool that fits `text` best, callable ones before others; undefined when none fits. */
export function chooseTool(text: string, tools: readonly LanguageModelV4FunctionTool[]): Choice | undefined {
  const values = findValues(text);
  const words = wordsOutsideValues(text, values);
  const fitting = tools
    .map((tool) => rate(tool, { text, values, words }))
    .filter((rating) => rating.score >= leastScore)
    .sort((one, other) => other.score - one.score);
  const [best] = fitting;
  const callable = fitting.find(({ choice, score }) => isCallable(choice) && best && score > best.score - 2);
  return (callable ?? best)?.choice;
}

/** Whether nothing that the tool requires is missing. */
export const isCallable = (choice: Choice | undefined): choice is Choice => choice?.missing.length === 0;

/** The arguments that `text` gives for a tool that is already chosen. */
export function fillFor(tool: LanguageModelV4FunctionTool, text: string): Choice {
  return { tool, ...fillArguments(schemaOf(tool), { text, values: findValues(text), rest: text.trim() }) };
}

/** A text with what was found in it. */
interface Analysed {
  readonly text: string;
  readonly values: Values;
  readonly words: readonly Word[];
}

function rate(tool: LanguageModelV4FunctionTool, { text, values, words }: Analysed): { choice: Choice; score: number } {
  const name = new Set(keysOfName(baseNameOf(tool.name)));
  const parameters = new Set(Object.keys(propertiesOf(tool)).flatMap(keysOfName));
  const description = new Set(findWords(tool.description ?? '').map(({ key }) => key));
  const isToolWord = ({ key }: Word) => name.has(key) || parameters.has(key) || description.has(key);
  const trigger = leadingTrigger(words, isToolWord);
  const choice = { tool, ...fillArguments(schemaOf(tool), { text, values, rest: restAfter(text, trigger) }) };
  const keys = new Set([...words.map(({ key }) => key), ...keysOfSum(values).filter((key) => name.has(key))]);
  const named = [...name].filter((key) => keys.has(key)).length;
  const shared = [...keys].filter((key) => isToolWord({ key, start: 0, end: 0 })).length;
  const unshared = keys.size - shared;
  const score =
    named * weights.name +
    [...keys].filter((key) => !name.has(key) && parameters.has(key)).length * weights.parameter +
    [...keys].filter((key) => !name.has(key) && !parameters.has(key) && description.has(key)).length *
      weights.description +
    choice.kindMatches * weights.kind +
    (name.size - named) * weights.absentName +
    (/\bdeprecated\b/i.test(tool.description ?? '') ? weights.deprecated : 0);
  // One word in common is chance, unless it is the whole name, the text says little else, or the rest of it is the argument.
  const begins = name.has(words[0]?.key ?? '') && choice.usesRest;
  const isNamed = named > 0 && (named === name.size || begins || shared * 2 >= keys.size);
  // What changes something is never called on a guess.
  const [verb = ''] = name;
  if (changes.has(verb) && !keys.has(verb)) return { choice, score: 0 };
  const isDescribed = shared >= 2 && shared * 2 > keys.size;
  const isOnlyValue = choice.kindMatches > 0 && unshared === 0;
  if (isOnlyValue && !named) return { choice, score: leastScore + score / 100 };
  return { choice, score: isNamed || isDescribed ? score : 0 };
}

/** The words outside of values: in "what time is it in Tokyo" only "time". */
function wordsOutsideValues(text: string, values: Values): Word[] {
  const { quoted, urls, paths, zones, expressions, emails } = values;
  const spans = [...quoted, ...urls, ...paths, ...zones, ...emails];
  const operators =
    /^(plus|minus|times?$|multipl|divid|subtract|add|sum|total|product|percent|squar|cub|root|pow|sqrt|pi$|x$)/;
  const words = [...findPhrases(text, values), ...findWords(text)];
  return words.filter(
    ({ start, end }) =>
      !spans.some((span) => start >= span.start && end <= span.end) &&
      !(expressions.length && operators.test(text.slice(start, end).toLowerCase())),
  );
}

/** The verbs that a question means and does not say, as in "what files are in /tmp" and "what's in notes.txt". */
function findPhrases(text: string, { paths }: Values): Word[] {
  const [path] = paths;
  const asked = /\b(?:(?:what|which) (?:files|folders)|what(?:'s| is) in|contents? of)\b/i.exec(text);
  if (!asked || !path) return [];
  const [key = ''] = keysOfName(/\.\w+$/.test(path.value) ? 'read' : 'list');
  return [{ key, start: asked.index, end: asked.index + asked[0].length }];
}

/** The key of "sum" when a text asks for one by its sign, as in "2 + 3". */
function keysOfSum({ expressions }: Values): string[] {
  const [only, ...others] = expressions;
  return only && !others.length && /^-?[\d.]+\s*\+\s*-?[\d.]+$/.test(only.value) ? keysOfName('sum') : [];
}

/** Where the words end that, from the start of the text on, only say which tool is meant. */
function leadingTrigger(words: readonly Word[], isToolWord: (word: Word) => boolean): number {
  const first = words.findIndex(isToolWord);
  if (first < 0) return 0;
  const next = words.findIndex((word, index) => index > first && !isToolWord(word));
  return words[(next < 0 ? words.length : next) - 1]?.end ?? 0;
}

function restAfter(text: string, trigger: number): string {
  const rest = text.slice(trigger);
  const link =
    /^\s*(?:\b(?:is|are|there|in|of|for|about|on|to|that|with|the following|this|text|back|after me|me)\b\s*)*[:,\s]*/i;
  const plain = rest.replace(link, '').trim();
  return /^\s*(what|how|who|which|when|where|can|could|would|do|does|is|are)\b/i.test(text)
    ? plain.replace(/\?+$/, '').trim()
    : plain;
}

/** The name without the server that the tool belongs to. */
export const baseNameOf = (name: string): string => name.slice(name.lastIndexOf('__') + 1).replace(/^_/, '');

const schemaOf = ({ inputSchema }: LanguageModelV4FunctionTool): Readonly<Record<string, unknown>> => ({
  ...inputSchema,
});
const propertiesOf = (tool: LanguageModelV4FunctionTool): object => tool.inputSchema.properties ?? {};
