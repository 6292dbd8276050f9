import pino, { type DestinationStream, type Logger } from 'pino';

/** Where a server writes what happens: one JSON line each. */
export type Log = Logger;

/** `"token":"…"` and `"headers":{"authorization":"…"}` in a line, at any depth. */
const SECRET_FIELD =
  /"((?:[\w-]*[_-])?(?:authorization|cookie|token|api_?key|password|secret)|[\w-]*(?:Token|Key|Password|Secret))"\s*:\s*"(?:[^"\\]|\\.)*"/gi;
/** `token=…`, `Bearer …` and `//user:password@` in a text. */
const SECRET_TEXT =
  /\b(bearer|basic) +[\w.~+/=-]+|\b([\w-]*(?:token|key|secret|password))=[^&\s"\\]+|(?<=:\/\/)[^\s"@/]+@/gi;

/** How long a line may wait for others. */
const FLUSH_MS = 100;

interface LogOptions {
  readonly level: string;
  /** Absent: standard output. */
  readonly destination?: DestinationStream;
}

/** Opens the log. Secrets in it are masked: by the name of the field, and in texts by what stands before them. */
export function createLog({ level, destination }: LogOptions): Log {
  if (destination) return pino({ level, base: undefined, hooks: { streamWrite: maskSecrets } }, destination);
  // Lines are joined into larger writes: one system call a line costs more than the line.
  const output = pino.destination({ dest: 1, sync: false, minLength: 8192 });
  const flushSoon = createFlush(output);
  const streamWrite = (line: string) => {
    flushSoon();
    return maskSecrets(line);
  };
  return pino({ level, base: undefined, hooks: { streamWrite } }, output);
}

/** Writes what has been logged, a moment after it was. No timer runs while nothing is logged. */
function createFlush(output: { flush(): void }): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      output.flush();
    }, FLUSH_MS).unref();
  };
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
