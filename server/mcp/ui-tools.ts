import { ApiError } from '../call/errors.ts';
import type { RunningServers, ServerReference } from './servers/running-servers.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';
import { toToolName } from './tool-names.ts';
import { PAGE_TYPE } from './wire/mcp-client.ts';
import type { Tool } from './wire/mcp-sdk.ts';

const MAX_PAGE_CHARACTERS = 8 * 1024 * 1024;

/** A tool that brings a page with it, by the extension of MCP for user interfaces. */
export interface UiTool {
  readonly server: SupervisedServer;
  readonly tool: Tool;
  /** The name by which a model calls it. */
  readonly name: string;
  readonly resourceUri: string;
}

/** A page as its server holds it. */
export interface UiPage {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
  readonly _meta?: Record<string, unknown>;
}

/** The tools with a page of those selected servers that run. */
export function listUiTools(servers: RunningServers, selection: readonly ServerReference[]): UiTool[] {
  const names = new Map<string, true>();
  return servers.findAll(selection).flatMap((server) =>
    server.tools.flatMap((tool) => {
      const name = toToolName(server.definition.id, tool.name, names);
      names.set(name, true);
      const resourceUri = resourceUriOf(tool);
      return resourceUri === undefined ? [] : [{ server, tool, name, resourceUri }];
    }),
  );
}

/** Whether the pages of its server may call a tool: they may unless it says otherwise. */
export function isForPages({ _meta }: Tool): boolean {
  const { visibility } = asRecord(_meta?.ui);
  return !Array.isArray(visibility) || visibility.includes('app');
}

/** Reads a page. Throws when the server has none of this URI, or has something else there. */
export async function readPage(server: SupervisedServer, uri: string, signal?: AbortSignal): Promise<UiPage> {
  const { contents } = await server.readResource(uri, { signal });
  const content = contents.find((one) => one.uri === uri) ?? contents[0];
  if (!content) throw new ApiError('ui-resource-not-found', `No page: ${uri}`);
  const text = 'text' in content ? content.text : Buffer.from(content.blob, 'base64').toString('utf8');
  const mimeType = content.mimeType ?? PAGE_TYPE;
  if (!/^text\/html(?:;|$)/i.test(mimeType))
    throw new ApiError('ui-resource-not-found', `${uri} is ${mimeType}, no page`);
  if (text.length > MAX_PAGE_CHARACTERS) throw new ApiError('mcp-server-failed', `The page ${uri} is too long`);
  return { uri, mimeType, text, ...(content._meta && { _meta: content._meta }) };
}

/** Where the page of a tool is, if it has one. Servers of the extension's first version write `ui/resourceUri`. */
export function resourceUriOf({ _meta }: Tool): string | undefined {
  const uri = asRecord(_meta?.ui).resourceUri ?? _meta?.['ui/resourceUri'];
  return typeof uri === 'string' && uri.startsWith('ui://') ? uri : undefined;
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
