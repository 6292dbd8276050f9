/** Brings the messages of older AG-UI clients into the shape of AG-UI 1.0. */
import { type Fields, isFields } from './fields.ts';
import { mediaKindOf } from './media-kind.ts';
import { KEYS, toCamelCase } from './spelling.ts';

/**
 * One message with the protocol's own keys in camelCase, `content: null` of a tool as no text, and `binary` parts as media parts. Keys and
 * parts that are not known stay as they are, for the schema to judge. Metadata and the content of an activity are never looked into.
 */
export function upgradeMessage(message: Fields, path: string): Fields {
  const upgraded = toCamelCase(message, KEYS.message, `${path}.`);
  const { role, content, toolCalls } = upgraded;
  if (Array.isArray(toolCalls)) {
    upgraded.toolCalls = toolCalls.map((call: unknown, index) =>
      isFields(call) ? toCamelCase(call, KEYS.toolCall, `${path}.toolCalls.${index}.`) : call,
    );
  }
  if (role === 'tool' && content === null) upgraded.content = '';
  if (role !== 'activity' && Array.isArray(content)) upgraded.content = upgradeParts(content, path);
  return upgraded;
}

function upgradeParts(parts: readonly unknown[], path: string): unknown[] {
  const upgraded = parts.map((part, index) => (isFields(part) ? upgradePart(part, `${path}.content.${index}.`) : part));
  // Clients between the two shapes sent each attachment twice, once in either.
  const modern = new Set(parts.flatMap((part, index) => (isBinary(part) ? [] : [sourceOf(upgraded[index])])));
  return upgraded.filter((part, index) => !isBinary(parts[index]) || !modern.has(sourceOf(part)));
}

function upgradePart(part: Fields, path: string): Fields {
  if (!isBinary(part)) {
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
