/** The error answers of an endpoint, as named OpenAPI responses. */
import type { OpenAPIObject } from 'trpc-to-openapi';
import { type ErrorBody, type ErrorCode, ErrorResponse, errors } from './errors.ts';
import type { Endpoint, ErrorShape } from './kit.ts';

type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;
/** One response, or a reference to one. */
export type ResponseOrRef = Responses[string];

/** The codes that every endpoint may answer with. */
const EVERY: readonly ErrorCode[] = ['host-not-allowed', 'origin-not-allowed', 'internal'];
/** The codes of endpoints that need an API key. */
const GUARDED: readonly ErrorCode[] = ['unauthorized', 'rate-limited'];
const WITH_PATH: readonly ErrorCode[] = ['malformed-url'];
const WITH_INPUT: readonly ErrorCode[] = ['validation-failed'];
const WITH_FILES: readonly ErrorCode[] = ['bodies-full'];
const WITH_BODY: readonly ErrorCode[] = ['malformed-json', 'body-too-large', 'not-json', 'request-timeout'];

/** Every code that a caller of `endpoint` should expect: its own, and those the front door answers with. */
export function listErrorCodes({ open, path, input, body, takesFiles, errors: own = [] }: Endpoint): ErrorCode[] {
  const hasInput = Object.keys(input.shape).length > 0;
  const codes = [
    ...own,
    ...(path.includes('{') ? WITH_PATH : []),
    ...(body ? WITH_BODY : []),
    ...(takesFiles ? WITH_FILES : []),
    ...(open ? [] : GUARDED),
    ...(hasInput ? WITH_INPUT : []),
    ...EVERY,
  ];
  return [...new Set(codes)];
}

/**
 * References to the error responses of an endpoint by status. Each set of codes that shares a status is one entry of `components`, added there
 * when it is new and named after its codes, such as `AgentNotFound` or `ModelNotConfiguredOrModelFailed`.
 */
export function toErrorResponses(endpoint: Endpoint, components: Responses): Record<string, ResponseOrRef> {
  const { errorShape = OWN_SHAPE } = endpoint;
  const byStatus = Map.groupBy(listErrorCodes(endpoint), (code) => errors[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const names = codes.map(toPascalCase).sort().join('Or');
      const name = errorShape === OWN_SHAPE ? names : `${names}As${errorShape.schema.meta()?.id}`;
      components[name] ??= toErrorResponse(status, codes, errorShape);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

const HEADERS: Partial<
  Record<number, Record<string, { description: string; schema: { type: 'string' | 'integer' } }>>
> = {
  401: { 'WWW-Authenticate': { description: 'Always `Bearer`', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
  503: { 'Retry-After': { description: 'Seconds to wait, where that can be said', schema: { type: 'integer' } } },
};

const OWN_SHAPE: ErrorShape = { schema: ErrorResponse, toBody: (error) => error };

function toErrorResponse(status: number, codes: readonly ErrorCode[], { schema, toBody }: ErrorShape): ResponseOrRef {
  const headers = HEADERS[status];
  return {
    description: codes.map((code) => `\`${code}\`: ${errors[code].meaning}`).join('  \n'),
    ...(headers && { headers }),
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${schema.meta()?.id}` },
        examples: Object.fromEntries(codes.map((code) => [code, { value: toBody(toExample(code)) }])),
      },
    },
  };
}

const toExample = (code: ErrorCode): ErrorBody => ({
  detail: errors[code].meaning,
  status_code: errors[code].status,
  code,
});

const toPascalCase = (code: string) =>
  code
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
