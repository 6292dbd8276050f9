/** What a stored message looks like, to tell one from anything else that stands in its place. */
import { z } from 'zod';
import type { Message, AssistantPart as Part } from './messages.ts';

const providerOptions = z.record(z.string(), z.record(z.string(), z.unknown())).optional();
const text = (type: 'text' | 'reasoning') => z.object({ type: z.literal(type), text: z.string(), providerOptions });

const UserPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('file'), mediaType: z.string(), data: z.string(), filename: z.string().optional() }),
]);
const AssistantPart = z.discriminatedUnion('type', [
  text('text'),
  text('reasoning'),
  z.object({ type: z.literal('file'), mediaType: z.string(), data: z.string(), providerOptions }),
  z.object({
    type: z.literal('tool-call'),
    callId: z.string(),
    name: z.string(),
    args: z.unknown().optional(),
    providerOptions,
  }),
]);
const id = z.string();

/** What a stored {@link ShownPage} looks like. */
export const StoredPage = z.object({
  uri: z.string(),
  server: z.string(),
  tool: z.string(),
  input: z.unknown().transform((value) => value ?? null),
  result: z.record(z.string(), z.unknown()),
});

/** What stored {@link ShownFile}s look like. */
export const StoredFiles = z.array(z.object({ mediaType: z.string(), data: z.string() }));

/** What the answer of a model looks like. */
export const StoredAnswer = z.object({
  id,
  content: z.array(z.custom<Part>((part) => AssistantPart.safeParse(part).success)),
});

const StoredMessage = z.discriminatedUnion('role', [
  z.object({ id, role: z.literal('system'), content: z.string() }),
  z.object({ id, role: z.literal('user'), content: z.array(UserPart) }),
  z.object({ id, role: z.literal('assistant'), content: z.array(AssistantPart) }),
  z.object({
    id,
    role: z.literal('tool'),
    callId: z.string(),
    name: z.string(),
    result: z.unknown().optional(),
    status: z.enum(['done', 'error', 'cancelled', 'interrupted']),
    page: StoredPage.optional(),
    files: StoredFiles.optional(),
  }),
]);

/** Whether a value is a message. Most are texts, and long conversations have thousands of them. */
export const isMessage = (value: unknown): value is Message => isText(value) || StoredMessage.safeParse(value).success;

/** Whether a value is a message of a user or an agent that is nothing but text: the schema in a few comparisons. */
function isText(value: unknown): boolean {
  const { id, role, content } = Object(value);
  if (typeof id !== 'string' || (role !== 'user' && role !== 'assistant') || !Array.isArray(content)) return false;
  return content.every((part) => {
    const { type, text: said, providerOptions: options } = Object(part);
    return type === 'text' && typeof said === 'string' && options === undefined;
  });
}

/** What is nearly a message without those of its parts that are none; anything else as it is. */
export function withoutOddParts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('content' in value) || !Array.isArray(value.content))
    return value;
  const part = 'role' in value && value.role === 'user' ? UserPart : AssistantPart;
  return { ...value, content: value.content.filter((one) => part.safeParse(one).success) };
}
