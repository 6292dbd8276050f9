/** Brings the messages of older AG-UI clients into the shape of AG-UI 1.0. */
import { KEYS, toCamelCase } from './spelling.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * One message with the protocol's own keys in camelCase, `content: null` of a tool as no text, and `binary` parts as media parts. What
 * it does not know stays as it is, for the schema to judge. Never looks into metadata or the content of an activity.
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
  // Clients in between sent each attachment twice, once in either shape.
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
    type: mediaKind(mimeType),
    source: { type: typeof data === 'string' ? 'data' : 'url', value, mimeType },
    ...(typeof filename === 'string' ? { metadata: { filename } } : {}),
  };
}

const mediaKind = (mimeType: string) => /^(image|audio|video)\//.exec(mimeType)?.[1] ?? 'document';
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBinary = (part: unknown) => isFields(part) && part.type === 'binary';
const sourceOf = (part: unknown) =>
  isFields(part) && isFields(part.source) ? `${part.type} ${part.source.type} ${part.source.value}` : '';
