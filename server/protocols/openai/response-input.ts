/** Reads what a response is asked for. */
import type { OpenAiResponseRequest } from '../../../contract/openai-responses.ts';
import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import { toSaidFile } from '../../runs/answer-files.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import { toDecision } from '../approval-answers.ts';
import { readArguments } from '../caller-tools.ts';
import { readOutputSchema, readToolUse } from './caller-tools.ts';
import { readText, readUserParts } from './content-parts.ts';
import { Dialogue } from './dialogue.ts';
import { textOf } from './fields.ts';
import type { ModelRunRequest } from './ports.ts';

/** What of a request is about the run. */
type ResponseInput = Pick<
  ModelRunRequest,
  'messages' | 'instructions' | 'callerTools' | 'toolChoice' | 'outputSchema'
> & {
  /** What a person said to calls that wait. */
  readonly decisions: readonly ApprovalDecision[];
};

/** Reads a request whose references are resolved; `before` is what was said before it. Throws a 422 that names the place of what is wrong. */
export function readResponseInput(request: OpenAiResponseRequest, before: readonly Message[]): ResponseInput {
  const dialogue = new Dialogue(before);
  const decisions: ApprovalDecision[] = [];
  dialogue.instruct(request.instructions ?? '');
  const { input } = request;
  if (typeof input === 'string') dialogue.user(readUserParts(input, 'input'));
  else for (const [index, item] of input.entries()) decisions.push(...readItem(item, `input.${index}`, dialogue));
  if (!dialogue.messages.length && !decisions.length) {
    throw invalidField('input', 'must say something: a text, a message, or the result of a call');
  }
  return {
    messages: dialogue.messages,
    decisions,
    instructions: dialogue.instructions,
    ...readToolUse(request),
    outputSchema: readOutputSchema(request.text?.format, 'text.format'),
  };
}

function readItem(item: Fields, place: string, dialogue: Dialogue): ApprovalDecision[] {
  switch (item.type ?? 'message') {
    case 'message':
      addMessage(item, place, dialogue);
      return [];
    case 'function_call':
      dialogue.assistant([toCall(item, item.call_id, place)]);
      return [];
    case 'function_call_output': {
      const result = readText(item.output, `${place}.output`);
      dialogue.result(item.call_id, result, { place: `${place}.call_id` });
      return [];
    }
    case 'mcp_call': {
      // What the agent has called, as it was told: a call with its result.
      dialogue.assistant([toCall(item, item.id, place)]);
      const isError = item.error !== null && item.error !== undefined;
      const result = isError ? errorOf(item.error) : readText(item.output, `${place}.output`);
      dialogue.result(item.id, result, { place: `${place}.id`, isError });
      return [];
    }
    case 'image_generation_call':
      dialogue.assistant(toSaidFile(item.result));
      return [];
    case 'mcp_approval_response':
      return [readDecision(item, place)];
    case 'reasoning':
    case 'mcp_approval_request':
    case 'mcp_list_tools':
      // Reasoning is refused by its provider without its signature, which no client has.
      return [];
    default:
      throw invalidField(`${place}.type`, `is none that is known here: ${String(item.type).slice(0, 100)}`);
  }
}

function addMessage({ role, content }: Fields, place: string, dialogue: Dialogue): void {
  switch (role) {
    case 'user':
      dialogue.user(readUserParts(content, `${place}.content`));
      break;
    case 'system':
    case 'developer':
      dialogue.instruct(readText(content, `${place}.content`));
      break;
    case 'assistant': {
      const text = readText(content, `${place}.content`);
      dialogue.assistant(text === '' ? [] : [{ type: 'text', text }]);
      break;
    }
    default:
      throw invalidField(`${place}.role`, 'must be one of: user, assistant, system, developer');
  }
}

function toCall({ name, arguments: args }: Fields, id: unknown, place: string) {
  const [callId, toolName] = [textOf(id), textOf(name)];
  if (callId === undefined) throw invalidField(`${place}.call_id`, 'is required');
  if (toolName === undefined) throw invalidField(`${place}.name`, 'is required');
  return { type: 'tool-call' as const, callId, name: toolName, args: readArguments(args) };
}

function readDecision({ approval_request_id: id, approve, reason }: Fields, place: string): ApprovalDecision {
  if (typeof id !== 'string') throw invalidField(`${place}.approval_request_id`, 'is required');
  if (typeof approve !== 'boolean') throw invalidField(`${place}.approve`, 'must be true or false');
  return toDecision(id, approve, textOf(reason));
}

const errorOf = (error: unknown): string =>
  isFields(error) && error.content !== undefined ? readText(error.content, 'error') : JSON.stringify(error);
