import type { RequestError } from '@agentclientprotocol/sdk';
import { type ApiError, toApiError } from '../../call/errors.ts';
import type { AcpPorts } from './ports.ts';
import type { AcpSdk } from './sdk.ts';

/** The codes of JSON-RPC, and of the protocol: https://agentclientprotocol.com/protocol/v1/schema#errorcode */
const AUTHENTICATION_REQUIRED = -32_000;
const NOT_FOUND = -32_002;
const INVALID_PARAMS = -32_602;
const INTERNAL = -32_603;

/** What an editor is told of a failure: the sentence, and in `data` the body that every surface answers with. */
export function toRequestError(
  { RequestError }: Pick<AcpSdk, 'RequestError'>,
  cause: unknown,
  { log, sessionId }: { readonly log: AcpPorts['log']; readonly sessionId?: string | undefined },
): RequestError {
  if (cause instanceof RequestError) return cause;
  const error = toApiError(cause);
  if (error.code === 'internal')
    log.error({ err: error.cause ?? error }, 'a request of an editor failed inside the server');
  const code = codeOf(error);
  const session = code === NOT_FOUND && sessionId !== undefined ? { sessionId } : {};
  return new RequestError(code, error.message, { ...error.toBody(), ...session });
}

function codeOf({ code, status }: ApiError): number {
  if (code === 'unauthorized') return AUTHENTICATION_REQUIRED;
  if (status === 404) return NOT_FOUND;
  return status === 400 || status === 422 ? INVALID_PARAMS : INTERNAL;
}
