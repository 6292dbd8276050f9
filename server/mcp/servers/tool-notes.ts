import type { ToolProblem } from '../wire/read-tool.ts';
import type { ListedTools } from './list-tools.ts';

const MAX_NOTES = 1000;

/** What was found out about the tools of a list after it was read; forgotten with the list. */
export class ToolNotes {
  readonly #notes = new Map<string, ToolProblem>();
  #list: ListedTools | undefined;

  /** Keeps a problem, and says whether it is a new one. */
  add(list: ListedTools, problem: ToolProblem): boolean {
    if (this.#list !== list) this.#notes.clear();
    this.#list = list;
    const key = JSON.stringify([problem.tool, problem.detail]);
    if (this.#notes.has(key) || this.#notes.size >= MAX_NOTES) return false;
    this.#notes.set(key, problem);
    return true;
  }

  /** The problems of the tools of a list. */
  of(list: ListedTools): ToolProblem[] {
    return this.#list === list ? [...this.#notes.values()] : [];
  }
}
