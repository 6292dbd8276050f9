import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSecretBox } from '../server/secrets/secret-box.ts';
import { readSecretKeys } from '../server/secrets/secret-keys.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const old = Buffer.alloc(32, 1);
const young = Buffer.alloc(32, 2);
const PURPOSE = 'custom-server:mine:env:TOKEN';

describe('a sealed secret', () => {
  const box = createSecretBox([old]);

  test.each(['canary-0001', '', 'Grüße 🙂\nline two\0', 'x'.repeat(100_000)])('opens as it was: %#', (text) => {
    const sealed = box.seal(text, PURPOSE);
    expect(box.open(sealed, PURPOSE)).toBe(text);
    expect(sealed).toMatch(/^v1\.[\da-f]{12}\.[\w-]+$/);
  });

  test('holds nothing of its text, and is another one each time', () => {
    const sealed = Array.from({ length: 100 }, () => box.seal('canary-0001', PURPOSE));
    expect(new Set(sealed.map((each) => each.slice(0, 'v1.'.length + 13 + 16))).size).toBe(100);
    for (const each of sealed)
      expect(Buffer.from(each.slice(16), 'base64url').toString('latin1')).not.toMatch(/canary/);
  });

  test('still opens in later versions', () => {
    const sealed = 'v1.72cd6e8422c4.0H6AF5uCEMXCLj836-bMYstjGKS8jdoI2OT0_TpXqEpVlACQH1_i';
    expect(box.open(sealed, PURPOSE)).toBe('canary-0001');
  });

  test('opens for no other purpose', () => {
    const sealed = box.seal('canary-0001', PURPOSE);
    for (const other of ['', 'custom-server:mine:env:TOKE', 'custom-server:other:env:TOKEN', `${PURPOSE} `])
      expect(box.open(sealed, other)).toBeUndefined();
  });

  test('opens no more when any of its characters was changed, added or taken away', () => {
    const sealed = box.seal('canary-001', PURPOSE);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'b' ? 'c' : 'b';
      expect(box.open(sealed.slice(0, at) + other + sealed.slice(at + 1), PURPOSE), `character ${at}`).toBeUndefined();
      expect(box.open(sealed.slice(0, at), PURPOSE), `the first ${at}`).toBeUndefined();
    }
    expect(box.open(`${sealed}A`, PURPOSE)).toBeUndefined();
  });

  test.each(['', 'canary', 'v1..', 'v1.000000000000.AAAA', 'v2.000000000000.AAAA'])('is not %j', (text) => {
    expect([box.open(text, PURPOSE), box.isCurrent(text)]).toEqual([undefined, false]);
  });
});

describe('with a second key', () => {
  const before = createSecretBox([old]);
  const after = createSecretBox([young, old]);

  test('what the old one has sealed opens, and is to be sealed anew', () => {
    const sealed = before.seal('canary-0001', PURPOSE);
    expect([before.isCurrent(sealed), after.isCurrent(sealed)]).toEqual([true, false]);
    expect(after.open(sealed, PURPOSE)).toBe('canary-0001');
  });

  test('the first one seals', () => {
    const sealed = after.seal('canary-0001', PURPOSE);
    expect(after.isCurrent(sealed)).toBe(true);
    expect(createSecretBox([young]).open(sealed, PURPOSE)).toBe('canary-0001');
    expect(before.open(sealed, PURPOSE)).toBeUndefined();
  });
});

describe('a key file', () => {
  const key = randomBytes(32);

  async function read(text: string): Promise<Buffer[]> {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'keys');
    await writeFile(file, text);
    return readSecretKeys(file);
  }

  test('holds one key a line, in base64 or in hex, beside comments', async () => {
    const texts = [
      key.toString('base64'),
      key.toString('base64url'),
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
    ];
    expect(await read(`# the first seals\r\n${texts.join('\n\n')}  \r\n`)).toEqual([key, key, key, key]);
  });

  test.each([
    ['', /^The secret key file \S+keys holds no key$/],
    ['# none\n', /^The secret key file \S+keys holds no key$/],
    [
      key.toString('hex').slice(2),
      /^Key 1 of the secret key file \S+keys has 31 bytes, not 32: make one with openssl rand -base64 32$/,
    ],
    [`${key.toString('base64')}\n${randomBytes(48).toString('base64')}`, /^Key 2 of .* has 48 bytes, not 32: make/],
    ['my secret phrase', /^Key 1 of .* is neither base64 nor hex: make/],
    ['-----BEGIN PRIVATE KEY-----', /^Key 1 of .* is neither base64 nor hex: make/],
  ])('is refused without its contents: %#', async (text, sentence) => {
    const refusal = await read(text).catch((cause: unknown) => cause);
    expect(refusal).toMatchObject({ name: 'CommandError', message: expect.stringMatching(sentence) });
  });

  test('that is not there is refused', () => {
    expect(() => readSecretKeys('/no/such/file')).toThrow('The secret key file /no/such/file cannot be read: ENOENT');
  });
});
