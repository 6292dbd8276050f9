import type { Principal } from '../call/principal.ts';

/** For whom code runs: one agent, and one of those who use it. Agents are common to all keys; what their code keeps is not. */
export interface Tenant {
  readonly agentId: string;
  /** The name of the caller's key, the same for its successor; empty where no key is asked for. */
  readonly owner: string;
}

/** Whose the interpreters of a caller are. */
export const ownerOf = ({ name = '' }: Principal): string => name;

/** An agent, used by a caller. */
export const tenantOf = (agentId: string, principal: Principal): Tenant => ({ agentId, owner: ownerOf(principal) });

/** A text that is the same for the same tenant, and for no other. */
export const keyOfTenant = ({ agentId, owner }: Tenant): string => JSON.stringify([agentId, owner]);
