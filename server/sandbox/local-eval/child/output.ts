/** The output of one execution: counted, bounded, and sent to the server in as few reports as a reader can do with. */
import { report } from './pipes.ts';

/** More than the server keeps, so that it counts right what it drops. */
const MAX_DISPLAYS = 1000;
const MAX_DISPLAYED = 25_000_000;
const MAX_DISPLAY = 6_000_000;
const FLUSH_BURST = 100;

const output = {
  stdout: '',
  stderr: '',
  left: 0,
  dropped: 0,
  displays: 0,
  displayed: 0,
  droppedDisplays: 0,
  tokens: FLUSH_BURST,
  lastToken: 0,
};

/** Empties the output, and makes room for `maxOutput` characters. */
export function resetOutput(maxOutput: number): void {
  Object.assign(output, { stdout: '', stderr: '', left: maxOutput, dropped: 0 });
  Object.assign(output, { displays: 0, displayed: 0, droppedDisplays: 0 });
}

/** How many characters and displayed values were dropped. */
export const droppedOutput = () => ({ dropped: output.dropped, droppedDisplays: output.droppedDisplays });

/** Writes text to a stream. */
export function writeOutput(stream: unknown, text: unknown): void {
  const name = stream === 'stderr' ? 'stderr' : 'stdout';
  const whole = String(text);
  const kept = whole.slice(0, output.left);
  output.left -= kept.length;
  output.dropped += whole.length - kept.length;
  if (name === 'stderr' ? output.stdout : output.stderr) flushOutput();
  output[name] += kept;
  if (output[name].length > 8192 || mayFlush()) flushOutput();
}

/** Shows a value that is JSON. */
export function displayOutput(json: unknown): void {
  const text = String(json);
  output.displays += 1;
  output.displayed += text.length;
  if (text.length > MAX_DISPLAY || output.displays > MAX_DISPLAYS || output.displayed > MAX_DISPLAYED) {
    output.droppedDisplays += 1;
    return;
  }
  const data: unknown = JSON.parse(text);
  if (!isObject(data)) throw new TypeError('what is displayed must be a JSON object');
  flushOutput();
  report(`{"type":"display","data":${JSON.stringify(data)}}`);
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sends the text that was not sent yet. */
export function flushOutput(): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const text = output[stream];
    if (!text) continue;
    output[stream] = '';
    report(JSON.stringify({ type: 'output', stream, text }));
  }
}

/** Whether a line may be sent at once: a burst may, and then one a millisecond. The rest waits for the next poll. */
function mayFlush(): boolean {
  const now = performance.now();
  output.tokens = Math.min(FLUSH_BURST, output.tokens + now - output.lastToken);
  output.lastToken = now;
  if (output.tokens < 1) return false;
  output.tokens -= 1;
  return true;
}
