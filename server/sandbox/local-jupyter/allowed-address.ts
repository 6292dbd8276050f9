import { type LookupAddress, lookup as resolveName } from 'node:dns';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';

// Where clouds answer with credentials (169.254.169.254 and its kin), and addresses that stand for other addresses.
const forbidden = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
] as const) {
  forbidden.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
  ['fd00:ec2::254', 128],
] as const) {
  forbidden.addSubnet(net, bits, 'ipv6');
}

/** Whether a sandbox must never connect to this IP address: link-local, cloud metadata, or another address in disguise. */
export function isForbiddenAddress(address: string): boolean {
  if (!isIPv6(address)) return forbidden.check(address, 'ipv4');
  return address.toLowerCase().startsWith('::ffff:') || forbidden.check(address, 'ipv6');
}

/** Resolves a name for a connection and refuses it when any of its addresses is forbidden, so that a name cannot change its mind later. */
export const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const first = addresses?.[0];
    if (error) callback(error, '', 0);
    else if (!first || addresses.some(({ address }) => isForbiddenAddress(address))) {
      callback(Object.assign(new Error(`${hostname} is not an allowed address`), { code: 'EADDRNOTALLOWED' }), '', 0);
    } else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
