/** An id that no other has. `crypto.randomUUID` is not there for pages that came over plain HTTP; this is. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
