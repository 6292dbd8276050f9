import type { LiveChange } from '../../contract/events.ts';

/**
 * Tells whoever follows this server of a change: the port by which a feature says so. `owner` is the name of the key whose it is; null
 * or absent: everybody may know.
 */
export type Publish = (change: LiveChange, owner?: string | null) => void;

/** For a feature that nobody follows. */
export const publishNothing: Publish = () => undefined;
