/** What models and this server tell each other with the tool `render_ui`: its definition, its arguments and its result. */
import { z } from 'zod';
import type { ToolDefinition } from '../runs/toolset.ts';

/** The name of the tool. */
export const RENDER_UI = 'render_ui';

const COMPONENTS = `Text{text, variant: h1|h2|h3|h4|h5|caption|body} Image{url} Icon{name} Divider{}
Row{children, justify, align} Column{children, justify, align} List{children, direction} Card{child} Tabs{tabs: [{title, child}]} Modal{trigger, content}
Button{child, action, variant: default|primary|borderless} TextField{label, value, variant: shortText|longText|number|obscured} CheckBox{label, value}
ChoicePicker{label, options: [{label, value}], value} Slider{label, min, max, value} DateTimeInput{label, value, enableDate, enableTime}`;

/** The tool as models are shown it. */
export const RENDER_UI_TOOL: ToolDefinition = {
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

/** The arguments of a call. */
interface RenderArguments {
  readonly surface?: string | undefined;
  readonly components?: readonly Record<string, unknown>[] | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

/** Reads arguments that a run has checked by the schema of the tool; what does not fit counts as left out. */
export const readRenderArguments = (args: Readonly<Record<string, unknown>>): RenderArguments => ({
  surface: typeof args.surface === 'string' ? args.surface : undefined,
  components: Array.isArray(args.components) ? args.components.filter(isRecord) : undefined,
  data: isRecord(args.data) && !Array.isArray(args.data) ? args.data : undefined,
});

/** The result of a call that shows a surface. */
export const RenderResult = z.object({
  surface_id: z.string(),
  /** Whether the surface was made by this call. */
  is_new: z.boolean().catch(false),
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
