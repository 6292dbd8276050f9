import express, { type RequestHandler, type Response } from 'express';
import { ApiError } from '../../call/errors.ts';
import { methodNotAllowed } from '../../call/method-not-allowed.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { McpUiParts } from './handlers.ts';
import { findPage } from './page-tools.ts';
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
    const page = await findPage(pageTools(agentId), { uri }).readPage(uri, untilClosed(response));
    sendPage(response, page, frameAncestors);
  });
  return router;
}

/** Serves the page that a ticket is good for, to whoever brings the ticket. */
export function createTicketPages({ agents, pageTools, tickets, frameAncestors }: PagesOptions): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.all('/', async (request, response) => {
    checkMethod(request.method, 'GET');
    const { ticket } = request.query;
    const wanted = typeof ticket === 'string' ? tickets.take(ticket) : undefined;
    if (!wanted) {
      const gone = new ApiError(
        'page-ticket-gone',
        'This page was shown before, or its address has expired: ask for it again',
      );
      // A frame shows it to a person.
      if (request.accepts(['json', 'html']) !== 'html') throw gone;
      const text = `<!DOCTYPE html><html lang="en"><title>No page</title><p>${gone.message}.</p></html>`;
      return sendPage(response.status(gone.status), { uri: '', mimeType: 'text/html', text }, frameAncestors);
    }
    agents.get(wanted.agentId);
    const page = await findPage(pageTools(wanted.agentId), wanted).readPage(wanted.uri, untilClosed(response));
    sendPage(response, page, frameAncestors);
  });
  return router;
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
