/** Writes the Content-Security-Policy of pages from MCP servers. */

/** A page as its MCP server sends it. */
export interface Page {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
  readonly _meta?: Record<string, unknown>;
}

/** The most hosts of one kind that a page may declare. */
const MAX_DOMAINS = 32;

/**
 * The Content-Security-Policy of a page. It runs in an opaque origin with the scripts and styles it holds, and reaches only the hosts that
 * it declares in `_meta.ui.csp`. `frameAncestors` are the origins that may show it.
 */
export function toPolicy({ _meta }: Page, frameAncestors: readonly string[]): string {
  const { csp } = asRecord(_meta?.ui);
  const { resourceDomains, connectDomains, frameDomains } = asRecord(csp);
  const resources = toSources(resourceDomains, /^https:$/);
  const connections = toSources(connectDomains, /^(?:https|wss):$/);
  const frames = toSources(frameDomains, /^https:$/);
  return [
    "default-src 'none'",
    ['script-src', "'unsafe-inline'", 'blob:', ...resources].join(' '),
    ['style-src', "'unsafe-inline'", ...resources].join(' '),
    ['img-src', 'data:', 'blob:', ...resources].join(' '),
    ['font-src', 'data:', ...resources].join(' '),
    ['media-src', 'data:', 'blob:', ...resources].join(' '),
    ['worker-src', 'blob:'].join(' '),
    ['connect-src', ...(connections.length ? connections : ["'none'"])].join(' '),
    ['frame-src', ...(frames.length ? frames : ["'none'"])].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    ['frame-ancestors', "'self'", ...frameAncestors].join(' '),
    'sandbox allow-scripts',
  ].join('; ');
}

/** The declared hosts that are well-formed: other text could end the directive and begin another. */
function toSources(declared: unknown, protocol: RegExp): string[] {
  if (!Array.isArray(declared)) return [];
  const domains = declared.filter((domain): domain is string => typeof domain === 'string').slice(0, MAX_DOMAINS);
  return domains.filter((domain) => {
    const [, scheme = '', host] =
      /^([a-z]+:)\/\/((?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)\/?$/i.exec(domain) ?? [];
    return host !== undefined && protocol.test(scheme.toLowerCase());
  });
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
