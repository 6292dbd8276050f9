import type { A2aUpdate } from './json.ts';
import type { A2aSdk } from './sdk.ts';

/** An update as it goes over the wire in version 1.0. */
export function toWireUpdate(update: A2aUpdate, { types }: A2aSdk): object {
  return toWireText(update) ?? Object(types.StreamResponse.toJSON(types.StreamResponse.fromJSON(update)));
}

/** A piece of text as the codec of the SDK writes it, which leaves out what is false; nearly all updates are one, and the codec copies each twice. */
function toWireText(update: A2aUpdate): A2aUpdate | object | undefined {
  if (!('artifactUpdate' in update)) return undefined;
  const { taskId, contextId, artifact, append, lastChunk } = update.artifactUpdate;
  const [part, ...others] = artifact.parts;
  if (lastChunk || !part || !('text' in part) || others.length) return undefined;
  return { artifactUpdate: { taskId, contextId, artifact, ...(append && { append }) } };
}
