/** The line that the log has of a request. */
import { type Exchange, statusOf } from './exchange.ts';
import { type Log, maskSecrets } from './log.ts';
import { isExpected } from './logged-error.ts';

/** Writes the line of a request that is over, and returns how long it took, in milliseconds. `isCut`: its caller did not get all of it. */
export function logRequest(log: Log, exchange: Exchange, { isCut }: { readonly isCut: boolean }): number {
  const { request, fault, startedAt } = exchange;
  const ms = Math.round((performance.now() - startedAt) * 100) / 100;
  const line: Line = {
    request_id: exchange.id,
    method: request.method,
    path: exchange.path.slice(0, 300),
    operation: exchange.operation,
    status: statusOf(exchange),
    ms,
    caller: exchange.caller,
    cut: isCut ? true : undefined,
    run_id: exchange.notes.run_id,
    conversation_id: exchange.notes.conversation_id,
  };
  if (exchange.trace) Object.assign(line, exchange.trace.logFields());
  if (fault === undefined) log.infoMembers(toMembers(line), 'request');
  else if (isExpected(fault)) log.warn({ ...line, err: fault }, 'request failed');
  else log.error({ ...line, err: fault }, 'request failed');
  return ms;
}

type Line = Readonly<Record<string, string | number | boolean | undefined>>;

/** Letters that stand for themselves in JSON and of which no secret is told. */
const PLAIN = /^[\w./:-]*$/;

/** The members of an object in JSON, without secrets: what the log would make of it, in less time. */
function toMembers(line: Line): string {
  let members = '';
  for (const name in line) {
    const value = line[name];
    if (value !== undefined) members += `${members && ','}"${name}":${toText(value)}`;
  }
  return members;
}

function toText(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return PLAIN.test(value) ? `"${value}"` : maskSecrets(JSON.stringify(value));
}
