import { z } from 'zod';
import { A2uiAction, type A2uiRequest } from '../../contract/a2ui.ts';
import { surfaceNameOf } from './surface-id.ts';

type Action = NonNullable<A2uiRequest['action']>;

/** The report of an A2UI client that its user did something on a surface. */
export const ActionReport = z.object({ version: z.literal('v0.9'), action: A2uiAction });

/** The words in which a model is told that a user did something on a surface, or said something while looking at one. */
export function toUserText(request: Pick<A2uiRequest, 'message' | 'action' | 'surface_id' | 'data_model'>): string {
  const { message, action, surface_id: surfaceId, data_model: data } = request;
  const lines = action ? describeAction(action) : [message ?? ''];
  if (!action && surfaceId !== undefined) lines.push('', `The user looks at the surface: ${surfaceNameOf(surfaceId)}`);
  if (data !== undefined) lines.push(`Its data: ${JSON.stringify(data)}`);
  return lines.join('\n');
}

const describeAction = ({ name, surfaceId, context }: Action): string[] => [
  `UI action: ${name.replaceAll(/\s+/g, ' ')}`,
  `On the surface: ${surfaceNameOf(surfaceId)}`,
  `With: ${JSON.stringify(context)}`,
];
