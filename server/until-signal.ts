import process from 'node:process';

/** Resolves at the first of these signals; the second one runs `kill` and ends the process at once. */
export function untilSignal(
  kill: () => void,
  signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'],
): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true;
    const stop = () => {
      if (isFirst) {
        isFirst = false;
        resolve();
        return;
      }
      kill();
      process.exit(1);
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
