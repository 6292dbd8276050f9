/** What kind of file something is, and which kinds providers take. */

/** A media type with both halves, such as `image/png`. */
const FULL = /^[\w.+-]+\/[\w.+-]+$/;
/** What servers and callers say who do not know. */
const SAYS_NOTHING = ['application/octet-stream', 'binary/octet-stream', 'application/unknown'];
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'audio/mp3': 'audio/mpeg',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'application/x-pdf': 'application/pdf',
};
const BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};
const SIGNATURES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['application/pdf', /^%PDF-/],
  ['audio/wav', /^RIFF.{4}WAVE/s],
  ['audio/mpeg', /^ID3/],
];

/** The media type that `said` names, without parameters; undefined where it names none, or one that says nothing. */
export function toFullType(said: string | undefined): string | undefined {
  const [plain = ''] = (said ?? '').split(';');
  const type = plain.trim().toLowerCase();
  const known = ALIASES[type] ?? type;
  return FULL.test(known) && !SAYS_NOTHING.includes(known) ? known : undefined;
}

/** The media type that the name of a file, or the path of an address, tells by its ending. */
export function typeOfName(name: string | undefined): string | undefined {
  const [, extension = ''] = /\.(\w+)$/.exec(name ?? '') ?? [];
  return Object.hasOwn(BY_EXTENSION, extension.toLowerCase()) ? BY_EXTENSION[extension.toLowerCase()] : undefined;
}

/** The media type that the first bytes of a file tell, whatever anybody says: providers refuse an image that is called another. */
export function typeOfBytes(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0];
}

/** Whether a file of this type is text, which any model can read as such. */
export const isTextType = (type: string): boolean =>
  /^text\/|[+/](?:json|xml|yaml|x-yaml|toml|javascript|x-javascript|typescript|sql|graphql|x-sh)$/.test(type);

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const PDF = 'application/pdf';
const SOUNDS = ['audio/wav', 'audio/mpeg'];
const COMPATIBLE = ['image/*', 'video/*', ...SOUNDS, PDF];

/** What the libraries of the providers send, by the provider and the API of a model; what they do not send they throw an error for. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  'openai.responses': [...IMAGES, PDF],
  'openai.chat': [...IMAGES, ...SOUNDS, PDF],
  anthropic: [...IMAGES, PDF],
  google: ['image/*', 'audio/*', 'video/*', PDF],
  'openai-compatible': COMPATIBLE,
  ollama: COMPATIBLE,
  lmstudio: COMPATIBLE,
  vllm: COMPATIBLE,
  llamacpp: COMPATIBLE,
};

/** The types of files beside texts that a model takes, by its `provider`, such as `openai.responses`; undefined for one that takes anything. */
export const typesTakenBy = (provider: string): readonly string[] | undefined =>
  TAKEN[provider] ?? TAKEN[provider.split('.')[0] ?? ''];

/** Whether a file that a model has said is told it again: the library of Google sends those, all others leave them out. */
export const isSaidBack = (type: string, provider: string): boolean =>
  provider.split('.')[0] === 'google' && isOneOf(type, TAKEN.google ?? []);

/** Whether a type is one of these, of which `image/*` is any image. */
export const isOneOf = (type: string, types: readonly string[]): boolean =>
  types.some((one) => (one.endsWith('/*') ? type.startsWith(one.slice(0, -1)) : one === type));
