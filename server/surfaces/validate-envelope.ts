/** Checks envelopes by the published schemas of A2UI v0.9. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { A2UI_CATALOG } from './envelopes.ts';

/** Finds what is wrong with an envelope, in words a model can act on; undefined when it is valid. */
export type FindEnvelopeProblem = (envelope: object) => string | undefined;

const SPECIFICATION = 'https://a2ui.org/specification/v0_9';
/** The most problems that a model is told of at once. */
const MAX_PROBLEMS = 8;

let loading: Promise<FindEnvelopeProblem> | undefined;

/** The validator; its schemas are compiled on the first call. */
export function loadA2uiValidator(): Promise<FindEnvelopeProblem> {
  loading ??= compile();
  return loading;
}

async function compile(): Promise<FindEnvelopeProblem> {
  const [{ Ajv2020 }, { default: schemas }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('./schemas.json', { with: { type: 'json' } }),
  ]);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const catalog = schemas['catalogs/basic/catalog'];
  ajv.addSchema(schemas.common_types);
  ajv.addSchema(catalog);
  // The schema of envelopes refers to whatever catalog is in use by this name.
  ajv.addSchema({ ...catalog, $id: `${SPECIFICATION}/catalog.json` });
  const isEnvelope = ajv.compile(schemas.server_to_client);
  const names = new Set(Object.keys(catalog.components));
  const isComponent = (name: string): ValidateFunction | undefined =>
    names.has(name) ? ajv.getSchema(`${A2UI_CATALOG}#/components/${name}`) : undefined;
  return (envelope) => {
    const components = componentsOf(envelope);
    // Each component is checked by its own schema: the errors of a choice among eighteen schemas help no model.
    const problems = components.flatMap((component, index) =>
      findComponentProblems(component, index, isComponent, names),
    );
    const structure = problems.length ? problems : findDuplicateIds(components);
    if (structure.length) return joinLines(structure);
    return isEnvelope(envelope) ? undefined : joinLines(toLines(isEnvelope.errors, 'the envelope'));
  };
}

function findComponentProblems(
  component: unknown,
  index: number,
  isComponent: (name: string) => ValidateFunction | undefined,
  names: ReadonlySet<string>,
): string[] {
  const { id, component: name } = isRecord(component) ? component : {};
  const place = `components[${index}]${typeof id === 'string' ? ` '${id}'` : ''}`;
  if (typeof name !== 'string') return [`${place} needs the name of a component in 'component'`];
  const validate = isComponent(name);
  if (!validate) return [`${place} is no component of the catalog: ${name}. There are ${[...names].join(', ')}`];
  return validate(component) ? [] : toLines(validate.errors, `${place} (${name})`);
}

/** Finds ids that two components share, which the schema cannot see. */
function findDuplicateIds(components: readonly unknown[]): string[] {
  const ids = components.flatMap((component) => (isRecord(component) ? [component.id] : []));
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return twice.map((id) => `two components have the id '${id}'`);
}

/** The children that `components` name and that are not among `known`. */
export function findMissingChildren(components: readonly unknown[], known: ReadonlySet<string>): string[] {
  return components.flatMap((component) => {
    if (!isRecord(component)) return [];
    const { child, children, trigger, content, tabs } = component;
    const named = Array.isArray(children) ? children : isRecord(children) ? [children.componentId] : [];
    const ofTabs = Array.isArray(tabs) ? tabs.map((tab) => (isRecord(tab) ? tab.child : undefined)) : [];
    const missing = [child, trigger, content, ...named, ...ofTabs].filter(
      (id) => typeof id === 'string' && !known.has(id),
    );
    return missing.map((id) => `'${component.id}' refers to '${id}', which is not there`);
  });
}

function toLines(errors: readonly ErrorObject[] | null | undefined, place: string): string[] {
  const lines = (errors ?? []).map(({ instancePath, message, params }) => {
    const extra: unknown = params.unevaluatedProperty ?? params.additionalProperty ?? params.allowedValues;
    return `${place}${instancePath} ${message}${extra === undefined ? '' : `: ${extra}`}`;
  });
  return [...new Set(lines)];
}

const joinLines = (lines: readonly string[]) =>
  [
    ...lines.slice(0, MAX_PROBLEMS),
    ...(lines.length > MAX_PROBLEMS ? [`and ${lines.length - MAX_PROBLEMS} more`] : []),
  ].join('; ');

function componentsOf(envelope: object): readonly unknown[] {
  const update: unknown = 'updateComponents' in envelope ? envelope.updateComponents : undefined;
  return isRecord(update) && Array.isArray(update.components) ? update.components : [];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
