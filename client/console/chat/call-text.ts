/** What a call of a tool says in words. */
import { durationOf } from '../ui/text.tsx';
import type { CallItem } from './items.ts';
import { isFields } from './json-patch.ts';

/** Where a call stands, as the card shows it: in words, and as the class of its chip. */
export interface CallState {
  readonly word: string;
  readonly style: 'running' | 'finished' | 'failed' | 'waiting' | 'ended';
}

/** Where a call stands. */
export function stateOf(
  call: CallItem,
  { isWaiting, isRunning }: { isWaiting: boolean; isRunning: boolean },
): CallState {
  const { detail, phase } = call;
  if (isWaiting) return { word: 'waits for you', style: 'waiting' };
  if (detail?.approval === 'denied') return { word: 'denied', style: 'failed' };
  if (phase === 'answered') {
    if (isStopped(call)) return { word: 'stopped', style: 'ended' };
    const isFailed = detail && detail.status !== 'running' ? detail.status === 'failed' : call.isError === true;
    return isFailed ? { word: 'failed', style: 'failed' } : { word: 'done', style: 'finished' };
  }
  if (detail?.approval === 'approved') return { word: 'approved', style: 'waiting' };
  if (isRunning) return { word: phase === 'open' ? 'is written' : 'running', style: 'running' };
  return { word: 'no result', style: 'ended' };
}

/** The result that the server makes for a call whose run ended before it did. */
function isStopped({ result }: CallItem): boolean {
  const told = parse(result);
  return isFields(told) && told.status === 'stopped' && Object.keys(told).length === 2;
}

/** How long it took on the server; empty while that is not known. */
export function timeOf({ detail, startedAt, endedAt }: CallItem): string {
  const from = detail?.startedAt ?? startedAt;
  const to = detail?.endedAt ?? endedAt;
  return from !== undefined && to !== undefined && to >= from ? durationOf(to - from) : '';
}

/** The name of its tool without that of its server. */
export function toolOf({ name, detail }: CallItem): string {
  const prefix = `${detail?.server}__`;
  return detail?.server && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

const MAX_SHORT = 90;

/** Its arguments in a line. */
export function shortArguments(args: string): string {
  const value = parse(args);
  const text = isFields(value)
    ? Object.entries(value)
        .map(([name, one]) => `${name}: ${typeof one === 'string' ? one : JSON.stringify(one)}`)
        .join(', ')
    : args;
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHORT ? `${line.slice(0, MAX_SHORT)}…` : line;
}

/** JSON with its levels indented; any other text as it is. */
export function prettyOf(text: string): string {
  const value = parse(text);
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : text;
}

/** What JSON text says; undefined for text that is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
