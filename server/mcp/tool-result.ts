import { toShownFiles } from '../call/shown-files.ts';
import type { ToolOutcome } from '../runs/toolset.ts';
import type { CallToolResult } from './wire/mcp-sdk.ts';

const MAX_CHARACTERS = 1024 * 1024;

/**
 * What a model or a caller is told of a result: structured content as it is; else the text parts joined by newlines, and decoded when they
 * are JSON. Images, sound and resources are described in a line. Over 1 Mi characters the rest is cut off, with a marker that says so.
 */
export function toToolOutcome({ content, structuredContent, isError }: CallToolResult): ToolOutcome {
  if (structuredContent !== undefined && isError !== true) {
    const size = JSON.stringify(structuredContent).length;
    return {
      result: size > MAX_CHARACTERS ? cut(JSON.stringify(structuredContent)) : structuredContent,
      isError: false,
    };
  }
  const text = content.map(describePart).join('\n');
  return { result: text.length > MAX_CHARACTERS ? cut(text) : decode(text), isError: isError === true };
}

function describePart(part: CallToolResult['content'][number]): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
    case 'audio':
      return `[${part.type} ${part.mimeType}, ${bytesOf(part.data)} bytes]`;
    case 'resource_link':
      return `[resource ${part.uri}${part.description ? `: ${part.description}` : ''}]`;
    case 'resource':
      return 'text' in part.resource
        ? part.resource.text
        : `[resource ${part.resource.uri}, ${bytesOf(part.resource.blob)} bytes]`;
  }
}

/** The pictures, sounds and other files in a result, for people. */
export function toResultFiles({ content }: CallToolResult): Pick<ToolOutcome, 'files'> {
  return toShownFiles(
    content.flatMap((part) => {
      if (part.type === 'image' || part.type === 'audio') return [{ mediaType: part.mimeType, data: part.data }];
      if (part.type !== 'resource' || !('blob' in part.resource)) return [];
      return [{ mediaType: part.resource.mimeType ?? 'application/octet-stream', data: part.resource.blob }];
    }),
  );
}

const bytesOf = (base64: string) => Math.floor((base64.length * 3) / 4) - (/=*$/.exec(base64)?.[0].length ?? 0);
const cut = (text: string) => `${text.slice(0, MAX_CHARACTERS)}\n[cut off: ${text.length} characters in all]`;

function decode(text: string): unknown {
  if (!/^\s*(?:[[{"]|-?\d|true|false|null)/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    // A number with more digits than a double holds would come out as another number.
    return typeof value === 'number' && String(value) !== text.trim() ? text : value;
  } catch {
    return text;
  }
}
