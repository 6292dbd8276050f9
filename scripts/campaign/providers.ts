/** Odd answers of model providers, at each of their APIs. */
import { oddAnswers } from '../../test/fixtures/answers/all.ts';
import type { OddAnswer } from '../../test/fixtures/answers/odd-answer.ts';
import { refusals } from '../../test/fixtures/answers/refusals.ts';
import { withoutProvider } from '../../test/fixtures/answers/send-answer.ts';
import type { Caller, StreamAnswer } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import type { WireProvider } from './wire-provider.ts';
import { makeAgent, planWireStage } from './wire-stage.ts';

/** Each answer is asked for once as a stream. `models-wire.test.ts` tries them with every API too. */
export const providers: Group = {
  name: 'providers',
  stages: oddAnswers.map(({ door, answers: ofDoor }, index) => {
    const answers = [...ofDoor, ...refusals];
    return planWireStage(door, {
      isLong: index > 0,
      size: answers.length,
      setUp: (caller) => makeAgent(caller, 'odd', door, ['toolbox']),
      toCases: (provider) => answers.map((answer, index) => toCase(answer, `case-${index}-`, provider)),
    });
  }),
};

function toCase(answer: OddAnswer, word: string, provider: WireProvider): OddCase {
  const isError = answer.end !== undefined && !STOPS.has(answer.end);
  return {
    title: answer.title,
    ...(isError && { asks: [502] }),
    async attempt(caller: Caller) {
      provider.answer(word, answer);
      return judgeAnswer(answer, await caller.stream('/agents/odd/prompt', { message: `${word} What is 17 * 23?` }));
    },
  };
}

/** What ends an answer that is none of the errors. */
const STOPS = new Set(['done', 'length', 'content-filter']);

/** Holds what was streamed against what becomes of the answer of a provider. What it thought is not told here. */
export function judgeAnswer(answer: OddAnswer, streamed: StreamAnswer): string | undefined {
  const { said = '', ran = [], end = 'done', used = [0, 0] } = answer;
  const { events, status, body } = streamed;
  if (status >= 400) {
    const came = { status, said: '', ran: [], end: withoutProvider(String(body?.detail)) };
    return expectEqual(came, { status: 502, said, ran, end });
  }
  const last = events.at(-1) ?? {};
  const texts = events.map(({ type, content }) => (type === 'text' ? content : '')).join('');
  const ended = last.type === 'error' ? withoutProvider(String(last.detail)) : (last.stopped_by ?? last.type);
  const succeeded = new Set(
    events.flatMap(({ type, id, is_error }) => (type === 'tool_result' && !is_error ? [id] : [])),
  );
  const args = events.flatMap((event) => (event.type === 'tool_call' && succeeded.has(event.id) ? [event.args] : []));
  const counted = [last.usage?.prompt_tokens, last.usage?.completion_tokens];
  return expectEqual({ said: texts, ran: args, end: ended, used: counted }, { said, ran, end, used });
}
