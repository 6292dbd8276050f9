import { ApiError } from '../call/errors.ts';
import type { Tenant } from '../sandbox/tenant.ts';
import { ownProxyUrl, readProxyUrl, toOwnUrl } from './proxy-address.ts';
import { createProxyTokens, readProxyToken } from './proxy-tokens.ts';

interface ProxyAccessOptions {
  /** The hosts under which this server is known, beside those of its own machine. */
  readonly ownNames: readonly string[];
  /** Where kernels call tools as the operator says it; absent: this server. Throws a 422 when it cannot be used. */
  readonly operatorUrl: string | undefined;
}

/** Where kernels call tools, and the tokens by which this server knows whose kernel calls. */
export class ProxyAccess {
  readonly #ownNames: readonly string[];
  readonly #operatorUrl: string | undefined;
  readonly #tokens = createProxyTokens();
  #serverUrl: string | undefined;
  #chosen: string | undefined;

  constructor({ ownNames, operatorUrl }: ProxyAccessOptions) {
    this.#ownNames = ownNames;
    this.#operatorUrl = this.check(operatorUrl);
    this.#chosen = this.#operatorUrl;
  }

  /** Says where this server listens: kernels call tools there unless somebody chooses another address. */
  listensAt(serverUrl: string): void {
    this.#serverUrl = serverUrl;
  }

  /** Reads an address for {@link ProxyAccess.use}; undefined stays undefined, which is this server. Throws a 422. */
  check(url: string | undefined): string | undefined {
    return url === undefined ? undefined : readProxyUrl(url);
  }

  /** Chooses where kernels call tools from their next execution on. Returns the address. */
  use(url: string | undefined): string | undefined {
    this.#chosen = url;
    return this.#url;
  }

  /** The environment variables by which a kernel finds the proxy, with a token when the proxy is this server. */
  admit(tenant: Tenant): Readonly<Record<string, string>> | undefined {
    const url = this.#url;
    if (url === undefined) return undefined;
    const ownUrl = this.#toOwn(url);
    if (ownUrl === undefined) this.revoke(tenant);
    return {
      AGENT_RUNTIMES_MCP_PROXY_URL: ownUrl ?? url,
      AGENT_RUNTIMES_MCP_PROXY_TOKEN: ownUrl === undefined ? '' : this.#tokens.issue(tenant),
    };
  }

  /** Makes the token of a kernel worth nothing. */
  revoke(tenant: Tenant): void {
    this.#tokens.revoke(tenant);
  }

  /** Whose kernel sends this `Authorization`; undefined for any other sender. */
  findCaller(authorization: unknown): Tenant | undefined {
    const token = readProxyToken(authorization);
    return token === undefined ? undefined : this.#tokens.tenantOf(token);
  }

  /** As {@link ProxyAccess.findCaller}, but throws when a kernel's token is worth nothing any more. */
  callerOf(authorization: unknown): Tenant | undefined {
    const tenant = this.findCaller(authorization);
    if (tenant !== undefined || readProxyToken(authorization) === undefined) return tenant;
    throw new ApiError('unauthorized', 'The token of this sandbox is not valid any more', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }

  get #url(): string | undefined {
    if (this.#chosen !== undefined || this.#serverUrl === undefined) return this.#chosen;
    return ownProxyUrl(this.#serverUrl);
  }

  #toOwn(url: string): string | undefined {
    const serverUrl = this.#serverUrl;
    if (serverUrl === undefined) return undefined;
    return toOwnUrl(url, { serverUrl, names: this.#ownNames, operatorUrl: this.#operatorUrl });
  }
}
