/** Holds answers to what is declared of them: by the contract, and by the published document. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { type ErrorBody, type ErrorCode, errors } from '../../contract/errors.ts';
import type { Endpoint } from '../../contract/kit.ts';

/** The checks of answers against their declarations. */
export interface Declared {
  /** A success; of a stream, the list of its events. */
  expectAnswer(endpoint: Endpoint, value: unknown): void;
  expectError(endpoint: Endpoint, error: unknown, status: number): void;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Readonly<Record<string, Response>> }>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

/** Reads the document of the server at `url`. */
export async function openDeclared(url: string): Promise<Declared> {
  const response = await fetch(`${url}/openapi.json`);
  const document = (await response.json()) as OpenApi;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });

  function contentOf({ path, method }: Endpoint, status: number) {
    const declared = document.paths[path]?.[method.toLowerCase()]?.responses[status];
    if (!declared) throw new Error(`${method} ${path} does not declare the status ${status}`);
    const name = declared.$ref?.split('/').at(-1);
    return (name === undefined ? declared : document.components.responses[name])?.content;
  }

  function expectSchema(content: Response['content'], type: string, value: unknown): void {
    const schema = content?.[type]?.schema;
    if (!schema) throw new Error(`No schema of ${type} is declared`);
    const check = ajv.compile({ allOf: [schema], components: document.components });
    expect(check(value) || check.errors, JSON.stringify(value)).toBe(true);
  }

  const toMessage = ({ code, status_code, detail: message }: ErrorBody) => {
    expect(errors[code]?.status, message).toBe(status_code);
    return { code, message };
  };

  return {
    expectAnswer(endpoint, value) {
      const { kind, output, status, whole } = endpoint;
      const content = contentOf(endpoint, status);
      if (status === 204) {
        expect([value, content]).toEqual([undefined, undefined]);
        return;
      }
      const isStream = kind === 'stream';
      if (isStream && value === undefined) {
        expect(whole?.safeParse(value).success).toBe(true);
        return;
      }
      for (const one of isStream ? (value as unknown[]) : [value]) {
        // What is not declared would be missing here.
        expect(output.parse(one)).toEqual(one);
        expectSchema(content, isStream ? 'text/event-stream' : 'application/json', one);
      }
    },
    expectError(endpoint, error, status) {
      const { code, message } = endpoint.errorShape ? Object(error).error : toMessage(error as ErrorBody);
      expect(errors[code as ErrorCode]?.status, message).toBe(status);
      expect(message).toMatch(/\S/);
      if (code !== 'validation-failed') expect(endpoint.errors).toContain(code);
      expectSchema(contentOf(endpoint, status), 'application/json', error);
    },
  };
}
