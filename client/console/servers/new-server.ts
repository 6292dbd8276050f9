// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
/** What a new server is made of, as schemas for a form: parts of `CreateMcpServer` of the contract, whose validation needs no copy here. */

const KEPT =
  '${NAME} is looked up when it starts; other values are never shown, and kept in memory only, or sealed where there is a secret key file.';
const SECRETS = { type: 'object', additionalProperties: { type: 'string', format: 'password' } };

const id = {
  type: 'string',
  title: 'Id',
  maxLength: 128,
  description: 'What it is called in paths and by agents: letters, digits and . _ -',
};
const more = {
  name: { type: 'string', title: 'Name', maxLength: 200, description: 'For people; without one it is the id.' },
  enabled: {
    type: 'boolean',
    title: 'Enabled',
    description: 'Whether it is started now and at each start of the server. Not set: yes.',
  },
};

/** A server that is a program. */
export const PROGRAM = {
  type: 'object',
  properties: {
    id,
    command: {
      type: 'string',
      title: 'Command',
      maxLength: 1024,
      description: 'The name of a program such as npx, or an absolute path. It is given to no shell.',
    },
    args: { type: 'array', title: 'Arguments', items: { type: 'string' } },
    env: {
      ...SECRETS,
      title: 'Variables',
      description: KEPT,
    },
    ...more,
  },
  required: ['id', 'command'],
};

/** A server at an address. */
export const REMOTE = {
  type: 'object',
  properties: {
    id,
    url: { type: 'string', title: 'URL', format: 'uri', description: 'An http or https address' },
    headers: {
      ...SECRETS,
      title: 'Headers',
      description: KEPT,
    },
    transport: {
      type: 'string',
      title: 'Transport',
      enum: ['http', 'sse'],
      description: 'Not set: http, and SSE where that is not understood.',
    },
    ...more,
  },
  required: ['id', 'url'],
};
