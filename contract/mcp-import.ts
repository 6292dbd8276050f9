import { z } from 'zod';

/** The text of a config file whose servers are to be added. */
export const ImportMcpServers = z
  .object({
    text: z
      .string()
      .min(1)
      .max(1_000_000)
      .meta({ description: 'The whole file: JSON, in which comments and trailing commas may stand' }),
    dry_run: z
      .boolean()
      .optional()
      .meta({ description: 'true: nothing is added, the answer says what would become of each entry; absent: false' }),
  })
  .meta({ id: 'ImportMcpServers' });

const ImportedMcpServer = z
  .object({
    id: z.string().meta({ description: 'Its name in the file, with `-` for what no id may hold' }),
    status: z.enum(['created', 'exists', 'refused']).meta({
      description:
        'exists: there is a custom server of this id, or one of the config file, which was left as it is; refused: `detail` says why',
    }),
    detail: z.string().nullable().meta({ description: 'What is to be known of it, in sentences; null: nothing' }),
    needs: z
      .array(z.string())
      .meta({ description: 'The variables that are not set and without which it does not start' }),
  })
  .meta({ id: 'ImportedMcpServer' });

/** What became of the entries of a config file. */
export const McpServersImport = z
  .object({
    servers: z
      .array(ImportedMcpServer)
      .meta({ description: 'Each entry of the file, those of which nothing can be read last' }),
    notes: z.array(z.string()).meta({ description: 'What is odd about the file beside its entries' }),
  })
  .meta({ id: 'McpServersImport' });
