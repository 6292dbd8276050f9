import { z } from 'zod';
import type { Message } from '../../store/messages.ts';
import type { SurfaceViewer } from '../../surfaces/render-ui.ts';
import { toUserText } from '../../surfaces/user-actions.ts';

const Action = z.object({
  name: z.string().min(1).max(256),
  surfaceId: z.string().min(1).max(512),
  sourceComponentId: z.string().default(''),
  timestamp: z.string().default(''),
  context: z.record(z.string(), z.unknown()).default({}),
});

const SurfaceProps = z.object({
  a2ui: z.unknown().optional(),
  a2uiAction: z.object({ userAction: Action }).optional(),
});

interface SurfaceInput {
  readonly viewer: SurfaceViewer;
  /** What the user did on a surface, as a message of the user; empty when nothing was done. */
  readonly messages: Message[];
}

/**
 * Reads what `forwardedProps` say of surfaces: `a2ui` (anything but false) that the caller shows them, `a2uiAction.userAction` what its
 * user did on one. Undefined when they say neither.
 */
export function readSurfaceInput(forwardedProps: unknown, runId: string): SurfaceInput | undefined {
  const { data } = SurfaceProps.safeParse(forwardedProps);
  const action = data?.a2uiAction?.userAction;
  if (!action && !data?.a2ui) return undefined;
  if (!action) return { viewer: { surfaceId: undefined }, messages: [] };
  const text = toUserText({ action });
  return {
    viewer: { surfaceId: action.surfaceId },
    messages: [{ id: `action-${runId}`, role: 'user', content: [{ type: 'text', text }] }],
  };
}
