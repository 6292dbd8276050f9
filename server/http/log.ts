import pino, { type DestinationStream, type Logger } from 'pino';

/** Where a server writes what happens: one JSON line each. */
export type Log = Logger;

/** `"token":"…"` and `"headers":{"authorization":"…"}` in a line, at any depth. */
const SECRET_FIELD =
  /"((?:[\w-]*[_-])?(?:authorization|cookie|token|api_?key|password|secret)|[\w-]*(?:Token|Key|Password|Secret))":"(?:[^"\\]|\\.)*"/gi;
/** `token=…`, `Bearer …` and `//user:password@` in a text. */
const SECRET_TEXT =
  /\b(bearer|basic) +[\w.~+/=-]+|\b([\w-]*(?:token|key|secret|password))=[^&\s"\\]+|(?<=:\/\/)[^\s"@/]+@/gi;

interface LogOptions {
  readonly level: string;
  /** Absent: standard output. */
  readonly destination?: DestinationStream;
}

/** Opens the log. Secrets in it are masked: by the name of the field, and in texts by what stands before them. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    { level, base: undefined, hooks: { streamWrite: maskSecrets } },
    // Lines are joined into larger writes, at the latest every 100 ms: one system call a line costs more than the line.
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 100 }),
  );
}

// Most lines hold no secret, and to see that is much cheaper than to look for one.
const MAY_HOLD_SECRET = /[=@]|earer |asic |(?:zation|cookie|token|key|word|secret)":"/i;

function maskSecrets(line: string): string {
  if (!MAY_HOLD_SECRET.test(line)) return line;
  return line
    .replace(SECRET_FIELD, (_, name: string) => `"${name}":"[redacted]"`)
    .replace(SECRET_TEXT, (_, scheme?: string, name?: string) => {
      if (scheme) return `${scheme} [redacted]`;
      return name ? `${name}=[redacted]` : '[redacted]@';
    });
}
