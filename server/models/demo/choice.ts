/** Chooses tools for what a text asks for, by the words that the text shares with their names and descriptions. */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { type Filled, fillArguments } from './arguments.ts';
import { findValues, type Values } from './values.ts';
import { findWords, keysOfName, type Word } from './words.ts';

/** A tool chosen for a text. */
export interface Choice extends Filled {
  readonly tool: LanguageModelV4FunctionTool;
}

const weights = { name: 3, parameter: 1, description: 1, kind: 2, unsaidName: -0.5, deprecated: -2 };
const leastScore = 2;
const maxParts = 12;
const changes = new Set(
  ['write', 'edit', 'delete', 'move', 'create', 'add', 'update', 'send', 'set'].flatMap(keysOfName),
);
const separators = /(?:[?.!;]+(?=\s|$)|\n|,?\s+and then\s+|,?\s+(?:and|then)\s+|,\s+)\s*/gi;

/**
 * The tools to call for `text`, in the order in which it asks for them: one for each part of it that asks for something of its own.
 * A choice may lack required arguments when nothing that `text` asks for can be called.
 */
export function chooseTools(text: string, tools: readonly LanguageModelV4FunctionTool[]): Choice[] {
  const parts = splitParts(text);
  const choiceOf = memoize((start, end) => chooseTool(joinParts(parts.slice(start, end)), tools));
  const choices: Choice[] = [];
  for (let from = 0; from < parts.length; ) {
    const { choice, to } = takeRequest(parts, from, choiceOf);
    if (choice && !choices.some((other) => isSameCall(other, choice))) choices.push(choice);
    from = to;
  }
  const callable = choices.filter(isCallable);
  return callable.length ? callable : choices;
}

/** The request that begins at part `from`: as many parts as make it callable, and those behind that ask for nothing of their own. */
function takeRequest(parts: readonly Part[], from: number, choiceOf: ChoiceOf) {
  const isSentenceStart = (index: number) => parts[index]?.startsSentence ?? true;
  const canBegin = (start: number) => {
    for (let end = start + 1; end <= parts.length; end += 1) {
      const choice = choiceOf(start, end);
      if (!choice && !/\d/.test(parts[start]?.text ?? '')) return false;
      if (isCallable(choice)) return true;
    }
    return false;
  };
  let choice = choiceOf(from, from + 1);
  let to = from + 1;
  while (to < parts.length) {
    // Idle talk ends with its sentence: "Hi! What is 2+2?"
    if (!choice && isSentenceStart(to)) break;
    if (isCallable(choice) && canBegin(to)) break;
    to += 1;
    choice = choiceOf(from, to) ?? choice;
  }
  return { choice, to };
}

/** What the parts from `start` up to `end` ask for. */
type ChoiceOf = (start: number, end: number) => Choice | undefined;

function memoize(choiceOf: ChoiceOf): ChoiceOf {
  const known = new Map<string, Choice | undefined>();
  return (start, end) => {
    const key = `${start}-${end}`;
    if (!known.has(key)) known.set(key, choiceOf(start, end));
    return known.get(key);
  };
}

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

