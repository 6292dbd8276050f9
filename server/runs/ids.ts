import { randomUUID } from 'node:crypto';

/** A new id such as `msg-3f2a…`: 80 random bits behind a word that says what it names. */
export const newId = (kind: 'msg' | 'call' | 'conv' | 'run' | 'appr'): string =>
  `${kind}-${randomUUID().replaceAll('-', '').slice(0, 20)}`;
