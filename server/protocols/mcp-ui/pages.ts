import express, { type RequestHandler } from 'express';
import { methodNotAllowed } from '../../call/method-not-allowed.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { McpUiParts } from './handlers.ts';
import { findPage } from './page-tools.ts';
import { toPolicy } from './policy.ts';

interface PagesOptions extends Pick<McpUiParts, 'agents' | 'pageTools'> {
  /** The origins beside this server's own that may show pages in a frame. */
  readonly frameAncestors: readonly string[];
}

/** Serves the pages of tools below `/api/v1/mcp-ui`: each in an origin of its own, under its own policy. */
export function createMcpUiPages({ agents, pageTools, frameAncestors }: PagesOptions): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.all('/:agentId/resource', async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw methodNotAllowed(request.method, 'GET, HEAD');
    }
    const { agentId = '' } = request.params;
    agents.get(agentId);
    const { uri } = request.query;
    if (typeof uri !== 'string' || uri === '') throw invalidField('uri', 'is required');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const page = await findPage(pageTools(agentId), uri).readPage(uri, gone.signal);
    // The policy says who may show the page in a frame.
    response.removeHeader('x-frame-options');
    response.set({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': toPolicy(page, frameAncestors),
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cache-control': 'no-store',
    });
    response.send(page.text);
  });
  return router;
}
