import type { IncomingHttpHeaders } from 'node:http';

/** Makes one of a Content-Type that stands there twice, joined by a comma: a client has set it, and who uses the client has set the same. */
export function joinRepeatedType(headers: IncomingHttpHeaders): void {
  const type = headers['content-type'];
  if (!type?.includes(',')) return;
  const [first, ...others] = new Set(type.split(',').map((each) => each.trim().toLowerCase()));
  if (first !== undefined && !others.length) headers['content-type'] = first;
}
