/** Brings messages as applications have them, and those of older AG-UI clients, into the shape of AG-UI 1.0. */
import { type Fields, isFields } from '../../call/fields.ts';
import { mediaKindOf } from './media-kind.ts';
import { fromOpenAiPart } from './openai-parts.ts';
import { KEYS, toCamelCase } from './spelling.ts';

/**
 * One message with the protocol's own keys in camelCase, the JSON that a tool was called with or has returned as text, and `binary` parts and
 * those of OpenAI as media parts. Keys and parts that are not known stay as they are, for the schema to judge. Metadata and the content of an
 * activity are never looked into.
 */
export function upgradeMessage(message: Fields, path: string): Fields {
  const upgraded = toCamelCase(message, KEYS.message, `${path}.`);
  const { role, content, toolCalls } = upgraded;
  if (Array.isArray(toolCalls)) {
    upgraded.toolCalls = toolCalls.map((call: unknown, index) =>
      isFields(call) ? upgradeCall(call, `${path}.toolCalls.${index}.`) : call,
    );
  }
  if (role === 'tool' && content !== undefined && !isContent(content)) upgraded.content = toText(content);
  else if (role !== 'activity' && Array.isArray(content)) upgraded.content = upgradeParts(content, path);
  return upgraded;
}

function upgradeCall(call: Fields, path: string): Fields {
  const upgraded = toCamelCase(call, KEYS.toolCall, path);
  const { function: called } = upgraded;
  if (!isFields(called) || !isFields(called.arguments)) return upgraded;
  return { ...upgraded, function: { ...called, arguments: toText(called.arguments) } };
}

/** Whether a tool has said this in the protocol's own words: a text, or parts. Anything else is what it returned. */
const isContent = (value: unknown) =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((part) => isFields(part) && typeof part.type === 'string'));

const toText = (value: unknown) => (value === null ? '' : JSON.stringify(value));

function upgradeParts(parts: readonly unknown[], path: string): unknown[] {
  const upgraded = parts.map((part, index) => (isFields(part) ? upgradePart(part, `${path}.content.${index}.`) : part));
  // Clients between the two shapes sent each attachment twice, once in either.
  const modern = new Set(parts.flatMap((part, index) => (isBinary(part) ? [] : [sourceOf(upgraded[index])])));
  return upgraded.filter((part, index) => !isBinary(parts[index]) || !modern.has(sourceOf(part)));
}

function upgradePart(part: Fields, path: string): Fields {
  if (!isBinary(part)) {
    const known = fromOpenAiPart(part);
    if (known) return known;
    return isFields(part.source) ? { ...part, source: toCamelCase(part.source, KEYS.media, `${path}source.`) } : part;
  }
  const { mimeType, data, url, filename } = toCamelCase(part, KEYS.media, path);
  const value = data ?? url;
  if (typeof mimeType !== 'string' || typeof value !== 'string') return part;
  return {
    type: mediaKindOf(mimeType),
    source: { type: typeof data === 'string' ? 'data' : 'url', value, mimeType },
    ...(typeof filename === 'string' ? { metadata: { filename } } : {}),
  };
}

const isBinary = (part: unknown) => isFields(part) && part.type === 'binary';
const sourceOf = (part: unknown) =>
  isFields(part) && isFields(part.source) ? `${part.type} ${part.source.type} ${part.source.value}` : '';
