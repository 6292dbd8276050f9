import { ApiError } from '../call/errors.ts';
import { ownProxyAddress, type ProxyAddress, readProxyAddress } from './proxy-address.ts';
import { createProxyTokens, readProxyToken } from './proxy-tokens.ts';

/** Where kernels call tools, and the tokens by which this server knows whose kernel calls. */
export class ProxyAccess {
  readonly #ownNames: readonly string[];
  readonly #tokens = createProxyTokens();
  #own: ProxyAddress | undefined;
  #chosen: ProxyAddress | undefined;

  /** `ownNames` are the hosts under which this server is known, beside those of its own machine. */
  constructor(ownNames: readonly string[]) {
    this.#ownNames = ownNames;
  }

  /** Says where this server listens: kernels call tools there unless somebody chooses another address. */
  listensAt(serverUrl: string): void {
    this.#own = ownProxyAddress(serverUrl);
  }

  /** Reads an address for {@link ProxyAccess.use}; undefined stays undefined, which is this server. Throws a 422. */
  check(url: string | undefined): ProxyAddress | undefined {
    return url === undefined ? undefined : readProxyAddress(url, this.#ownNames);
  }

  /** Chooses where kernels call tools from their next execution on. Returns the address. */
  use(address: ProxyAddress | undefined): string | undefined {
    this.#chosen = address;
    return this.#address?.url;
  }

  /** The environment variables by which the agent's kernel finds the proxy, with a token when the proxy is this server. */
  admit(agentId: string): Readonly<Record<string, string>> | undefined {
    const address = this.#address;
    if (!address?.isOwn) this.revoke(agentId);
    return (
      address && {
        AGENT_RUNTIMES_MCP_PROXY_URL: address.url,
        AGENT_RUNTIMES_MCP_PROXY_TOKEN: address.isOwn ? this.#tokens.issue(agentId) : '',
      }
    );
  }

  /** Makes the token of the agent's kernel worth nothing. */
  revoke(agentId: string): void {
    this.#tokens.revoke(agentId);
  }

  /** The agent whose kernel sends this `Authorization`; undefined for any other sender. */
  findCaller(authorization: unknown): string | undefined {
    const token = readProxyToken(authorization);
    return token === undefined ? undefined : this.#tokens.agentOf(token);
  }

  /** As {@link ProxyAccess.findCaller}, but throws when a kernel's token is worth nothing any more. */
  callerOf(authorization: unknown): string | undefined {
    const agentId = this.findCaller(authorization);
    if (agentId !== undefined || readProxyToken(authorization) === undefined) return agentId;
    throw new ApiError('unauthorized', 'The token of this sandbox is not valid any more', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }

  get #address(): ProxyAddress | undefined {
    return this.#chosen ?? this.#own;
  }
}
