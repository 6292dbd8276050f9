import { z } from 'zod';
import type { Message } from '../../store/messages.ts';
import { toAsk } from '../../surfaces/ask.ts';

const Action = z.object({
  name: z.string().min(1).max(256),
  surfaceId: z.string().min(1).max(512),
  sourceComponentId: z.string().default(''),
  timestamp: z.string().default(''),
  context: z.record(z.string(), z.unknown()).default({}),
});

const Props = z.object({
  a2ui: z.unknown().optional(),
  a2uiAction: z.object({ userAction: Action }).optional(),
});

/**
 * What a caller says of surfaces in `forwardedProps`: `a2ui` (anything but false) that it shows them, `a2uiAction.userAction` what its user
 * did on one, which becomes something the user says. Undefined when it says neither.
 */
export function readSurfaces(
  forwardedProps: unknown,
  runId: string,
): { readonly surfaceId: string | undefined; readonly said: Message[] } | undefined {
  const { data } = Props.safeParse(forwardedProps);
  const action = data?.a2uiAction?.userAction;
  if (!action && !data?.a2ui) return undefined;
  if (!action) return { surfaceId: undefined, said: [] };
  const text = toAsk({ action });
  return {
    surfaceId: action.surfaceId,
    said: [{ id: `action-${runId}`, role: 'user', content: [{ type: 'text', text }] }],
  };
}
