import type { z } from 'zod';
import type { McpServersImport } from '../../../contract/mcp-import.ts';
import { ApiError } from '../../call/errors.ts';
import { type ImportedEntry, readImport } from '../definitions/import-text.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { CustomServers } from './custom-servers.ts';
import type { RunningServers } from './running-servers.ts';

interface ImportParts {
  readonly servers: RunningServers;
  readonly custom: CustomServers;
}

type Outcome = z.output<typeof McpServersImport>['servers'][number];

/** Adds the servers of a config file's text, each as if a caller had added it, or says what would become of them. Throws a 422 when the text is no such file. */
export async function importServers(
  parts: ImportParts,
  { text, isDryRun }: { readonly text: string; readonly isDryRun: boolean },
): Promise<z.output<typeof McpServersImport>> {
  const { entries, notes } = readImport(text);
  const servers: Outcome[] = [];
  for (const entry of entries) servers.push(await importEntry(parts, entry, isDryRun));
  return { servers, notes: [...notes] };
}

async function importEntry(
  { servers, custom }: ImportParts,
  entry: ImportedEntry,
  isDryRun: boolean,
): Promise<Outcome> {
  const { id, fields, notes } = entry;
  const tell = (status: Outcome['status'], details: readonly string[], needs: string[] = []): Outcome => ({
    id,
    status,
    detail: details.length > 0 ? details.join('; ') : null,
    needs,
  });
  if (!fields) return tell('refused', notes);
  // A bare id means the one of the config file: another one would only run beside it.
  if (servers.find({ id, origin: 'config' }))
    return tell('exists', ['The config file has a server of this id', ...notes]);
  try {
    const definition = isDryRun ? custom.check(id, fields) : (await custom.create(id, fields)).definition;
    return tell(
      'created',
      [...notes, ...(custom.storesSecrets ? [] : noteWithheld(definition))],
      servers.missingVariables(definition),
    );
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return tell(cause.code === 'mcp-server-exists' ? 'exists' : 'refused', [cause.message, ...notes]);
  }
}

/** The values that the text held are not stored. */
function noteWithheld({ withheld = {} }: ServerDefinition): string[] {
  const names = Object.keys(withheld).join(', ');
  return names === ''
    ? []
    : [`Values are kept in memory only: set ${names} for it to survive a restart of this server`];
}
