import { type ApiError, toApiError } from '../call/errors.ts';
import type { Operation } from '../call/implement.ts';
import { invalidField } from '../call/validation-error.ts';
import { type Exchange, RPC_PATH } from './exchange.ts';
import { checkJsonText, hasBody, MAX_FILES_BODY_BYTES, readJsonText } from './read-json.ts';
import { NO_UTF_8, wasMended } from './read-query.ts';

/** What a request by tRPC brings: texts that were checked and not parsed, or why they are refused. */
export interface RpcInput {
  readonly query: URLSearchParams;
  readonly body: string | undefined;
  readonly failure: ApiError | undefined;
}

/** Makes the reader of requests for these operations; it throws nothing: a refusal is answered in the envelope that tRPC's clients read. */
export function createInputReader(operations: readonly Operation[]): (exchange: Exchange) => Promise<RpcInput> {
  // Such a call is alone in its request: others share theirs with reads only.
  const withFiles = new Set(
    operations.flatMap(({ name, endpoint }) => (endpoint.takesFiles ? `${RPC_PATH}/${name}` : [])),
  );
  return async ({ request, response, route, query: text }) => {
    const query = new URLSearchParams(text);
    try {
      checkInput(query.get('input') ?? '', text);
      const maxBytes = withFiles.has(route) ? MAX_FILES_BODY_BYTES : undefined;
      const body = hasBody(request) ? await readJsonText(request, () => response.writeContinue(), maxBytes) : undefined;
      return { query, body, failure: undefined };
    } catch (cause) {
      return { query, body: undefined, failure: toApiError(cause) };
    }
  };
}

/** Throws when the input that stands in a query cannot be what its caller wrote. */
function checkInput(input: string, query: string): void {
  if (wasMended(input, query)) throw invalidField('input', NO_UTF_8);
  checkJsonText(input);
}
