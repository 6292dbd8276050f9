/**
 * A stream of server-sent events in which the data of each message is what `mend` makes of it; other events pass as they are. The last one is
 * passed on too when the stream ends without the empty line after it.
 */
export function mendEvents(mend: (data: string) => string): TransformStream<string, string> {
  const events = new EventCutter();
  return new TransformStream({
    transform(text, controller) {
      for (const event of events.add(text)) controller.enqueue(mendEvent(event, mend));
    },
    flush(controller) {
      const last = events.rest();
      if (last.trim() !== '') controller.enqueue(mendEvent(last, mend));
    },
  });
}

const EVENT_END = /\r\n\r\n|\n\n|\r\r|\n\r\n/g;
const LONGEST_END = 4;

/** Cuts a stream of text into events. */
class EventCutter {
  #parts: string[] = [];
  /** The last characters of what is held: an end may stand across two pieces. */
  #tail = '';

  add(text: string): string[] {
    this.#parts.push(text);
    const hasEnd = new RegExp(EVENT_END.source).test(this.#tail + text);
    this.#tail = (this.#tail + text).slice(1 - LONGEST_END);
    if (!hasEnd) return [];
    const whole = this.#parts.join('');
    const events: string[] = [];
    let start = 0;
    for (const { index, 0: end } of whole.matchAll(EVENT_END)) {
      events.push(whole.slice(start, index));
      start = index + end.length;
    }
    this.#parts = [whole.slice(start)];
    this.#tail = whole.slice(start).slice(1 - LONGEST_END);
    return events;
  }

  rest(): string {
    return this.#parts.join('');
  }
}

function mendEvent(event: string, mend: (data: string) => string): string {
  const lines = event.split(/\r\n|\n|\r/);
  const kind = lines
    .findLast((line) => line.startsWith('event:'))
    ?.slice('event:'.length)
    .trim();
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length));
  const isMessage = data.length > 0 && (kind === undefined || kind === '' || kind === 'message');
  if (!isMessage) return `${lines.join('\n')}\n\n`;
  const others = lines.filter((line) => !line.startsWith('data:'));
  const mended = mend(data.map((line) => line.replace(/^ /, '')).join('\n'));
  return `${[...others, ...mended.split('\n').map((line) => `data: ${line}`)].join('\n')}\n\n`;
}