// "London, UK" names one place twice.
const isSameCall = (one: Choice, other: Choice) =>
  one.tool === other.tool && JSON.stringify(one.args) === JSON.stringify(other.args);

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
  const isSaid = ({ key }: Word) => name.has(key) || parameters.has(key) || description.has(key);
  const trigger = leadingTrigger(words, isSaid);
  const choice = { tool, ...fillArguments(schemaOf(tool), { text, values, rest: restAfter(text, trigger) }) };
  const keys = new Set([...words.map(({ key }) => key), ...keysOfSum(values).filter((key) => name.has(key))]);
  const named = [...name].filter((key) => keys.has(key)).length;
  const said = [...keys].filter((key) => isSaid({ key, start: 0, end: 0 })).length;
  const unsaid = keys.size - said;
  const score =
    named * weights.name +
    [...keys].filter((key) => !name.has(key) && parameters.has(key)).length * weights.parameter +
    [...keys].filter((key) => !name.has(key) && !parameters.has(key) && description.has(key)).length *
      weights.description +
    choice.kindMatches * weights.kind +
    (name.size - named) * weights.unsaidName +
    (/\bdeprecated\b/i.test(tool.description ?? '') ? weights.deprecated : 0);
  // One word in common is chance, unless it is the whole name, the text says little else, or the rest of it is the argument.
  const begins = name.has(words[0]?.key ?? '') && choice.usesRest;
  const isNamed = named > 0 && (named === name.size || begins || said * 2 >= keys.size);
  // What changes something is never called on a guess.
  const [verb = ''] = name;
  if (changes.has(verb) && !keys.has(verb)) return { choice, score: 0 };
  const isDescribed = said >= 2 && said * 2 > keys.size;
  const isOnlyValue = choice.kindMatches > 0 && unsaid === 0;
  if (isOnlyValue && !named) return { choice, score: leastScore + score / 100 };
  return { choice, score: isNamed || isDescribed ? score : 0 };
}

/** The words that are not part of a value: in "what time is it in Tokyo" only "time". */
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

/** Questions that mean a verb which they do not say: "what files are in /tmp", "what's in notes.txt". */
function findPhrases(text: string, { paths }: Values): Word[] {
  const [path] = paths;
  const asked = /\b(?:(?:what|which) (?:files|folders)|what(?:'s| is) in|contents? of)\b/i.exec(text);
  if (!asked || !path) return [];
  const [key = ''] = keysOfName(/\.\w+$/.test(path.value) ? 'read' : 'list');
  return [{ key, start: asked.index, end: asked.index + asked[0].length }];
}

/** A sum of two numbers is asked for by its sign as well as by a word. */
function keysOfSum({ expressions }: Values): string[] {
  const [only, ...others] = expressions;
  return only && !others.length && /^-?[\d.]+\s*\+\s*-?[\d.]+$/.test(only.value) ? keysOfName('sum') : [];
}

/** The end of the words that, from the start of the text on, only say which tool is meant. */
function leadingTrigger(words: readonly Word[], isSaid: (word: Word) => boolean): number {
  const first = words.findIndex(isSaid);
  if (first < 0) return 0;
  const next = words.findIndex((word, index) => index > first && !isSaid(word));
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

interface Part {
  readonly text: string;
  readonly separator: string;
  readonly startsSentence: boolean;
}

/** The text cut where another request may begin; never inside quotes or JSON. */
function splitParts(text: string): Part[] {
  const { quoted, json, urls, paths } = findValues(text);
  const closed = [...quoted, ...json, ...urls, ...paths];
  const cuts = [...text.matchAll(separators)].filter(
    ({ index }) => !closed.some(({ start, end }) => index >= start && index < end),
  );
  if (cuts.length >= maxParts) cuts.length = maxParts - 1;
  const starts = [0, ...cuts.map(({ 0: cut, index }) => index + cut.length)];
  return starts
    .map((start, index) => {
      const separator = index ? (cuts[index - 1]?.[0] ?? '') : '';
      const end = cuts[index]?.index ?? text.length;
      return { text: text.slice(start, end), separator, startsSentence: /[?.!;\n]/.test(separator) };
    })
    .filter((part) => part.text.trim());
}

const joinParts = ([first, ...rest]: readonly Part[]) =>
  (first?.text ?? '') + rest.map(({ separator, text }) => separator + text).join('');

/** The name without the server that the tool belongs to. */
export const baseNameOf = (name: string): string => name.slice(name.lastIndexOf('__') + 1).replace(/^_/, '');

const schemaOf = ({ inputSchema }: LanguageModelV4FunctionTool): Readonly<Record<string, unknown>> => ({
  ...inputSchema,
});
const propertiesOf = (tool: LanguageModelV4FunctionTool): object => tool.inputSchema.properties ?? {};
