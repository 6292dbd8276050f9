import { hash, randomBytes } from 'node:crypto';
import { keyOfTenant, type Tenant } from '../sandbox/tenant.ts';

/** How long a token is handed out, and how long it is accepted: an execution that got one at the last moment can still end with it. */
const HANDED_OUT_MS = 15 * 60_000;
const ACCEPTED_MS = 30 * 60_000;
const PREFIX = 'arp_';

/** The tokens with which kernels call tools: one for each interpreter, worth nothing anywhere else and not for long. */
export interface ProxyTokens {
  /** The token of an interpreter; a new one when it has none, or an old one. */
  issue(tenant: Tenant): string;
  revoke(tenant: Tenant): void;
  /** For whom the interpreter runs that a token belongs to. */
  tenantOf(token: string): Tenant | undefined;
}

/** A token, as it is held. */
interface Issued {
  readonly tenant: Tenant;
  readonly issuedAt: number;
}

/** The token in an `Authorization` header, if it looks like one of these, be it good or not. */
export const readProxyToken = (authorization: unknown): string | undefined =>
  typeof authorization === 'string' ? /^bearer +(arp_\S+) *$/i.exec(authorization)?.[1] : undefined;

/** Keeps tokens by their digests, so that a look-up tells nobody how nearly a guess was right. */
export function createProxyTokens(now: () => number = () => performance.now()): ProxyTokens {
  const held = new Map<string, Issued>();
  const newest = new Map<string, { readonly token: string; readonly issuedAt: number }>();
  const forget = (isOver: (entry: Issued) => boolean) => {
    for (const [digest, entry] of held) if (isOver(entry)) held.delete(digest);
  };
  return {
    issue(tenant) {
      const issuedAt = now();
      forget((entry) => issuedAt - entry.issuedAt > ACCEPTED_MS);
      const key = keyOfTenant(tenant);
      const known = newest.get(key);
      if (known && issuedAt - known.issuedAt < HANDED_OUT_MS) return known.token;
      const token = PREFIX + randomBytes(32).toString('base64url');
      newest.set(key, { token, issuedAt });
      held.set(hash('sha256', token), { tenant, issuedAt });
      return token;
    },
    revoke(tenant) {
      const key = keyOfTenant(tenant);
      newest.delete(key);
      forget((entry) => keyOfTenant(entry.tenant) === key);
    },
    tenantOf(token) {
      const entry = held.get(hash('sha256', token));
      return entry && now() - entry.issuedAt <= ACCEPTED_MS ? entry.tenant : undefined;
    },
  };
}
