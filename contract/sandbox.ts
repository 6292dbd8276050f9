import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { get, group, post, stream } from './kit.ts';

const Variant = z.enum(['local-eval', 'local-jupyter']).meta({
  description: '`local-eval`: Python inside this server, isolated; `local-jupyter`: a kernel of a Jupyter server',
});

/** Where code runs now. The token of a Jupyter server is never shown. */
export const SandboxStatus = z
  .object({
    variant: Variant,
    jupyter_url: z.string().nullable().meta({ description: 'The Jupyter server, without its token' }),
    jupyter_token_set: z.boolean(),
    sandbox_running: z.boolean().meta({
      description: 'Whether an interpreter is alive now, whosever it is, at any process as far as that is known',
    }),
  })
  .meta({ id: 'SandboxStatus' });

const Configure = z
  .object({
    variant: z
      .enum(['local-eval', 'local-jupyter', 'eval', 'jupyter'])
      .optional()
      .meta({ description: 'Absent: `local-eval`. `eval` and `jupyter` are other names of the two' }),
    jupyter_url: z
      .string()
      .max(2048)
      .nullable()
      .optional()
      .meta({
        description: 'Needed for `local-jupyter`. May hold the token as `?token=`',
        examples: ['http://localhost:8888?token=my-token'],
      }),
    jupyter_token: z
      .string()
      .max(2048)
      .nullable()
      .optional()
      .meta({ description: 'Wins over the token in `jupyter_url`' }),
    verify: z
      .boolean()
      .optional()
      .meta({ description: 'Connect first; when that fails, answer 502 and keep the sandbox as it was' }),
  })
  .meta({ id: 'ConfigureSandbox' });

const MimeBundle = z.record(z.string(), z.unknown()).meta({
  id: 'MimeBundle',
  description: 'One value by mime type: text as it is, JSON as JSON, binary data as base64',
  examples: [{ 'text/plain': '42' }],
});

const PythonError = z
  .object({ name: z.string(), message: z.string(), traceback: z.string() })
  .meta({ id: 'PythonError', description: 'A Python exception' });

/** What one execution came to. */
export const ExecutionResult = z
  .object({
    execution_id: z.string(),
    status: z.enum(['ok', 'error', 'exit', 'timeout', 'cancelled', 'killed']).meta({
      description:
        '`error`: an exception; `exit`: the code asked to end; `timeout` and `cancelled`: it was interrupted; `killed`: the interpreter died or was ended for what it used',
    }),
    stdout: z.string(),
    stderr: z.string(),
    result: MimeBundle.nullable().meta({ description: 'The value of the last expression; null when it has none' }),
    displays: z.array(MimeBundle).meta({ description: 'What the code displayed, in order' }),
    error: PythonError.nullable(),
    exit_code: z.int().nullable(),
    duration_ms: z
      .number()
      .meta({ description: 'From the start of the code to its end, without waiting in the queue' }),
    queued_ms: z.number().meta({ description: 'Time in the queue, and to start an interpreter when there was none' }),
    variables_lost: z
      .boolean()
      .meta({ description: 'Whether variables of earlier executions are not there; `notices` says why' }),
    truncated: z.boolean().meta({ description: 'Whether output over a limit was dropped' }),
    tool_calls: z.int().meta({ description: 'How many tools the code called' }),
    notices: z.array(z.string()).meta({ description: 'What a reader of the result must know' }),
    variant: Variant,
  })
  .meta({ id: 'ExecutionResult' });

/** One event of a streamed execution. Exactly one `done` or `error` comes, and it comes last. */
export const ExecutionEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('stdout'), text: z.string() }),
    z.object({ type: z.literal('stderr'), text: z.string() }),
    z.object({ type: z.literal('display'), data: MimeBundle }),
    z.object({ type: z.literal('done'), execution: ExecutionResult }),
    z.object({ type: z.literal('error'), detail: z.string(), code: z.string() }),
  ])
  .meta({ id: 'ExecutionEvent' });

const Execute = z
  .object({
    code: z
      .string()
      .max(262_144)
      .meta({ description: 'Python. The value of a last expression is the result', examples: ['6 * 7'] }),
    timeout: z.number().positive().max(600).optional().meta({
      description:
        'Seconds that the code may take, and that its sandbox may take to start: when that takes longer, the code has not run, and the start goes on. Absent: 30 for the code, and for the start what it takes',
    }),
  })
  .meta({ id: 'Execute' });

const InterpreterStatus = z.enum(['starting', 'ready', 'busy', 'ended']).meta({
  description: '`busy`: code runs in it; `ended`: there is none',
});

const Interpreters = z
  .object({
    interpreters: z.array(
      z.object({
        agent_id: z.string(),
        key: z.string().nullable().meta({ description: 'The name of the key whose it is; null without keys' }),
        status: InterpreterStatus,
        variant: Variant,
        last_used_at: Timestamp.nullable().meta({ description: 'When code last ended in it; null: none has yet' }),
        replica: z.string().optional().meta({
          description: 'Which process it is of, where several are one service; absent: there is only one',
        }),
      }),
    ),
  })
  .meta({ id: 'SandboxInterpreters' });

const Variables = z
  .object({
    status: InterpreterStatus,
    variables: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        repr: z.string().meta({ description: 'It in a few words' }),
        size: z
          .int()
          .nullable()
          .meta({ description: 'How many elements or characters it has; null where it has none' }),
      }),
    ),
    more_variables: z.int().meta({ description: 'How many there are before these' }),
  })
  .meta({ id: 'SandboxVariables' });

