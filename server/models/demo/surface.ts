/** The surfaces that the demo model shows where it can: a form for what a tool still needs, a list of what tools answered. */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { baseNameOf, type Choice } from './choice.ts';
import type { Answered } from './summary.ts';
import { tryParse } from './values.ts';

/** The name by which the demo model knows a tool that shows surfaces. */
export const SURFACE_TOOL = 'render_ui';

const maxFields = 12;
const maxItems = 50;
const maxText = 500;

const note = { id: 'note', component: 'Text', text: 'demo model – no LLM configured', variant: 'caption' };

type Fields = Readonly<Record<string, unknown>>;

/** A form with a field for each argument of the tool and a button whose action is the tool. */
export function toForm({ tool, args }: Choice): Record<string, unknown> {
  const properties = Object.entries(asFields(tool.inputSchema.properties)).slice(0, maxFields);
  const fields = properties.map(([name, schema], index) => toField(`field-${index}`, name, asFields(schema)));
  const context = Object.fromEntries(properties.map(([name]) => [name, { path: `/${toPointer(name)}` }]));
  return {
    surface: 'form',
    components: [
      { id: 'root', component: 'Column', children: ['title', ...fields.map(({ id }) => id), 'submit', 'note'] },
      { id: 'title', component: 'Text', text: baseNameOf(tool.name).replaceAll('_', ' '), variant: 'h3' },
      ...fields,
      {
        id: 'submit',
        component: 'Button',
        child: 'submit-label',
        variant: 'primary',
        action: { event: { name: tool.name, context } },
      },
      { id: 'submit-label', component: 'Text', text: 'Run' },
      note,
    ],
    data: Object.fromEntries(properties.map(([name, schema]) => [name, toInitial(asFields(schema), args[name])])),
  };
}

function toField(id: string, name: string, schema: Fields): { readonly id: string } & Fields {
  const field = { id, label: name.replaceAll('_', ' '), value: { path: `/${toPointer(name)}` } };
  if (Array.isArray(schema.enum)) {
    const options = schema.enum.map((choice) => ({ label: String(choice), value: String(choice) }));
    return { ...field, component: 'ChoicePicker', variant: 'mutuallyExclusive', options };
  }
  if (schema.type === 'boolean') return { ...field, component: 'CheckBox' };
  return { ...field, component: 'TextField', variant: isNumeric(schema) ? 'number' : 'shortText' };
}

function toInitial(schema: Fields, value: unknown): unknown {
  if (Array.isArray(schema.enum)) return value === undefined ? [] : [String(value)];
  if (schema.type === 'boolean') return value === true;
  return value === undefined ? '' : String(value);
}

/** A list with a row for each thing that the tools answered. */
export function toList(answered: readonly Answered[]): Record<string, unknown> {
  const items = answered.flatMap(({ name, output }) => toItems(baseNameOf(name), toValue(output))).slice(0, maxItems);
  return {
    surface: 'results',
    components: [
      { id: 'root', component: 'Column', children: ['title', 'list', 'note'] },
      { id: 'title', component: 'Text', text: { path: '/title' }, variant: 'h3' },
      { id: 'list', component: 'List', children: { componentId: 'item', path: '/items' } },
      { id: 'item', component: 'Row', children: ['item-label', 'item-text'] },
      { id: 'item-label', component: 'Text', text: { path: 'label' }, variant: 'caption' },
      { id: 'item-text', component: 'Text', text: { path: 'text' } },
      note,
    ],
    data: { title: answered.map(({ name }) => baseNameOf(name).replaceAll('_', ' ')).join(', '), items },
  };
}

function toItems(name: string, value: unknown): { label: string; text: string }[] {
  if (Array.isArray(value)) return value.map((item, index) => ({ label: String(index + 1), text: toText(item) }));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([label, item]) => ({ label, text: toText(item) }));
  }
  return [{ label: name, text: toText(value) }];
}

function toValue(output: Answered['output']): unknown {
  if (output.type === 'execution-denied') return output.reason ?? 'it was not allowed';
  return typeof output.value === 'string' ? (tryParse(output.value) ?? output.value) : output.value;
}

const toText = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, maxText);

/** The call that a pressed button asks for: the tool its action names, with what stood in the fields. */
export function readAction(
  ask: string,
  tools: readonly LanguageModelV4FunctionTool[],
): { readonly name: string; readonly args: Record<string, unknown> } | undefined {
  const [, name] = /^UI action: (\S+)$/m.exec(ask) ?? [];
  const tool = tools.find((each) => each.name === name);
  if (!tool) return undefined;
  const [, written = ''] = /^With: (\{.*\})$/m.exec(ask) ?? [];
  const schemas = asFields(tool.inputSchema.properties);
  const fields = Object.entries(asFields(tryParse(written))).map(([key, value]) => [
    key,
    coerce(asFields(schemas[key]), value),
  ]);
  return {
    name: tool.name,
    args: Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== '')),
  };
}

function coerce(schema: Fields, value: unknown): unknown {
  if (Array.isArray(schema.enum) && Array.isArray(value))
    return schema.enum.find((choice) => String(choice) === value[0]);
  if (isNumeric(schema) && typeof value === 'string' && value !== '') return Number(value);
  return value;
}

const isNumeric = ({ type }: Fields) => type === 'number' || type === 'integer';
const toPointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const asFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
