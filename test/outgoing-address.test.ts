import { describe, expect, test } from 'vitest';
import { classifyHost, createLookup, isReachable, type Resolve } from '../server/network/outgoing-address.ts';

const resolvesTo =
  (...addresses: string[]): Resolve =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

function lookUp(resolve: Resolve, isAllowed = isReachable): Promise<unknown> {
  const { promise, resolve: answer } = Promise.withResolvers<unknown>();
  createLookup(isAllowed, resolve)('name.example', { all: true }, (error, addresses) => answer(error ?? addresses));
  return promise;
}

describe('the host of a URL', () => {
  test.each([
    '169.254.169.254',
    '169.254.169.254.',
    '169.254.170.2',
    '2852039166',
    '0xA9FEA9FE',
    '0251.0376.0251.0376',
    '169.254.43518',
    '0.0.0.0',
    '224.0.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '[::]',
    '[::169.254.169.254]',
    '[::ffff:169.254.169.254]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:FFFF:A9FE:A9FE]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '[2001::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    'metadata',
    'METADATA.google.internal.',
    'instance-data.ec2.internal',
  ])('%s is link-local', (host) => {
    expect(classifyHost(new URL(`http://${host}:80/`))).toBe('link-local');
  });

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.1', 'loopback'],
    ['[::1]', 'loopback'],
    ['LOCALHOST.', 'loopback'],
    ['a.localhost', 'loopback'],
    ['10.0.0.7', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.2', 'private'],
    ['100.64.0.1', 'private'],
    ['255.255.255.255', 'private'],
    ['[fd00:ec2::253]', 'private'],
    ['[64:ff9b::10.0.0.7]', 'private'],
    ['[64:ff9b::8.8.8.8]', 'public'],
    ['8.8.8.8', 'public'],
    ['[2606:4700::1111]', 'public'],
    ['metadata.example', undefined],
    ['169.254.169.254.example', undefined],
  ])('%s is %s', (host, kind) => {
    expect(classifyHost(new URL(`http://${host}/`))).toBe(kind);
  });
});

describe('a name that is dialled', () => {
  test.each([
    '169.254.169.254',
    'fe80::1%eth0',
    '::ffff:169.254.169.254',
    '::ffff:10.0.0.7',
    'fd00:ec2::254',
    '0.0.0.0',
  ])('leads nowhere when one of its addresses is %s', async (address) => {
    expect(await lookUp(resolvesTo('8.8.8.8', address))).toMatchObject({
      code: 'EADDRNOTALLOWED',
      message: 'name.example leads to a link-local or metadata address',
    });
  });

  test('may be a neighbour only where neighbours are allowed', async () => {
    const neighbour = resolvesTo('10.0.0.7');
    expect(await lookUp(neighbour)).toEqual([{ address: '10.0.0.7', family: 4 }]);
    expect(await lookUp(neighbour, (kind) => kind === 'public')).toMatchObject({
      message: 'name.example leads inside the network of this server',
    });
  });

  test('is refused when it leads nowhere', async () => {
    expect(await lookUp(resolvesTo())).toMatchObject({ message: 'name.example leads nowhere' });
  });
});
