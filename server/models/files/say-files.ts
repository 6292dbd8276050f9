/** Tells a model of the files of a conversation in the form that its provider takes. */
import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider';
import { isAddress } from '../../call/data-url.ts';
import { ApiError } from '../../call/errors.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';
import { FileProblem } from './file-problem.ts';
import { type FetchedFile, type FileSource, toMegabytes } from './file-source.ts';
import { isOneOf, isSaidBack, isTextType, toFullType, typeOfBytes, typeOfName, typesTakenBy } from './file-types.ts';
import { decodePercent, readHeldFile } from './held-file.ts';

/** A part of a message of a user, as a model is told of it. */
export type ModelUserPart = Extract<LanguageModelV4Message, { role: 'user' }>['content'][number];
/** What a model is told in the place of each file; nothing of those of answers that its provider does not take back. */
export type SaidFiles = ReadonlyMap<UserPart | AssistantPart, ModelUserPart>;

type FilePart = Extract<UserPart, { type: 'file' }>;
type Model = Pick<LanguageModelV4, 'provider' | 'supportedUrls'>;

/** The bounds of what a run fetches. */
export interface FileLimits {
  /** The bytes of one file. */
  readonly fileBytes: number;
  /** The bytes of all files together. */
  readonly filesBytes: number;
  /** The characters of a file that a model reads as text. */
  readonly fileChars: number;
}

/** The files of one run. Each is fetched once, however often the model is asked. */
export class RunFiles {
  readonly #source: FileSource;
  readonly #limits: FileLimits;
  readonly #fetched = new Map<string, FetchedFile | FileProblem>();
  readonly #said = new Map<FilePart, { readonly provider: string; readonly as: ModelUserPart }>();
  #bytes = 0;

  constructor(source: FileSource, limits: FileLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /**
   * What the model is told in the place of each file of `messages`. A file of what the user has just said that cannot be told is an
   * `ApiError` that names it; in the place of an older one stands a sentence, so that a conversation outlives its files.
   */
  async say(messages: readonly Message[], model: Model, signal: AbortSignal): Promise<SaidFiles> {
    const said = new Map<UserPart | AssistantPart, ModelUserPart>();
    const newFrom = messages.findLastIndex(({ role }) => role === 'assistant' || role === 'tool');
    // The newest first: they have the most of what may be fetched.
    for (let index = messages.length - 1; index >= 0; index--) {
      const message = messages[index];
      if (message?.role === 'assistant') sayBack(message.content, model, said);
      if (message?.role !== 'user') continue;
      for (const [place, part] of message.content.entries()) {
        if (part.type !== 'file') continue;
        const told = await this.#tell(part, model, signal);
        if (!(told instanceof FileProblem)) said.set(part, told);
        else if (index > newFrom)
          throw new ApiError(told.code, `${nameNew(part, place)} cannot be used: ${told.message}`);
        else said.set(part, { type: 'text', text: `[${nameOld(part)} is not shown: ${told.message}]` });
      }
    }
    return said;
  }

  async #tell(part: FilePart, model: Model, signal: AbortSignal): Promise<ModelUserPart | FileProblem> {
    const known = this.#said.get(part);
    if (known?.provider === model.provider) return known.as;
    try {
      const as = await this.#toModelPart(part, model, signal);
      this.#said.set(part, { provider: model.provider, as });
      return as;
    } catch (cause) {
      if (cause instanceof FileProblem) return cause;
      throw cause;
    }
  }

  async #toModelPart(part: FilePart, model: Model, signal: AbortSignal): Promise<ModelUserPart> {
    const { filename, data } = part;
    const name = filename === undefined ? {} : { filename };
    const url = toUrl(data);
    if (!url) return this.#toPart(readHeldFile(data), part, model);
    const type = toFullType(part.mediaType) ?? typeOfName(url.pathname) ?? part.mediaType;
    const passedOn: ModelUserPart = { type: 'file', mediaType: type, data: { type: 'url', url }, ...name };
    if (
      takesUrl(await model.supportedUrls, url, type) &&
      isTaken(type, model) &&
      (await this.#source.mayPassOn(url, signal))
    ) {
      return passedOn;
    }
    try {
      return this.#toPart(await this.#fetch(url, signal), { ...toName(url), ...part }, model);
    } catch (cause) {
      if (cause instanceof FileProblem && cause.isUnknownHere && hasPlaceForAddress(type, model)) return passedOn;
      throw cause;
    }
  }

