/** Posts to addresses that callers give, and to none inside the network of this server. */
import { lookup } from 'node:dns';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { request as requestHttp } from '../node-http.ts';

/** A post to make. */
export interface Webhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the deadline has passed. */
  readonly signal: AbortSignal;
}

/** Why nothing is posted to `url`, in one sentence; undefined when it may be. `allowedHosts` are let through whatever they are. */
export function findWebhookProblem(url: string, allowedHosts: readonly string[]): string | undefined {
  const target = URL.parse(url);
  if (!target) return 'is not a URL';
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return 'must be http or https';
  if (target.username || target.password) return 'must hold no user name and no password';
  const name = toName(target);
  if (isAllowed(name, allowedHosts)) return undefined;
  const isInside = name === 'localhost' || name.endsWith('.localhost') || (isIP(name) !== 0 && isPrivate(name));
  return isInside ? `is inside the network of this server; --webhook-host ${name} allows it` : undefined;
}

/**
 * The status that the post is answered with. A name is looked up once and what it leads to is checked then, so that it cannot lead
 * elsewhere between check and use; a redirect is an answer like any other and is not followed.
 */
export function postWebhook({ url, headers, body, signal }: Webhook, allowedHosts: readonly string[]): Promise<number> {
  const problem = findWebhookProblem(url, allowedHosts);
  if (problem) return Promise.reject(new Error(`The address ${problem}`));
  const target = new URL(url);
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
        agent: false,
        ...(!isAllowed(toName(target), allowedHosts) && { lookup: lookupOutside }),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const toName = ({ hostname }: URL) =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
const isAllowed = (name: string, allowedHosts: readonly string[]) =>
  allowedHosts.some((allowed) => allowed.toLowerCase() === name);

const lookupOutside: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const inside = addresses.find(({ address }) => isPrivate(address));
    const [first] = addresses;
    if (inside || !first) return callback(new Error(`${hostname} leads inside the network of this server`), '');
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

const isPrivate = (address: string) =>
  isIP(address) === 6 ? NOT_PUBLIC_6.check(address, 'ipv6') : NOT_PUBLIC_4.check(address);

// The special-purpose registries of IANA: everything that is not a public host. Addresses that embed an IPv4 address are among them.
// Two lists, because one would take every IPv4 address for the IPv6 address that embeds it.
const NOT_PUBLIC_4 = new BlockList();
const NOT_PUBLIC_6 = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC_4.addSubnet(address, prefix);
}
for (const [address, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  NOT_PUBLIC_6.addSubnet(address, prefix, 'ipv6');
}