const statusExample: z.output<typeof SandboxStatus> = {
  variant: 'local-jupyter',
  jupyter_url: 'http://localhost:8888',
  jupyter_token_set: true,
  sandbox_running: false,
};

const failures = ['agent-not-found', 'sandbox-busy', 'sandbox-unavailable', 'draining'] as const;

/** The sandbox that runs the Python of agents: for each of its callers, an agent has an interpreter of its own. */
export const sandbox = group(
  'Sandbox',
  'The sandbox that runs the Python of agents. For each key that uses it, an agent has an interpreter of its own: what the code of one keeps is not there for the others. Where several processes are one service, each has interpreters of its own: code runs in one of the process that answers, and finds the variables and files that code has kept there, not those of another; `variables_lost` says so. Whatever lists, looks into, interrupts or restarts interpreters means those of all processes, whichever answers.',
  {
    status: get('/agents/sandbox/status', {
      summary: 'Get sandbox status',
      description: 'Starts nothing.',
      output: SandboxStatus,
      example: { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: true },
    }),
    interpreters: get('/agents/sandbox/interpreters', {
      summary: 'List interpreters',
      description:
        'Which agents have an interpreter now, and for whom, as far as the key may see it: its own, and all on a server with one key or none; those of every process of the service. Starts nothing.',
      output: Interpreters,
      example: {
        interpreters: [
          {
            agent_id: 'my-agent',
            key: null,
            status: 'ready',
            variant: 'local-eval',
            last_used_at: '2026-11-23T10:00:00.000Z',
          },
        ],
      },
      errors: ['sandbox-unavailable'],
    }),
    variables: get('/agents/{agent_id}/sandbox/variables', {
      summary: 'List variables',
      description:
        'The variables that the code of the agent has for this key, the newest 200, without those that begin with `_` and what it has imported. None while code runs, and none where there is no interpreter: none is started. Values are shown in a few words, and no code of the agent is run for it. Where several processes of one service have an interpreter for the same, it is the one that was used last.',
      output: Variables,
      example: {
        status: 'ready',
        variables: [{ name: 'answer', type: 'int', repr: '42', size: null }],
        more_variables: 0,
      },
      errors: ['agent-not-found', 'sandbox-busy', 'sandbox-unavailable'],
    }),
    configure: post('/agents/sandbox/configure', {
      summary: 'Configure sandbox',
      description:
        'Records where code runs from the next execution on, for all keys; what runs ends where it is. Variables do not move. Nothing is connected to before the next execution, unless `verify` is true. Where several processes are one service, it holds for all of them, also for one that starts later with the same options; with a token only where there is a secret key file, else for the process that answers.',
      body: Configure,
      bodyExample: { variant: 'local-eval' },
      output: SandboxStatus,
      example: statusExample,
      errors: ['jupyter-url-required', 'jupyter-url-not-allowed', 'sandbox-unavailable'],
    }),
    restart: post('/agents/sandbox/restart', {
      summary: 'Restart sandbox',
      description:
        'Interrupts what the caller runs, ends the interpreters of the caller and starts a new one. Their variables are lost. What others run goes on. Interpreters end at every process of the service; the new one is of the process that answers.',
      output: SandboxStatus,
      example: { ...statusExample, sandbox_running: true },
      errors: ['sandbox-restart-failed', 'sandbox-unavailable'],
    }),
    interrupt: post('/agents/sandbox/interrupt', {
      summary: 'Interrupt executions',
      description:
        'Interrupts what the caller runs in one agent, or in every agent, at whichever process of the service. Variables stay. What others run goes on.',
      body: z
        .object({ agent_id: z.string().min(1).max(256).optional().meta({ description: 'Absent: every agent' }) })
        .meta({ id: 'InterruptSandbox' }),
      bodyExample: { agent_id: 'my-agent' },
      output: z
        .object({
          interrupted: z.array(z.string()).meta({ description: 'The agents in which an execution was interrupted' }),
        })
        .meta({ id: 'SandboxInterrupted' }),
      example: { interrupted: ['my-agent'] },
      errors: ['sandbox-unavailable'],
    }),
    execute: post('/agents/{agent_id}/execute', {
      summary: 'Execute code',
      description:
        'Runs Python in the sandbox of the agent and waits for its end. What the code does, exceptions included, is a 200. Executions of one agent run one after another and share variables, for each key by themselves. Closing the connection interrupts the code. With `Accept: text/event-stream` it is streamed.',
      body: Execute,
      bodyExample: { code: '6 * 7' },
      output: ExecutionResult,
      example: {
        execution_id: 'exec-1',
        status: 'ok',
        stdout: 'hello\n',
        stderr: '',
        result: { 'text/plain': '42' },
        displays: [],
        error: null,
        exit_code: null,
        duration_ms: 1.2,
        queued_ms: 0.1,
        variables_lost: false,
        truncated: false,
        tool_calls: 0,
        notices: [],
        variant: 'local-eval',
      },
      errors: failures,
    }),
    executeStream: stream('/agents/{agent_id}/execute/stream', {
      summary: 'Execute code (streaming)',
      description: 'As Execute code, with the output as it comes.',
      body: Execute,
      bodyExample: { code: '6 * 7' },
      output: ExecutionEvent,
      failure: ({ detail, code }): z.input<typeof ExecutionEvent> => ({ type: 'error', detail, code }),
      example: { type: 'stdout', text: 'hello\n' },
      errors: failures,
    }),
  },
);