  async #fetch(url: URL, signal: AbortSignal): Promise<FetchedFile> {
    const known = this.#fetched.get(url.href);
    if (known instanceof FileProblem) throw known;
    if (known) return known;
    const { fileBytes, filesBytes } = this.#limits;
    const leftBytes = filesBytes - this.#bytes;
    try {
      const maxBytes = Math.min(fileBytes, leftBytes);
      const file = await this.#source.fetch(url, { maxBytes, signal });
      this.#bytes += file.bytes.length;
      this.#fetched.set(url.href, file);
      return file;
    } catch (cause) {
      if (!(cause instanceof FileProblem)) throw cause;
      const isBeside = cause.code === 'file-too-large' && leftBytes < fileBytes;
      const clause = `it and the other files of the conversation are larger than ${toMegabytes(filesBytes)}`;
      const problem = isBeside ? new FileProblem('file-too-large', clause, { cause }) : cause;
      this.#fetched.set(url.href, problem);
      throw problem;
    }
  }

  #toPart({ bytes, contentType }: FetchedFile, { mediaType, filename }: FilePart, { provider }: Model): ModelUserPart {
    const type =
      typeOfBytes(bytes) ?? toFullType(mediaType) ?? toFullType(contentType) ?? typeOfName(filename) ?? 'unknown';
    const [kind, half] = mediaType.split('/');
    if (half === '*' && !type.startsWith(`${kind}/`)) {
      throw new FileProblem('file-not-taken', `it is no ${kind}, its type is ${type}`);
    }
    const name = filename ? { filename } : {};
    if (isTextType(type)) return { type: 'text', text: this.#toText(bytes, { type, contentType, filename }) };
    const taken = typesTakenBy(provider);
    if (taken && !isOneOf(type, taken)) {
      const [company = ''] = provider.split('.');
      throw new FileProblem(
        'file-not-taken',
        `its type is ${type}, and ${company} takes texts and ${taken.join(', ')}`,
      );
    }
    return { type: 'file', mediaType: type, data: { type: 'data', data: bytes.toString('base64') }, ...name };
  }

  /** A file of text as any model can read it. */
  #toText(
    bytes: Buffer,
    { type, contentType, filename }: { type: string; contentType: string | undefined; filename: string | undefined },
  ): string {
    const text = decode(bytes, /charset="?([\w-]+)/i.exec(contentType ?? '')?.[1]);
    const { fileChars } = this.#limits;
    if (text.length > fileChars)
      throw new FileProblem('file-too-large', `it is a text of more than ${fileChars} characters`);
    return `<file${filename ? ` name="${filename.replace(/["<>]/g, '_')}"` : ''} type="${type}">\n${text}\n</file>`;
  }
}

/** The files of an answer, for a provider that takes them back in one. */
function sayBack(
  content: readonly AssistantPart[],
  { provider }: Model,
  said: Map<UserPart | AssistantPart, ModelUserPart>,
): void {
  for (const part of content) {
    if (part.type !== 'file' || isAddress(part.data) || !isSaidBack(part.mediaType, provider)) continue;
    said.set(part, { type: 'file', mediaType: part.mediaType, data: { type: 'data', data: part.data } });
  }
}

/** The address in `data`; undefined where it is the file itself. */
function toUrl(data: string): URL | undefined {
  const [scheme] = /^[a-z][a-z\d+.-]*:/i.exec(data) ?? [];
  if (scheme === undefined || scheme.toLowerCase() === 'data:') return undefined;
  const url = URL.parse(data);
  if (!url) throw new FileProblem('file-not-fetched', 'its address is not a URL');
  return url;
}

function decode(bytes: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

/** Whether a provider fetches an address itself, by the patterns of each type that its library states. */
function takesUrl(supported: Readonly<Record<string, readonly RegExp[]>>, { href }: URL, type: string): boolean {
  const fits = (key: string) => (key === '*' ? toFullType(type) !== undefined : isOneOf(type, [key]));
  return Object.entries(supported).some(([key, patterns]) => fits(key) && patterns.some((one) => one.test(href)));
}

/** Whether the API of a provider has a place for the address of a file, whatever its library says: Chat Completions has one for images. */
const hasPlaceForAddress = (type: string, { provider }: Model): boolean =>
  type.startsWith('image/') && provider.endsWith('.chat');

/** Whether a provider takes a type. Of `image/*` it is to see for itself. */
function isTaken(type: string, { provider }: Model): boolean {
  const taken = typesTakenBy(provider);
  return !taken || isOneOf(type, taken) || taken.some((one) => isOneOf(one, [type]));
}

/** The last step of an address, where it looks like the name of a file. */
function toName({ pathname }: URL): { filename?: string } {
  const filename = decodePercent(pathname.split('/').at(-1) ?? '');
  return typeOfName(filename) === undefined ? {} : { filename };
}

const nameNew = ({ filename, data }: FilePart, place: number) =>
  `Part ${place + 1} of the message${describe(filename, data)}`;
const nameOld = ({ filename, data }: FilePart) => `A file of an earlier message${describe(filename, data)}`;

/** Never more of an address than its host: the rest may be a secret. */
function describe(filename: string | undefined, data: string): string {
  const host = URL.parse(data)?.host;
  const words = [filename?.slice(0, 100), host && `at ${host}`].filter(Boolean).join(' ');
  return words && ` (${words})`;
}
