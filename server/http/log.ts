import pino, { type DestinationStream, type Logger } from 'pino';
import { LogOutput } from './log-output.ts';
import { toLoggedError } from './logged-error.ts';
import { toPrettyLine } from './pretty-line.ts';

/** Where a server writes what happens: one line each. */
export interface Log extends Logger {
  /** Writes a line of level `info` from members of an object in JSON, in which secrets are masked already. For what is written most. */
  infoMembers(members: string, message: string): void;
}

/** `"token":"…"` and `"headers":{"authorization":"…"}` in a line, at any depth. */
const SECRET_FIELD =
  /"((?:[\w-]*[_-])?(?:authorization|cookie|token|api_?key|password|secret)|[\w-]*(?:Token|Key|Password|Secret))"\s*:\s*"(?:[^"\\]|\\.)*"/gi;
/** `token=…`, `Bearer …` and `//user:password@` in a text. */
const SECRET_TEXT =
  /\b(bearer|basic) +[\w.~+/=-]+|\b([\w-]*(?:token|key|secret|password))=[^&\s"\\]+|(?<=:\/\/)[^\s"@/]+@/gi;

interface LogOptions {
  readonly level: string;
  /** `pretty`: lines for people; absent: JSON. */
  readonly format?: 'pretty' | 'json' | undefined;
  /** Whether pretty lines are colored; absent: they are not. */
  readonly isColored?: boolean;
  /** What is written to, where that is no file; absent: the file of `descriptor`. */
  readonly destination?: DestinationStream;
  /** Absent: that of the standard output. */
  readonly descriptor?: number;
}

/** Opens the log. Secrets in it are masked: by the name of the field, and in texts by what stands before them. */
export function createLog({ level, format, isColored = false, destination, descriptor = 1 }: LogOptions): Log {
  const toLine = format === 'pretty' ? (line: string) => toPrettyLine(maskSecrets(line), { isColored }) : maskSecrets;
  const output = destination ?? openOutput(descriptor);
  const options = { level, base: undefined, serializers: { err: toLoggedError }, hooks: { streamWrite: toLine } };
  const log = pino(options, output);
  return Object.assign(log, {
    infoMembers(members: string, message: string) {
      if (!log.isLevelEnabled('info')) return;
      const line = `{"level":30,"time":${Date.now()},${members},"msg":"${message}"}\n`;
      output.write(format === 'pretty' ? toPrettyLine(line, { isColored }) : line);
    },
  });
}

function openOutput(descriptor: number): LogOutput {
  const output = new LogOutput(descriptor);
  if (!outputs.size) process.on('exit', flushAll);
  outputs.add(output);
  return output;
}

/** What is written to until the process ends. */
const outputs = new Set<LogOutput>();

function flushAll(): void {
  for (const output of outputs) output.flushSync();
}

/** How the log is written where no option says it: for people on a terminal, in JSON elsewhere. */
export function toLogFormat(
  { 'log-format': format }: { readonly 'log-format'?: LogOptions['format'] },
  { isTTY }: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Pick<LogOptions, 'format' | 'isColored'> {
  // https://no-color.org: any value but an empty one.
  const isColored = Boolean(isTTY) && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return { format: format ?? (isTTY ? 'pretty' : 'json'), isColored };
}

// Most lines hold no secret, and to see that is much cheaper than to look for one.
const MAY_HOLD_SECRET = /[=@]|earer |asic |(?:zation|cookie|token|key|word|secret)"\s*:\s*"/i;

/** A text without what looks like a secret in it: by the name of a field of JSON, and by what stands before it. */
export function maskSecrets(line: string): string {
  if (!MAY_HOLD_SECRET.test(line)) return line;
  return line
    .replace(SECRET_FIELD, (_, name: string) => `"${name}":"[redacted]"`)
    .replace(SECRET_TEXT, (_, scheme?: string, name?: string) => {
      if (scheme) return `${scheme} [redacted]`;
      return name ? `${name}=[redacted]` : '[redacted]@';
    });
}
