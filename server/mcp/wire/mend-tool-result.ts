import { mendPart, textPart } from './mend-part.ts';
import { isRecord } from './without-nulls.ts';

/** The text of a failure that says nothing. */
export const NO_REASON = 'The tool failed without a reason';

/**
 * A result of a tool in which everything that can be read is content: the answer of old servers, structured content that is no object, and
 * parts of unknown kinds. A failure always has words.
 */
export function mendToolResult(answer: Record<string, unknown>): Record<string, unknown> {
  const { content, structuredContent, toolResult, isError, ...others } = answer;
  const parts = toParts(content ?? toolResult).map(mendPart);
  const isObject = isRecord(structuredContent);
  if (structuredContent !== undefined && !isObject) addUnlessSaid(parts, JSON.stringify(structuredContent));
  const hasFailed = isError === true || isError === 'true' || isError === 1;
  return {
    ...others,
    content: hasFailed && parts.every(isBlank) ? [textPart(reasonIn(structuredContent))] : parts,
    ...(isObject && { structuredContent }),
    ...(isError !== undefined && { isError: hasFailed }),
  };
}

const toParts = (content: unknown): unknown[] =>
  Array.isArray(content) ? content : content === undefined ? [] : [content];

const reasonIn = (structured: unknown) =>
  structured === undefined || isEmpty(structured) ? NO_REASON : JSON.stringify(structured);
const isEmpty = (value: unknown) =>
  value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Whether a part has no words: a text, also within a resource, that is empty, is JSON of nothing, or cannot be seen. */
function isBlank({ type, text, resource }: Record<string, unknown>): boolean {
  if (type === 'resource') return isRecord(resource) && isWordless(resource.text);
  return type === 'text' && isWordless(text);
}
const isWordless = (text: unknown) =>
  typeof text === 'string' && /^(?:""|null)?$/.test(text.replace(/[\s\p{Cf}]+/gu, ''));

// Servers send the same as text beside it, for clients that read nothing else.
function addUnlessSaid(parts: Record<string, unknown>[], json: string): void {
  const wanted = withoutSpaces(json);
  if (!parts.some(({ type, text }) => type === 'text' && withoutSpaces(text) === wanted)) parts.push(textPart(json));
}

const withoutSpaces = (text: unknown) => String(text).replace(/\s+/g, '');
