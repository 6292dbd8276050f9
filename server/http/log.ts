import pino, { type DestinationStream, type Logger } from 'pino';

/** Where a server writes what happens: one JSON line each. */
export type Log = Logger;

const SECRET_NAMES = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'api_key',
  'apiKey',
  'password',
  'env',
  'env_vars',
];
const SECRET_TEXT =
  /\b(bearer|basic) +[\w.~+/=-]+|\b([\w-]*(?:token|key|secret|password))=[^&\s"\\]+|(?<=:\/\/)[^\s"@/]+@/gi;

interface LogOptions {
  readonly level: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Opens the log. Secrets in it are masked: by the name of the field, and in texts by what stands before them. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: undefined,
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [`["${name}"]`, `headers["${name}"]`]),
        censor: '[redacted]',
      },
      hooks: { streamWrite: maskSecrets },
    },
    // Lines are joined into larger writes, at the latest every 100 ms: one system call a line costs more than the line.
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 100 }),
  );
}

const maskSecrets = (line: string) =>
  line.replace(SECRET_TEXT, (_, scheme?: string, name?: string) => {
    if (scheme) return `${scheme} [redacted]`;
    return name ? `${name}=[redacted]` : '[redacted]@';
  });
