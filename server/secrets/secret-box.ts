import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';

/**
 * Seals secrets, so that they can be stored where others look. Each is sealed for a purpose, a text that says what it is of, such as
 * `push-token:<task>:<id>`, and opens for no other: a sealed text that was moved to another row is worth nothing there. Where parts of a
 * purpose may hold its separators, write it as a JSON array.
 */
export interface SecretBox {
  /** The text sealed with the first key; another text at each call. */
  seal(text: string, purpose: string): string;
  /** What was sealed for this purpose; undefined when none of the keys opens it, or when it was changed. */
  open(sealed: string, purpose: string): string | undefined;
  /** Whether it names the first key; what does not is to be sealed anew. */
  isCurrent(sealed: string): boolean;
}

const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 6;

interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * A box with these keys, of 32 bytes each: the first seals, every one opens. A sealed text is `v1.<id of its key>.<nonce, ciphertext and tag>`,
 * the last in base64url.
 */
export function createSecretBox([first, ...others]: readonly Buffer[]): SecretBox {
  if (!first) throw new Error('A secret box needs a key');
  const current = toNamedKey(first);
  const keys = [current, ...others.map(toNamedKey)];
  return {
    seal(text, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, current.key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(toAdditionalData(current.id, purpose));
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, purpose) {
      const { id, bytes } = readSealed(sealed) ?? {};
      const key = keys.find((known) => known.id === id);
      return key && bytes && decipher(key, bytes, purpose);
    },
    isCurrent: (sealed) => readSealed(sealed)?.id === current.id,
  };
}

/** The id of a key is told with what it has sealed. It is a part of its digest, which gives nothing of the key away. */
function toNamedKey(key: Buffer): NamedKey {
  return { id: hash('sha256', key, 'buffer').toString('hex', 0, KEY_ID_BYTES), key: createSecretKey(key) };
}

/** The parts of a sealed text; undefined when it has another form. */
function readSealed(sealed: string): { readonly id: string; readonly bytes: Buffer } | undefined {
  const [, id, text] = /^v1\.([\da-f]{12})\.([\w-]+)$/.exec(sealed) ?? [];
  if (id === undefined || text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // Node also reads bytes from a text that it would write otherwise.
  const isWhole = bytes.length >= NONCE_BYTES + TAG_BYTES && bytes.toString('base64url') === text;
  return isWhole ? { id, bytes } : undefined;
}

function decipher({ id, key }: NamedKey, bytes: Buffer, purpose: string): string | undefined {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(toAdditionalData(id, purpose));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    // It was changed, or sealed for another purpose.
    return undefined;
  }
}

/** What a sealed text is bound to, beside its key. */
const toAdditionalData = (id: string, purpose: string) => Buffer.from(`${VERSION}.${id}.${purpose}`);
