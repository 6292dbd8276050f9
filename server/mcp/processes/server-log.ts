/** Where the life of servers and their processes is written down; pino's loggers fit. */
export interface ServerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
