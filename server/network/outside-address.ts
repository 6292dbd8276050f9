/** Addresses that callers name: nothing inside the network of this server is reached for them, unless its operator allows the host. */
import type { LookupFunction } from 'node:net';
import { classifyHost, createLookup, type Resolve, toHostName } from './outgoing-address.ts';

/** Which addresses of callers are let through. */
export interface OutsidePolicy {
  /** Hosts that are let through wherever they lead. */
  readonly allowedHosts: readonly string[];
  /** The option of the command that allows a host, such as `--webhook-host`. */
  readonly option: string;
}

/** What is wrong with an address, in one sentence without its subject; undefined when nothing is. It may still turn out when it is dialled. */
export function findOutsideProblem(url: string, { allowedHosts, option }: OutsidePolicy): string | undefined {
  const target = URL.parse(url);
  if (!target) return 'is not a URL';
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return 'must be http or https';
  if (target.username || target.password) return 'must hold no user name and no password';
  const name = toHostName(target);
  if (isAllowedHost(target, allowedHosts)) return undefined;
  const isInside = !['public', undefined].includes(classifyHost(target));
  return isInside ? `is inside the network of this server; ${option} ${name} allows it` : undefined;
}

/** Whether the operator allows the host of an address by its name. */
export const isAllowedHost = (url: URL, allowedHosts: readonly string[]): boolean =>
  allowedHosts.some((allowed) => allowed.toLowerCase() === toHostName(url));

/** The look-up for an address in which {@link findOutsideProblem} found nothing; `resolve` stands in for that of the system. */
export const lookupFor = (
  url: URL,
  { allowedHosts }: Pick<OutsidePolicy, 'allowedHosts'>,
  resolve?: Resolve,
): { readonly lookup?: LookupFunction } =>
  isAllowedHost(url, allowedHosts) ? {} : { lookup: createLookup((kind) => kind === 'public', resolve) };
