/** The files that a model says: what is kept of each, within bounds. */
import type { LanguageModelV4File } from '@ai-sdk/provider';
import { isAddress } from '../call/data-url.ts';
import { FileProblem } from '../models/files/file-problem.ts';
import { toFullType, typeOfBytes } from '../models/files/file-types.ts';
import { readHeldFile } from '../models/files/held-file.ts';
import type { AssistantPart } from '../store/messages.ts';
import type { RunLimits } from './limits.ts';

/** A file that a model has said. */
export interface AnswerFile {
  /** Without parameters, such as `image/png`. */
  readonly mediaType: string;
  /** The file in base64, or its address by http or https. */
  readonly data: string;
}

/** What every file counts at least: many that hold next to nothing have an end too. */
const LEAST_BYTES = 1024;
const UNKNOWN_TYPE = 'application/octet-stream';

/** The files of one answer. */
export class AnswerFiles {
  readonly #limits: Pick<RunLimits, 'answerFileBytes' | 'answerFilesBytes'>;
  #bytes = 0;

  constructor(limits: Pick<RunLimits, 'answerFileBytes' | 'answerFilesBytes'>) {
    this.#limits = limits;
  }

  /** The file as it is kept; of one that is left out why, in words for people. */
  take(said: Pick<LanguageModelV4File, 'mediaType' | 'data'>): AnswerFile | string {
    const { answerFileBytes, answerFilesBytes } = this.#limits;
    const read = readFile(said);
    if (typeof read === 'string') return toLeftOut(said, read);
    const { mediaType, data, bytes } = read;
    if (bytes > answerFileBytes) return toLeftOut(said, `it is larger than ${answerFileBytes} bytes`);
    const counted = Math.max(bytes, LEAST_BYTES);
    if (this.#bytes + counted > answerFilesBytes) {
      return toLeftOut(said, `the files of the answer are larger than ${answerFilesBytes} bytes`);
    }
    this.#bytes += counted;
    return { mediaType, data };
  }
}

const toLeftOut = ({ mediaType }: { readonly mediaType: string }, why: string) =>
  `A file of the answer (${toFullType(mediaType) ?? UNKNOWN_TYPE}) was left out: ${why}`;

/**
 * A file of an answer as a caller tells of it: by its address, as a `data:` URL, or in base64. Nothing of one that cannot be read, which is no
 * reason to refuse what the caller says now.
 */
export function toSaidFile(data: unknown, mediaType?: unknown): AssistantPart[] {
  if (typeof data !== 'string') return [];
  const url = isAddress(data) ? URL.parse(data) : null;
  const said = typeof mediaType === 'string' ? mediaType : '';
  const read = readFile({ mediaType: said, data: url ? { type: 'url', url } : { type: 'data', data } });
  return typeof read === 'string' ? [] : [{ type: 'file', mediaType: read.mediaType, data: read.data }];
}

type ReadFile = AnswerFile & { readonly bytes: number };

function readFile({ mediaType: said, data }: Pick<LanguageModelV4File, 'mediaType' | 'data'>): ReadFile | string {
  const isUrl = data.type === 'url';
  if (isUrl && data.url.protocol !== 'data:') {
    const { href } = data.url;
    const mediaType = toFullType(said) ?? UNKNOWN_TYPE;
    return isAddress(href) ? { mediaType, data: href, bytes: href.length } : 'its address is neither http nor https';
  }
  try {
    return toFile(isUrl ? data.url.href : data.data, said);
  } catch (cause) {
    if (cause instanceof FileProblem) return cause.message;
    throw cause;
  }
}

function toFile(data: string | Uint8Array, said: string): ReadFile | string {
  const { bytes, contentType } =
    typeof data === 'string' ? readHeldFile(data) : { bytes: Buffer.from(data), contentType: undefined };
  if (!bytes.length) return 'there is nothing in it';
  const mediaType = toFullType(said) ?? toFullType(contentType) ?? typeOfBytes(bytes) ?? UNKNOWN_TYPE;
  return { mediaType, data: bytes.toString('base64'), bytes: bytes.length };
}
