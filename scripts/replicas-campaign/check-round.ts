/** What must be true of all that happened in a round. */
import { type Allowed, mayRefuse } from './allowed.ts';
import { checkRun } from './check-run.ts';
import type { Fleet } from './fleet.ts';
import { allWordsOf, callsOf, compareWords, readPlan, wordsIn } from './plan.ts';
import type { Rows } from './rows.ts';
import { countingIn, eventsIn } from './told.ts';
import type { NotedTools } from './tools.ts';
import type { Round } from './tried-run.ts';
import { type Exchange, jsonOf } from './wire.ts';

interface CheckRound {
  readonly rows: Rows;
  readonly tools: NotedTools;
  readonly allowed: Allowed;
}

/** All that is wrong, a line each; empty when all is as it should be. */
export function checkRound(round: Round, { rows, tools, allowed }: CheckRound): string[] {
  return [
    ...round.problems,
    ...round.runs.flatMap((run) => checkRun(run, rows, allowed)),
    ...rows.runs
      .filter(({ id }) => !round.runs.some((run) => run.id === id))
      .map(({ id }) => `${id}: nobody asked for it`),
    ...rows.runs
      .filter(({ status }) => status === 'running')
      .map(({ id, replica }) => `${id}: it is left, of ${replica}`),
    ...checkTools(round, tools, rows),
    ...checkApprovals(rows),
    ...checkConversations(rows),
    ...checkExchanges(round, allowed),
  ];
}

function checkTools({ runs }: Round, tools: NotedTools, rows: Rows): string[] {
  const events = rows.events.map((row) => row.events).join();
  const calls = new Set(runs.flatMap(({ plan }) => callsOf(plan).map(({ call }) => call)));
  return [...calls].flatMap((call) => {
    const count = tools.count(call);
    if (count > 1) return [`the tool was called ${count} times for ${call}`];
    return count === 0 && events.includes(`noted ${call}"`) ? [`${call} is answered, and the tool was not called`] : [];
  });
}

function checkApprovals({ approvals, runs }: Rows): string[] {
  return approvals.flatMap(({ id, status, resumed_by: resumed }) => {
    if (status === 'pending') return [`approval ${id} is left pending`];
    if (resumed === null) return [`approval ${id} is ${status}, and no run acts on it`];
    return runs.some((run) => run.id === resumed) ? [] : [`approval ${id}: its run ${resumed} is not stored`];
  });
}

/** Each conversation has its messages once, in order, with all that its runs have said. */
function checkConversations({ conversations, messages, runs, events }: Rows): string[] {
  return conversations.flatMap(({ id, message_count: count }) => {
    const own = messages.filter(({ conversation_id }) => conversation_id === id);
    const problems =
      own.some(({ seq }, index) => seq !== index + 1) || own.length !== count ? ['its messages have gaps'] : [];
    if (new Set(own.map((message) => message.id)).size < own.length) problems.push('a message is there twice');
    const turns = turnsIn(own.map(({ body }) => JSON.parse(body)));
    const names = turns.map(({ plan }) => plan.name);
    if (new Set(names).size < names.length) problems.push(`a prompt is there twice: ${names.join()}`);
    for (const { plan, words } of turns) {
      const of = runs.filter((run) => run.conversation_id === id);
      const stored = of
        .flatMap(({ key }) => wordsOfRun(key, events))
        .filter((word) => word.startsWith(`${plan.name}:`));
      problems.push(
        ...compareWords(words, stored, { isWhole: true }).map((problem) => `what ${plan.name} said: ${problem}`),
      );
      problems.push(...compareWords(words, allWordsOf(plan), { isWhole: false }));
    }
    return problems.map((problem) => `conversation ${id}: ${problem}`);
  });
}

interface StoredMessage {
  readonly role: string;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
}

const textOf = ({ content }: StoredMessage) => (content ?? []).map(({ text = '' }) => text).join('');

/** What was asked, and the words that were said to that. */
function turnsIn(messages: readonly StoredMessage[]) {
  return messages.flatMap((message, index) => {
    if (message.role !== 'user') return [];
    const next = messages.findIndex(({ role }, place) => place > index && role === 'user');
    const answers = messages.slice(index + 1, next < 0 ? undefined : next).filter(({ role }) => role === 'assistant');
    return [{ plan: readPlan(textOf(message)), words: wordsIn(answers.map(textOf).join('\n')) }];
  });
}

function wordsOfRun(key: string, rows: Rows['events']): string[] {
  const { events } = eventsIn(rows.filter(({ run_key }) => run_key === key));
  const counting = countingIn(events);
  return wordsIn(counting.map(({ type, delta }) => (type === 'text-delta' ? delta : '')).join(''));
}

/** Answers that are no failures: of a run that has not begun, or that another request was faster for. */
const USUAL = new Set(['run-not-found', 'run-exists', 'conversation-busy', 'approval-resolved', 'run-cancelled']);

function checkExchanges({ wire, fleet, runs }: Round, allowed: Allowed): string[] {
  return wire.exchanges.flatMap((exchange) => {
    const problem = findFailure(exchange, fleet, allowed) ?? findLateRun(exchange, runs);
    return problem === undefined ? [] : [`${exchange.method} ${exchange.path} at ${exchange.replica}: ${problem}`];
  });
}

function findFailure(exchange: Exchange, fleet: Fleet, allowed: Allowed): string | undefined {
  const { status, failure, body, endedAt, retryAfter } = exchange;
  const { code } = jsonOf(exchange);
  if (endedAt === undefined) return 'it is not answered';
  if (failure !== undefined) {
    const replica = fleet.all.find(({ name }) => name === exchange.replica);
    // A stream of a run that goes on elsewhere ends with a replica that was told to end: its reader goes there too, which is checked.
    const isCutOff =
      replica?.state === 'gone' && allowed.mayDrain && exchange.status === 200 && exchange.frames.length > 0;
    return replica?.state === 'killed' || isCutOff ? undefined : failure;
  }
  if (status === 200 || (status !== undefined && status < 500 && USUAL.has(String(code)))) return undefined;
  if (status === 503 && retryAfter !== undefined && mayRefuse(allowed, exchange.replica)) return undefined;
  return `${status} ${body} with Retry-After ${retryAfter}`;
}

/** Any replica knows of a run as soon as anybody was told of it. */
function findLateRun({ sentAt, path, body = '' }: Exchange, runs: Round['runs']): string | undefined {
  if (!body.includes('"run-not-found"')) return undefined;
  const run = runs.find(({ id }) => path.startsWith(`/runs/${id}/`));
  const heads = run?.readers.flatMap(({ exchanges }) =>
    exchanges.flatMap(({ status, headAt }) => (status === 200 && headAt !== undefined ? [headAt] : [])),
  );
  return heads?.some((at) => at < sentAt) ? 'the run is not found, of which others have been told' : undefined;
}
