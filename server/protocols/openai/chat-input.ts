/** Reads what a chat asks for. */
import type { OpenAiChat } from '../../../contract/openai-chat.ts';
import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import { toSaidFile } from '../../runs/answer-files.ts';
import type { AssistantPart } from '../../store/messages.ts';
import { readArguments } from '../caller-tools.ts';
import { readOutputSchema, readToolUse } from './caller-tools.ts';
import { readText, readUserParts } from './content-parts.ts';
import { Dialogue, endOfAnswers, placeOf } from './dialogue.ts';
import { textOf } from './fields.ts';
import type { ModelRunRequest, StoredTalk } from './ports.ts';

/** What of a request is about the run. */
type ChatRequest = Pick<
  ModelRunRequest,
  'messages' | 'replaces' | 'instructions' | 'callerTools' | 'toolChoice' | 'outputSchema'
>;

/**
 * Reads a chat. `stored` is what is stored of its conversation, and stands for all that was said up to the last answer; empty where the
 * conversation is new, or the client keeps it. Throws a 422 that names the place of what is wrong.
 */
export function readChat(chat: OpenAiChat, stored: StoredTalk): ChatRequest {
  const dialogue = new Dialogue(stored.messages);
  const from = stored.messages.length ? endOfAnswers(chat.messages) : 0;
  const heard = from > 0 ? readText(chat.messages[from - 1]?.content, `messages.${from - 1}.content`) : '';
  for (const [index, message] of chat.messages.entries()) {
    const place = `messages.${index}`;
    if (isInstruction(message)) dialogue.instruct(readText(message.content, `${place}.content`));
    else if (index >= from) addMessage(message, place, dialogue);
  }
  if (!dialogue.messages.length) {
    throw invalidField(
      'messages',
      'must say something new: a message of the user, or the result of a tool, as the last',
    );
  }
  return {
    ...placeOf(dialogue.messages, stored, heard),
    instructions: dialogue.instructions,
    ...readToolUse(chat),
    outputSchema: readOutputSchema(chat.response_format, 'response_format'),
  };
}

const isInstruction = ({ role }: Fields) => role === 'system' || role === 'developer';

function addMessage(message: Fields, place: string, dialogue: Dialogue): void {
  const { role, content } = message;
  switch (role) {
    case 'user':
      dialogue.user(readUserParts(content, `${place}.content`));
      break;
    case 'assistant':
      dialogue.assistant(toAnswer(message, place));
      break;
    case 'tool': {
      const result = readText(content, `${place}.content`);
      dialogue.result(message.tool_call_id, result, { place: `${place}.tool_call_id` });
      break;
    }
    default:
      throw invalidField(`${place}.role`, 'must be one of: system, developer, user, assistant, tool');
  }
}

function toAnswer({ content, images, tool_calls: calls }: Fields, place: string): AssistantPart[] {
  const text = readText(content, `${place}.content`);
  return [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...(Array.isArray(images) ? images : []).flatMap(toImage),
    ...(Array.isArray(calls) ? calls : []).map((call: unknown, index) => toCall(call, `${place}.tool_calls.${index}`)),
  ];
}

function toImage(image: unknown): AssistantPart[] {
  const { image_url: held } = isFields(image) ? image : {};
  return toSaidFile(isFields(held) ? held.url : held, 'image/*');
}

function toCall(call: unknown, place: string): AssistantPart {
  const { id, function: made } = isFields(call) ? call : {};
  const callId = textOf(id);
  const name = isFields(made) ? textOf(made.name) : undefined;
  if (callId === undefined) throw invalidField(`${place}.id`, 'is required');
  if (name === undefined) throw invalidField(`${place}.function.name`, 'is required');
  return { type: 'tool-call', callId, name, args: readArguments(isFields(made) ? made.arguments : undefined) };
}
