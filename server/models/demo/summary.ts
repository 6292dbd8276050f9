/** Says in words what tools answered. */
import type { LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { tryParse } from './values.ts';

/** A tool call and what it came to. */
export interface Answered {
  readonly name: string;
  readonly args: unknown;
  readonly output: LanguageModelV4ToolResultPart['output'];
}

const maxResultLength = 1_000;
const maxFields = 12;

/** What the calls came to, as an answer to whoever asked. */
export function summarise(calls: readonly Answered[]): string {
  const [only] = calls;
  if (calls.length === 1 && only) return toSentence(only);
  return [`I made ${calls.length} tool calls:`, ...calls.map((call) => `- ${toSentence(call)}`)].join('\n');
}

/** The results alone, without words. */
export const readResults = (calls: readonly Answered[]): string =>
  calls.map(({ args, output }) => read(withoutEcho(output, args)).text).join('\n');

function toSentence({ name, args, output }: Answered): string {
  const call = `\`${name}\`${describeArguments(args)}`;
  const { text, isError } = read(withoutEcho(output, args));
  if (isError) return `${call} failed: ${text || 'it did not say why'}`;
  if (!text) return `${call} finished without a result.`;
  return text.includes('\n') ? `${call} answered:\n\n${text}\n` : `${call} answered: ${text}`;
}

/** The output without the fields that only repeat the arguments, which the sentence names already. */
function withoutEcho(output: Answered['output'], args: unknown): Answered['output'] {
  if (output.type !== 'json' && output.type !== 'text') return output;
  const value: unknown = output.type === 'json' ? output.value : tryParse(output.value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return output;
  const asked = new Map<string, unknown>(Object.entries(args && typeof args === 'object' ? args : {}));
  const news = Object.entries(value).filter(([name, field]) => !asked.has(name) || asked.get(name) !== field);
  return news.length ? { type: 'json', value: Object.fromEntries(news) } : output;
}

function describeArguments(args: unknown): string {
  const fields = Object.entries(args && typeof args === 'object' ? args : {});
  if (!fields.length) return '';
  return ` with ${fields.map(([name, value]) => `${name} ${shorten(JSON.stringify(value), 120)}`).join(', ')}`;
}

function read(output: Answered['output']): { text: string; isError: boolean } {
  switch (output.type) {
    case 'text':
      return { text: describe(tryParse(output.value) ?? output.value), isError: false };
    case 'json':
      return { text: describe(output.value), isError: false };
    case 'error-text':
      return { text: describe(output.value), isError: true };
    case 'error-json':
      return { text: describe(output.value), isError: true };
    case 'execution-denied':
      return { text: output.reason ?? 'it was not allowed', isError: true };
    case 'content':
      return { text: describe(output.value), isError: false };
  }
}

function describe(value: unknown): string {
  return shorten(toText(value).trim(), maxResultLength);
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toText).join(value.every(isContentBlock) ? '\n' : ', ');
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  if ('content' in value && Array.isArray(value.content) && value.content.every(isContentBlock))
    return toText(value.content);
  if (isContentBlock(value)) return contentToText(value);
  const fields = Object.entries(value);
  if (fields.length > maxFields || fields.some(([, field]) => typeof field === 'object' && field !== null)) {
    return JSON.stringify(value);
  }
  const [only] = fields;
  return fields.length === 1 && only ? toText(only[1]) : fields.map(([key, field]) => `${key}: ${field}`).join(', ');
}

/** A block of content as MCP tools answer it. */
type ContentBlock = { readonly type: string; readonly [field: string]: unknown };

const isContentBlock = (value: unknown): value is ContentBlock =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  typeof value.type === 'string' &&
  ['text', 'image', 'audio', 'file', 'resource', 'resource_link'].includes(value.type);

function contentToText(block: ContentBlock): string {
  if (block.type === 'text') {
    const text = String(block.text ?? '');
    const parsed = tryParse(text);
    return parsed === undefined ? text : toText(parsed);
  }
  const kind = block.mimeType ?? block.mediaType ?? block.uri;
  return `[${block.type.replace('_', ' ')}${kind ? ` ${kind}` : ''}]`;
}

const shorten = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length)}… (${text.length - length} more characters)` : text;
