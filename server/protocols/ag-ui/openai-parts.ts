/** Reads content parts in the shapes of OpenAI's APIs, which applications hand on as they have them. */
import { type Fields, isFields } from '../../call/fields.ts';

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.+-]+)*;base64,(.*)$/s;

/** The same part as AG-UI has it; undefined when it is in none of these shapes. */
export function fromOpenAiPart(part: Fields): Fields | undefined {
  switch (part.type) {
    case 'input_text':
      return { type: 'text', text: part.text };
    case 'image_url':
    case 'input_image': {
      const url = isFields(part.image_url) ? part.image_url.url : part.image_url;
      return typeof url === 'string' ? { type: 'image', source: toSource(url) } : undefined;
    }
    default:
      return undefined;
  }
}

function toSource(url: string): Fields {
  const [, mimeType, data] = DATA_URL.exec(url) ?? [];
  return mimeType === undefined ? { type: 'url', value: url } : { type: 'data', value: data, mimeType };
}
