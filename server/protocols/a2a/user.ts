import type { ServerCallContext, User } from '@a2a-js/sdk/server';
import type { Principal } from '../../call/principal.ts';

/** The principal of a request as a user of the SDK, which carries it to the operations. */
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

/** The principal that a call comes from. */
export function principalOf({ user }: ServerCallContext): Principal {
  if (!(user instanceof A2aUser)) throw new UnknownUserError('The call does not say whom it comes from');
  return user.principal;
}

/** A call reached the operations without an {@link A2aUser}. */
class UnknownUserError extends Error {
  override readonly name = 'UnknownUserError';
}
