/** OpenAI's own client, for servers of a test. */
import OpenAI from 'openai';

/** The client of a server; it tries nothing again unless a test says so. */
export const openAiOf = ({ url }: { readonly url: string }, options: ConstructorParameters<typeof OpenAI>[0] = {}) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0, ...options });

/** What a promise is rejected with. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error;
    throw error;
  }
  throw new Error('it was not rejected');
}
