/** Divides a text into the requests it makes, and chooses a tool for each. */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { type Choice, chooseTool, isCallable } from './choice.ts';
import { findValues } from './values.ts';

const maxClauses = 12;
const separators = /(?:[?.!;]+(?=\s|$)|\n|,?\s+and then\s+|,?\s+(?:and|then)\s+|,\s+)\s*/gi;

/**
 * The tools to call for `text`, in the order in which it asks for them: one for each clause that asks for something of its own.
 * A choice may lack required arguments when nothing that `text` asks for can be called.
 */
export function chooseTools(text: string, tools: readonly LanguageModelV4FunctionTool[]): Choice[] {
  const clauses = splitClauses(text);
  const choiceOf = memoize((start, end) => chooseTool(joinClauses(clauses.slice(start, end)), tools));
  const choices: Choice[] = [];
  for (let from = 0; from < clauses.length; ) {
    const { choice, to } = takeRequest(clauses, from, choiceOf);
    if (choice && !choices.some((other) => isSameCall(other, choice))) choices.push(choice);
    from = to;
  }
  const callable = choices.filter(isCallable);
  return callable.length ? callable : choices;
}

/** The request that begins at clause `from`: as many clauses as make it callable, and those behind that ask for nothing of their own. */
function takeRequest(clauses: readonly Clause[], from: number, choiceOf: ChoiceOf) {
  const isSentenceStart = (index: number) => clauses[index]?.startsSentence ?? true;
  const canBegin = (start: number) => {
    for (let end = start + 1; end <= clauses.length; end += 1) {
      const choice = choiceOf(start, end);
      if (!choice && !/\d/.test(clauses[start]?.text ?? '')) return false;
      if (isCallable(choice)) return true;
    }
    return false;
  };
  let choice = choiceOf(from, from + 1);
  let to = from + 1;
  while (to < clauses.length) {
    // Idle talk ends with its sentence: "Hi! What is 2+2?"
    if (!choice && isSentenceStart(to)) break;
    if (isCallable(choice) && canBegin(to)) break;
    to += 1;
    choice = choiceOf(from, to) ?? choice;
  }
  return { choice, to };
}

/** What the clauses from `start` up to `end` ask for. */
type ChoiceOf = (start: number, end: number) => Choice | undefined;

function memoize(choiceOf: ChoiceOf): ChoiceOf {
  const known = new Map<string, Choice | undefined>();
  return (start, end) => {
    const key = `${start}-${end}`;
    if (!known.has(key)) known.set(key, choiceOf(start, end));
    return known.get(key);
  };
}

// "London, UK" names one place twice.
const isSameCall = (one: Choice, other: Choice) =>
  one.tool === other.tool && JSON.stringify(one.args) === JSON.stringify(other.args);

interface Clause {
  readonly text: string;
  readonly separator: string;
  readonly startsSentence: boolean;
}

/** The text cut where another request may begin; never inside quotes or JSON. */
function splitClauses(text: string): Clause[] {
  const { quoted, json, urls, paths } = findValues(text);
  const closed = [...quoted, ...json, ...urls, ...paths];
  const cuts = [...text.matchAll(separators)].filter(
    ({ index }) => !closed.some(({ start, end }) => index >= start && index < end),
  );
  if (cuts.length >= maxClauses) cuts.length = maxClauses - 1;
  const starts = [0, ...cuts.map(({ 0: cut, index }) => index + cut.length)];
  return starts
    .map((start, index) => {
      const separator = index ? (cuts[index - 1]?.[0] ?? '') : '';
      const end = cuts[index]?.index ?? text.length;
      return { text: text.slice(start, end), separator, startsSentence: /[?.!;\n]/.test(separator) };
    })
    .filter((clause) => clause.text.trim());
}

const joinClauses = ([first, ...rest]: readonly Clause[]) =>
  (first?.text ?? '') + rest.map(({ separator, text }) => separator + text).join('');
