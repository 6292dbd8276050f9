/** Adds the tool `render_ui`, with which a model makes surfaces, to the tools of a run. */
import type { z } from 'zod';
import type { ToolOutcome, Toolset } from '../runs/toolset.ts';
import { type Surface, toEnvelopes } from './envelopes.ts';
import { RENDER_UI, RENDER_UI_TOOL, type RenderResult, readRenderArguments } from './render-ui-tool.ts';
import { newSurfaceId, surfaceNameOf } from './surface-id.ts';
import { findMissingChildren, loadA2uiValidator } from './validate-envelope.ts';

/** A caller that can show surfaces. */
export interface SurfaceViewer {
  /** The surface its user looks at or has just used, when it names one. */
  readonly surfaceId: string | undefined;
}

interface RenderOptions extends Partial<SurfaceViewer> {
  readonly conversationId: string;
}

/** What adds `render_ui` to the tools of a run whose caller can show surfaces; undefined for others. */
export const extendForViewer = (
  conversationId: string,
  viewer: SurfaceViewer | undefined,
): ((toolset: Toolset) => Toolset) | undefined =>
  viewer && ((toolset) => withRenderUi(toolset, { conversationId, ...viewer }));

/** The tools of an agent and `render_ui`, for one run. */
export function withRenderUi(toolset: Toolset, renderOptions: RenderOptions): Toolset {
  const render = createRender(renderOptions);
  return {
    ...(toolset.prepare && { prepare: (options) => toolset.prepare?.(options) ?? Promise.resolve([]) }),
    list: () => [...toolset.list().filter(({ name }) => name !== RENDER_UI), RENDER_UI_TOOL],
    call: (name, args, options) => (name === RENDER_UI ? render(args) : toolset.call(name, args, options)),
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
    const { surface: name = 'main', components, data } = readRenderArguments(args);
    const before = known.get(name);
    const id = before?.id ?? newSurfaceId(conversationId, name);
    const surface = { surfaceId: id, isNew: !before, components, data };
    const problem = findArgumentProblem(surface) ?? (await findProblem(surface, before?.components));
    if (problem)
      return { result: `The surface is not shown: ${problem}. Mend it and call render_ui again`, isError: true };
    const ids = new Set([
      ...(before?.components ?? []),
      ...(components ?? []).map((component) => String(component.id)),
    ]);
    known.set(name, { id, components: before && !before.components ? undefined : ids });
    const result: z.output<typeof RenderResult> = { surface_id: id, is_new: surface.isNew };
    return { result, isError: false };
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
