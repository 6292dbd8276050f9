/** A new id: 128 random bits in hexadecimal. Also for pages that came over plain HTTP, which have no `crypto.randomUUID`. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
