import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { findServerOf } from './folder-lock.ts';

/** How programs of the same user reach the server of a data folder: over HTTP, or, where it listens to nobody else, at a local socket. */
const ServerAddress = z.union([z.object({ url: z.url() }), z.object({ socket: z.string().min(1) })]);
type ServerAddress = z.output<typeof ServerAddress>;

const Told = z.object({ pid: z.int(), address: ServerAddress });

/** The server that has a data folder now; `address` is absent while it is not known, as of one that is starting. */
export interface FolderServer {
  readonly pid?: number;
  readonly address?: ServerAddress;
}

/** Tells where the server of `folder` is, which this process is, until the function it returns is called. Throws what writing throws. */
export function tellAddress(folder: string, address: ServerAddress): () => void {
  const file = fileOf(folder);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, address }), { mode: 0o600 });
  renameSync(draft, file);
  return () => rmSync(file, { force: true });
}

/** Finds the server of `folder`; undefined when none has it. Changes nothing. Throws when the lock cannot be read. */
export function findFolderServer(folder: string): FolderServer | undefined {
  const owner = findServerOf(folder);
  if (!owner) return undefined;
  const told = readTold(fileOf(folder));
  // What a server before has left there says nothing of this one.
  return told && told.pid === owner.pid ? { ...owner, address: told.address } : owner;
}

const fileOf = (folder: string): string => join(folder, 'agent-runtimes.address');

function readTold(file: string): z.output<typeof Told> | undefined {
  try {
    return Told.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined; // it is not there, or not whole
  }
}
