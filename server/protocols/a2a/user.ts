import type { ServerCallContext, User } from '@a2a-js/sdk/server';
import type { Principal } from '../../call/principal.ts';

/** The principal of a request, in the form in which the SDK carries it to the operations. */
export class A2aUser implements User {
  readonly principal: Principal;

  constructor(principal: Principal) {
    this.principal = principal;
  }

  get isAuthenticated(): boolean {
    return this.principal.name !== undefined;
  }

  get userName(): string {
    return this.principal.name ?? '';
  }
}

/** Whom a call comes from. */
export function principalOf({ user }: ServerCallContext): Principal {
  if (!(user instanceof A2aUser)) throw new Error('The call does not say whom it comes from');
  return user.principal;
}
