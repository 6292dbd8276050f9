import { z } from 'zod';
import { get, group, stream } from './kit.ts';
import { resumption } from './prompts.ts';

const version = z.literal('v0.9');
const surfaceId = z.string().meta({ description: 'The surface that is meant' });
const objects = z.array(z.record(z.string(), z.unknown()));

/** One envelope of A2UI v0.9 (https://a2ui.org), or an error of ours in the shape of one. */
export const A2uiEvent = z
  .union([
    z.object({
      version,
      createSurface: z.object({
        surfaceId,
        catalogId: z.string(),
        theme: z.record(z.string(), z.unknown()).optional(),
        sendDataModel: z.boolean().optional(),
      }),
    }),
    z.object({ version, updateComponents: z.object({ surfaceId, components: objects }) }),
    z.object({
      version,
      updateDataModel: z.object({ surfaceId, path: z.string().optional(), value: z.unknown().optional() }),
    }),
    z.object({ version, deleteSurface: z.object({ surfaceId }) }),
    z.object({
      version,
      error: z
        .object({ code: z.string(), message: z.string(), surfaceId: surfaceId.optional() })
        .meta({ description: 'Ours: a surface that could not be made, or a run that did not finish' }),
    }),
  ])
  .meta({ id: 'A2uiEvent' });

const A2uiAgent = z.object({ agent_id: z.string(), name: z.string(), endpoint: z.string() }).meta({ id: 'A2uiAgent' });

const A2uiInfo = z
  .object({
    protocol: z.literal('a2ui'),
    version: z.string().meta({ description: 'The version of A2UI that is spoken' }),
    catalogs: z.array(z.string()).meta({ description: 'The catalogs whose components surfaces are made of' }),
    extension_uri: z.string().meta({ description: 'What activates A2UI over A2A' }),
    agents: z.array(A2uiAgent),
    agents_endpoint: z.string(),
    count: z.int(),
  })
  .meta({ id: 'A2uiInfo' });

/** What a user did on a surface, as A2UI clients report it. */
export const A2uiAction = z
  .object({
    name: z.string().min(1).max(256),
    surfaceId: z.string().min(1).max(512),
    sourceComponentId: z.string().max(256),
    timestamp: z.string().max(64),
    context: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'A2uiAction', description: 'What a user did on a surface, as A2UI clients report it' });

const A2uiRequest = z
  .object({
    message: z.string().min(1).max(1_000_000).optional().meta({ description: 'What the user says' }),
    action: A2uiAction.optional().meta({ description: 'What the user did; instead of a message' }),
    surface_id: z.string().min(1).max(512).optional().meta({
      description:
        'The surface the user looks at; what is made anew under its name changes it. An action names its own',
    }),
    data_model: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'The data model of that surface, as the user has left it' }),
    conversation_id: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'Absent: the conversation the surface belongs to, else a new one' }),
    ...resumption,
  })
  .meta({ id: 'A2uiRequest' });

/** A request to an agent that answers with surfaces: a message, or an action of the user. */
export type A2uiRequest = z.output<typeof A2uiRequest>;
/** One event of the answer to an {@link A2uiRequest}. */
export type A2uiEvent = z.input<typeof A2uiEvent>;

const info: z.output<typeof A2uiInfo> = {
  protocol: 'a2ui',
  version: '0.9',
  catalogs: ['https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json'],
  extension_uri: 'https://a2ui.org/a2a-extension/a2ui/v0.9',
  agents: [{ agent_id: 'my-agent', name: 'My Custom Agent', endpoint: '/api/v1/a2ui/my-agent/' }],
  agents_endpoint: '/api/v1/a2ui/agents',
  count: 1,
};

/** Agents that answer with user interfaces: A2UI v0.9. */
export const a2ui = group('A2UI', 'Agents that answer with user interfaces: A2UI v0.9.', {
  info: get('/a2ui/', {
    summary: 'A2UI protocol info',
    description:
      'Every agent with its path, and what of the protocol this server speaks: the version and the catalogs its surfaces are made of.',
    output: A2uiInfo,
    example: info,
  }),
  agents: get('/a2ui/agents', {
    summary: 'List A2UI agents',
    description: 'The same as `/a2ui/`.',
    output: A2uiInfo,
    example: info,
  }),
  run: stream('/a2ui/{agent_id}/', {
    summary: 'Run an agent (streaming surfaces)',
    description:
      'Answers with A2UI envelopes, each valid by the published schema. The agent makes surfaces with the tool `render_ui`; what it says in words before that is a surface of text. A surface id begins with the id of its conversation, so an action or a `surface_id` continues that. Events are named `message`, and `error` for what is no envelope: a run that did not finish, or a surface the model could not make right in a second try. With `Accept: application/jsonl` each is a line of JSON. The stream is over when the answer ends. Closing the connection cancels the run unless `background` is true. A request sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow. The header `Content-Location` names the run, which `POST /runs/{run_id}/cancel` stops.',
    body: A2uiRequest,
    bodyExample: { message: 'Show me the weather in Paris' },
    output: A2uiEvent,
    failure: ({ code, detail }): A2uiEvent => ({ version: 'v0.9', error: { code, message: detail } }),
    eventName: (event) => ('error' in event ? 'error' : 'message'),
    example: {
      version: 'v0.9',
      updateDataModel: { surfaceId: 'conv-1:weather', path: '/city', value: 'Paris' },
    },
    errors: [
      'agent-not-found',
      'approval-pending',
      'conversation-busy',
      'run-exists',
      'run-not-found',
      'events-gone',
      'draining',
    ],
  }),
});
