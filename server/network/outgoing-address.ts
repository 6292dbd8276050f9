/** Where the connections that this server opens may lead: what an address is, and a look-up that refuses it when it is dialled. */
import { type LookupAddress, type LookupAllOptions, lookup as lookUp } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/**
 * Who answers at an address: this machine, a neighbour, or the internet. `link-local` is what no connection may ever lead to: besides
 * link-local addresses, those where clouds answer with credentials, multicast, "any address", and IPv6 addresses that hide an IPv4 one.
 */
export type AddressKind = 'loopback' | 'link-local' | 'private' | 'public';

/** A look-up that answers with all addresses of a name, for {@link createLookup}. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The host of a URL as names are compared: lower case, no brackets, no last dot. */
export const toHostName = ({ hostname }: URL): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

/** The kind of the host of a URL. Undefined for a name: {@link createLookup} finds out when it is dialled. */
export function classifyHost(url: URL): AddressKind | undefined {
  // The URL parser has written 0xA9FEA9FE, 2852039166 and 169.254.43518 as 169.254.169.254.
  const name = toHostName(url);
  if (isIP(name)) return classifyAddress(name);
  if (METADATA_NAMES.has(name)) return 'link-local';
  return name === 'localhost' || name.endsWith('.localhost') ? 'loopback' : undefined;
}

/** The kind of an IP address; one behind NAT64 is of the kind of its IPv4 address. */
export function classifyAddress(address: string): AddressKind {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const [plain = ''] = address.split('%');
  return KINDS.find((kind) => kind[family].check(plain, family))?.kind ?? 'public';
}

/**
 * The `lookup` of a connection: all addresses of a name must be of a kind that `isAllowed`, and what was checked is what is dialled, so
 * a name cannot lead elsewhere between check and use. Node looks nothing up for an IP address: check it with {@link classifyHost}.
 */
export function createLookup(isAllowed: (kind: AddressKind) => boolean, resolve: Resolve = lookUp): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      const refused = addresses.map(({ address }) => classifyAddress(address)).find((kind) => !isAllowed(kind));
      if (refused || !first) callback(new AddressNotAllowedError(hostname, refused), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Whether an address that an operator has configured may be of this kind: a neighbour, too, but nothing `link-local`. */
export const isReachable = (kind: AddressKind | undefined): boolean => kind !== 'link-local';

/** The {@link createLookup} for addresses that an operator has configured. */
export const lookupReachable: LookupFunction = createLookup(isReachable);

/** A host that is not connected to; the message names it, and nothing else of its URL. */
export class AddressNotAllowedError extends Error {
  readonly code = 'EADDRNOTALLOWED';

  constructor(host: string, kind: AddressKind | undefined) {
    const place = kind === 'link-local' ? 'to a link-local or metadata address' : 'inside the network of this server';
    super(`${host} leads ${kind ? place : 'nowhere'}`);
  }
}

const METADATA_NAMES = new Set(['metadata', 'metadata.google.internal', 'instance-data', 'instance-data.ec2.internal']);
const NAT64 = ['64:ff9b::', '64:ff9b:1::'];

// The first kind that fits counts. From the special-purpose registries of IANA, and from what clouds document of their metadata services.
const KINDS = [
  defineKind('loopback', ['127.0.0.0/8'], ['::1/128']),
  defineKind(
    'link-local',
    ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32'],
    ['fe80::/10', 'ff00::/8', 'fd00:ec2::254/128', '::/96', '::ffff:0:0/96', '2001::/32', '2002::/16'],
  ),
  defineKind(
    'private',
    [
      ...['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16'],
      ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4'],
    ],
    ['64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', 'fc00::/7', 'fec0::/10'],
  ),
];

// A list for each family, because one would take every IPv4 address for the IPv6 address that embeds it.
function defineKind(kind: AddressKind, subnets4: readonly string[], subnets6: readonly string[]) {
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const [net, bits] of subnets4.map(toSubnet)) {
    ipv4.addSubnet(net, bits);
    for (const prefix of NAT64) ipv6.addSubnet(prefix + net, 96 + bits, 'ipv6');
  }
  for (const [net, bits] of subnets6.map(toSubnet)) ipv6.addSubnet(net, bits, 'ipv6');
  return { kind, ipv4, ipv6 };
}

function toSubnet(text: string): [net: string, bits: number] {
  const [net = '', bits] = text.split('/');
  return [net, Number(bits)];
}
