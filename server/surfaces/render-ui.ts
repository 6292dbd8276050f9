/** The tool with which a model makes surfaces. */
import { randomBytes } from 'node:crypto';
import type { ToolDefinition, ToolOutcome, Toolset } from '../runs/toolset.ts';
import { type Surface, toEnvelopes } from './envelopes.ts';
import { findMissingChildren, loadA2uiValidator } from './validate.ts';

/** The name of the tool. */
export const RENDER_UI = 'render_ui';

/** What the tool answers when a surface is shown; with the arguments of the call it gives the envelopes again. */
interface Shown {
  readonly surface_id: string;
  readonly is_new: boolean;
}

const COMPONENTS = `Text{text, variant: h1|h2|h3|h4|h5|caption|body} Image{url} Icon{name} Divider{}
Row{children, justify, align} Column{children, justify, align} List{children, direction} Card{child} Tabs{tabs: [{title, child}]} Modal{trigger, content}
Button{child, action, variant: default|primary|borderless} TextField{label, value, variant: shortText|longText|number|obscured} CheckBox{label, value}
ChoicePicker{label, options: [{label, value}], value} Slider{label, min, max, value} DateTimeInput{label, value, enableDate, enableTime}`;

const DEFINITION: ToolDefinition = {
  name: RENDER_UI,
  description: `Shows the user an interface: a form to ask for something, a list, a card. Components are a flat list; each has an id and names its children by their ids; one has the id "root". Components and their properties:
${COMPONENTS}
children is a list of ids, or {componentId, path} to repeat one for each item of a list in the data; inside it paths are relative, such as {path: "name"}.
Any text, number or value may be {path: "/name"} to show data, and for inputs to write it. A button's action is {event: {name, context: {key: {path: "/name"}}}}; you are told when it is pressed.
A surface of the same name that the user looks at is changed; give only data to change what it shows.`,
  inputSchema: {
    type: 'object',
    properties: {
      surface: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,40}$', description: 'A name for the surface' },
      components: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: { type: 'string' }, component: { type: 'string' } },
          required: ['id', 'component'],
        },
      },
      data: { type: 'object', description: 'What paths refer to' },
    },
    required: ['surface'],
  },
  isDisplay: true,
};

interface RenderOptions {
  readonly conversationId: string;
  /** The surface the user looks at. */
  readonly surfaceId?: string | undefined;
}

/** The tools of an agent and `render_ui`, for one run. */
export function withRenderUi(toolset: Toolset, options: RenderOptions): Toolset {
  const render = createRender(options);
  return {
    ...(toolset.prepare && { prepare: (given) => toolset.prepare?.(given) ?? Promise.resolve() }),
    list: () => [...toolset.list().filter(({ name }) => name !== RENDER_UI), DEFINITION],
    call: (name, args, given) => (name === RENDER_UI ? render(args) : toolset.call(name, args, given)),
  };
}

function createRender({
  conversationId,
  surfaceId,
}: RenderOptions): (args: Record<string, unknown>) => Promise<ToolOutcome> {
  /** The surfaces the user has, by name, each with the ids of its components when they are known. */
  const known = new Map<string, { id: string; components: Set<string> | undefined }>();
  if (surfaceId !== undefined) known.set(surfaceNameOf(surfaceId), { id: surfaceId, components: undefined });
  return async (args) => {
    const { surface: name = 'main', components, data } = readArguments(args);
    const before = known.get(name);
    const id = before?.id ?? `${conversationId}:${name}-${randomBytes(3).toString('hex')}`;
    const surface = { surfaceId: id, isNew: !before, components, data };
    const problem = findArgumentProblem(surface) ?? (await findProblem(surface, before?.components));
    if (problem)
      return { result: `The surface is not shown: ${problem}. Mend it and call render_ui again`, isError: true };
    const ids = new Set([
      ...(before?.components ?? []),
      ...(components ?? []).map((component) => String(component.id)),
    ]);
    known.set(name, { id, components: before && !before.components ? undefined : ids });
    const shown: Shown = { surface_id: id, is_new: surface.isNew };
    return { result: shown, isError: false };
  };
}

function findArgumentProblem({ isNew, components, data }: Surface): string | undefined {
  if (!components?.length && data === undefined) return 'it has neither components nor data';
  const hasRoot = components?.some(({ id }) => id === 'root');
  return isNew && !hasRoot ? 'it is new, and none of its components has the id "root"' : undefined;
}

async function findProblem(surface: Surface, knownIds: ReadonlySet<string> | undefined): Promise<string | undefined> {
  const find = await loadA2uiValidator();
  for (const envelope of toEnvelopes(surface)) {
    const problem = find(envelope);
    if (problem) return problem;
  }
  const { components = [], isNew } = surface;
  if (!isNew && !knownIds) return undefined;
  const ids = new Set([...(knownIds ?? []), ...components.map(({ id }) => String(id))]);
  return findMissingChildren(components, ids).join('; ') || undefined;
}

/** The envelopes of a call that was answered; undefined when it showed nothing. */
export function toShownEnvelopes(args: unknown, result: unknown): ReturnType<typeof toEnvelopes> | undefined {
  if (!isRecord(args) || !isRecord(result) || typeof result.surface_id !== 'string') return undefined;
  const { components, data } = readArguments(args);
  return toEnvelopes({ surfaceId: result.surface_id, isNew: result.is_new === true, components, data });
}

interface RenderArguments {
  readonly surface?: string | undefined;
  readonly components?: readonly Record<string, unknown>[] | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

// The run has checked them by the schema of the tool.
const readArguments = (args: Record<string, unknown>): RenderArguments => ({
  surface: typeof args.surface === 'string' ? args.surface : undefined,
  components: Array.isArray(args.components) ? args.components.filter(isRecord) : undefined,
  data: isRecord(args.data) && !Array.isArray(args.data) ? args.data : undefined,
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const MAX_CONVERSATION_ID = 256;

/** The conversation a surface belongs to; undefined when the id is none of ours. */
export function conversationOf(surfaceId: string): string | undefined {
  const at = surfaceId.lastIndexOf(':');
  return at > 0 && at <= MAX_CONVERSATION_ID ? surfaceId.slice(0, at) : undefined;
}

/** The name the model gave to a surface. */
export const surfaceNameOf = (surfaceId: string): string =>
  surfaceId.slice(surfaceId.lastIndexOf(':') + 1).replace(/-[0-9a-f]{6}$/, '') || 'main';
