import { hash } from 'node:crypto';

/** What callers are told of a process: its id tells the name of its machine. */
export const showReplica = (id: string): string => hash('sha256', id).slice(0, 8);
