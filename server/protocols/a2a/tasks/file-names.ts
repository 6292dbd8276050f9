import { isAddress } from '../../../call/data-url.ts';

/** Endings that are not the second half of their type. */
const ENDINGS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/markdown': 'md',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'audio/mpeg': 'mp3',
};

/** A name to keep a file by, the number `number` of an answer: models name none. One at an address has the name that it has there. */
export function toFileName({ mediaType, data }: { mediaType: string; data: string }, number: number): string {
  const last = isAddress(data) ? URL.parse(data)?.pathname.split('/').at(-1) : undefined;
  if (last !== undefined && /^[\w-][\w.-]*\.\w+$/.test(last)) return last;
  const [, half = ''] = mediaType.split('/');
  const ending = ENDINGS[mediaType] ?? (/^[a-z\d]{1,8}$/.test(half) ? half : 'bin');
  return `output${number === 1 ? '' : `-${number}`}.${ending}`;
}
