import { z } from 'zod';
import { AgUiRun, runAnswer, runErrors, runExample } from './ag-ui.ts';
import { get, group, stream } from './kit.ts';

const Example = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    endpoint: z.string().meta({ description: 'Where to POST a run; the trailing slash is part of it' }),
    features: z.array(z.string()).meta({ description: 'What of AG-UI the example shows' }),
  })
  .meta({ id: 'Example' });

const ExampleList = z
  .object({ examples: z.array(Example), count: z.int(), protocol: z.literal('ag-ui') })
  .meta({ id: 'ExampleList' });

/** Small agents that each show one thing an AG-UI client can do. */
export const examples = group('Examples', 'Small agents that each show one thing an AG-UI client can do.', {
  list: get('/examples/', {
    summary: 'List example agents',
    description: 'Each with the path an AG-UI client is given, and what it shows.',
    output: ExampleList,
    example: {
      examples: [
        {
          id: 'agentic_chat',
          name: 'Agentic chat',
          description: 'A conversation with an agent that knows the time, and calls what tools you bring',
          endpoint: '/api/v1/examples/agentic_chat/',
          features: ['streaming', 'backend_tools', 'frontend_tools'],
        },
      ],
      count: 1,
      protocol: 'ag-ui',
    },
  }),
  run: stream('/examples/{example_name}/', {
    summary: 'Run an example agent (streaming)',
    description:
      'As a run at `/ag-ui/{agent_id}/`, with the default model of the server, which may be the embedded one. A thread is a conversation of the agent `example:{example_name}`; its runs are read again at `/ag-ui/example:{example_name}/connect` and ended at `/ag-ui/terminate`.',
    ...runAnswer,
    takesFiles: true,
    body: AgUiRun,
    bodyExample: runExample,
    errors: ['example-not-found', ...runErrors],
  }),
});
