/** The line that the log has of a request. */
import { type Exchange, statusOf } from './exchange.ts';
import { type Log, maskSecrets } from './log.ts';
import { isExpected } from './logged-error.ts';

/** Writes the line of a request that is over, and returns how long it took, in milliseconds. `isCut`: its caller did not get all of it. */
export function logRequest(log: Log, exchange: Exchange, { isCut }: { readonly isCut: boolean }): number {
  const { request, fault, startedAt } = exchange;
  const ms = Math.round((performance.now() - startedAt) * 100) / 100;
  const line = {
    request_id: exchange.id,
    method: request.method,
    path: exchange.path.slice(0, 300),
    operation: exchange.operation,
    status: statusOf(exchange),
    ms,
    caller: exchange.caller,
  };
  const rare = { cut: isCut ? true : undefined, ...exchange.notes, ...exchange.trace?.logFields() };
  if (fault === undefined) log.infoMembers(toMembers(line) + toRareMembers(rare), 'request');
  else if (isExpected(fault)) log.warn({ ...line, ...rare, err: fault }, 'request failed');
  else log.error({ ...line, ...rare, err: fault }, 'request failed');
  return ms;
}

interface Line {
  readonly request_id: string;
  readonly method: string | undefined;
  readonly path: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly caller: string;
}

/** The members of a line in JSON, without secrets. By name and not in a loop: every request has them. */
function toMembers({ request_id, method = '', path, operation, status, ms, caller }: Line): string {
  const operationMember = operation === undefined ? '' : `,"operation":${toText(operation)}`;
  // An id that holds anything but letters that stand for themselves was not taken, nor a method.
  const begin = `"request_id":"${request_id}","method":"${method}","path":${toText(path)}`;
  return `${begin}${operationMember},"status":${status},"ms":${ms},"caller":${toText(caller)}`;
}

function toRareMembers(rare: Readonly<Record<string, string | boolean | undefined>>): string {
  let members = '';
  for (const name in rare) {
    const value = rare[name];
    if (value !== undefined) members += `,"${name}":${typeof value === 'string' ? toText(value) : value}`;
  }
  return members;
}

/** Letters that stand for themselves in JSON and of which no secret is told. */
const PLAIN = /^[\w./:-]*$/;

const toText = (value: string): string => (PLAIN.test(value) ? `"${value}"` : maskSecrets(JSON.stringify(value)));
