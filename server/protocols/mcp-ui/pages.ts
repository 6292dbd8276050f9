import express, { type RequestHandler, type Response } from 'express';
import { ApiError, toApiError } from '../../call/errors.ts';
import { methodNotAllowed } from '../../call/method-not-allowed.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { McpUiParts } from './handlers.ts';
import { openPage } from './page-tools.ts';
import { type Page, toPolicy } from './policy.ts';

interface PagesOptions extends Pick<McpUiParts, 'agents' | 'pageTools' | 'tickets'> {
  /** The origins beside this server's own that may show pages in a frame. */
  readonly frameAncestors: readonly string[];
}

/** Serves the pages of tools below `/api/v1/mcp-ui`: each in an origin of its own, under its own policy. */
export function createMcpUiPages({ agents, pageTools, frameAncestors }: PagesOptions): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.all('/:agentId/resource', async (request, response) => {
    checkMethod(request.method);
    const { agentId = '' } = request.params;
    agents.get(agentId);
    const { uri } = request.query;
    if (typeof uri !== 'string' || uri === '') throw invalidField('uri', 'is required');
    const signal = untilClosed(response);
    const page = await openPage(pageTools, { agentId, uri }, signal);
    sendPage(response, await page.readPage(uri, signal), frameAncestors);
  });
  return router;
}

/** Serves the page that a ticket is good for, to whoever brings the ticket; why there is none is a page, too, for those who read pages. */
export function createTicketPages({ agents, pageTools, tickets, frameAncestors }: PagesOptions): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  const read = async (ticket: unknown, signal: AbortSignal): Promise<Page> => {
    const wanted = typeof ticket === 'string' ? await tickets.take(ticket) : undefined;
    if (!wanted) throw new ApiError('page-ticket-gone', GONE);
    agents.get(wanted.agentId);
    return (await openPage(pageTools, wanted, signal)).readPage(wanted.uri, signal);
  };
  router.all('/', async (request, response) => {
    checkMethod(request.method, 'GET');
    try {
      sendPage(response, await read(request.query.ticket, untilClosed(response)), frameAncestors);
    } catch (cause) {
      if (request.accepts(['json', 'html']) !== 'html') throw cause;
      // A frame shows it to a person; the policy of other errors lets no frame show them.
      const { status, message } = toApiError(cause);
      sendPage(response.status(status), toErrorPage(message), frameAncestors);
    }
  });
  return router;
}

const GONE = 'This page was shown before, or its address has expired: ask for it again';

function toErrorPage(message: string): Page {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const html = `<!DOCTYPE html><html lang="en"><title>No page</title><p>${text}.</p></html>`;
  return { uri: '', mimeType: 'text/html', text: html };
}

function checkMethod(method: string, allowed = 'GET, HEAD'): void {
  if (!allowed.split(', ').includes(method)) throw methodNotAllowed(method, allowed);
}

function untilClosed(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function sendPage(response: Response, page: Page, frameAncestors: readonly string[]): void {
  // The policy says who may show the page in a frame.
  response.removeHeader('x-frame-options');
  response.set({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': toPolicy(page, frameAncestors),
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cache-control': 'no-store',
  });
  response.send(page.text);
}
