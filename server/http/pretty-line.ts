import { styleText } from 'node:util';
import { toVisible } from './visible-text.ts';

type Style = Parameters<typeof styleText>[0];

const LEVELS: Readonly<Record<number, readonly [name: string, style: Style]>> = {
  10: ['trace', 'dim'],
  20: ['debug', 'dim'],
  30: ['info', 'cyan'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', ['bold', 'red']],
};
const MAX_MESSAGE = 2000;
const MAX_VALUE = 500;
const MAX_FRAMES = 30;

/**
 * A JSON line of the log for people: `13:05:07.120 info  POST /api/v1/agents/demo/prompt 200 34.2 ms caller=127.0.0.1`. One line; a fault
 * of this server has its stack below it, indented. What others wrote is shown with its control characters spelled out.
 */
export function toPrettyLine(line: string, { isColored }: { readonly isColored: boolean }): string {
  const record = readRecord(line);
  if (!record) return `${toVisible(line.trimEnd())}\n`;
  const paint = (style: Style, text: string) => (isColored ? styleText(style, text, { validateStream: false }) : text);
  const { level, time, msg, err, ...fields } = record;
  const [name, style] = LEVELS[Number(level)] ?? [String(level), 'dim' as const];
  const isRequest = typeof fields.method === 'string' && typeof fields.status === 'number';
  const facts = [...describeError(err), ...describeFields(isRequest ? withoutShown(fields) : fields, String(msg))];
  const head = isRequest
    ? describeRequest(fields, String(msg ?? ''))
    : shorten(toVisible(String(msg ?? '')), MAX_MESSAGE);
  const text = [
    paint('dim', toClock(time)),
    paint(style, toVisible(name).padEnd(5)),
    head,
    ...(facts.length ? [paint('dim', facts.join(' '))] : []),
  ].join(' ');
  return [text, ...framesOf(err).map((frame) => paint('dim', `    ${frame}`)), ''].join('\n');
}

function readRecord(line: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** `GET /api/v1/health 200 0.4 ms`; what failed, or was cut off by the caller, says so. */
function describeRequest({ method, path, status, ms, cut }: Record<string, unknown>, message: string): string {
  const words = [method, path, status, `${ms} ms`, ...(cut ? ['(the caller left)'] : [])].map(String);
  return shorten(toVisible((message === 'request' ? words : [`${message}:`, ...words]).join(' ')), MAX_MESSAGE);
}

/** A request that went well is found by its time; of others the id is what the caller was told too. */
function withoutShown(fields: Record<string, unknown>): Record<string, unknown> {
  const { method: _, path: __, status, ms: ___, cut: ____, operation: _____, request_id: id, ...others } = fields;
  return Number(status) >= 400 ? { ...others, request_id: id } : others;
}

/** A word that the message has already is not said again. */
function describeFields(fields: Readonly<Record<string, unknown>>, message: string): string[] {
  const words = new Set<unknown>(message.split(/[\s'"(),]+/));
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== '' && !words.has(value))
    .map(([name, value]) => `${toVisible(name)}=${toShown(value)}`);
}

function describeError(err: unknown): string[] {
  if (!isRecord(err)) return [];
  const { type, message, code } = err;
  const words = 'stack' in err ? `${type}: ${message}` : String(message);
  return [shorten(toVisible(typeof code === 'string' ? `${words} (${code})` : words), MAX_MESSAGE)];
}

/** Where a fault came up, one place a line. The message is told already, and may hold lines that only look like places. */
function framesOf(err: unknown): string[] {
  if (!isRecord(err) || typeof err.stack !== 'string') return [];
  return err.stack
    .split('\n')
    .filter((line) => /^\s*(at |caused by)/.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => shorten(toVisible(line.trim()), MAX_VALUE));
}

function toShown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = shorten(toVisible(text), MAX_VALUE);
  return typeof value !== 'string' || /^[^\s"=]+$/.test(shown) ? shown : `"${shown.replaceAll('"', '\\"')}"`;
}

const shorten = (text: string, max: number) => (text.length > max ? `${text.slice(0, max)}…` : text);

/** The time of day here, to the millisecond. */
function toClock(time: unknown): string {
  const date = new Date(Number(time));
  if (Number.isNaN(date.getTime())) return '--:--:--.---';
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
