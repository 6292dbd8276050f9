import { factsOf, type ProviderName, providerNames } from '../models/known-models.ts';
import { baseUrlOf, keyOf } from '../models/providers.ts';
import { type Check, type DoctorWorld, type Finding, fail, ok, sentenceOf, skip, warn } from './finding.ts';

const PROVIDERS = 'providers';
const ANSWER_MS = 10_000;

/** Whether the providers whose keys are set take them. Asks for their lists of models, and only with consent: it tells them who asks. */
export const providers: Check = {
  name: PROVIDERS,
  silenceMs: 60_000,
  async run(world) {
    const { environment, mayAskNetwork } = world;
    const asked = providerNames.filter((provider) => isConfigured(provider, environment));
    if (!asked.length) return [];
    if (!mayAskNetwork)
      return [
        skip(PROVIDERS, `${asked.join(', ')} ${asked.length === 1 ? 'was' : 'were'} not asked`, 'add --network to ask'),
      ];
    return Promise.all(asked.map((provider) => ask(provider, world)));
  },
};

/** Whether a key is set for it or, where it needs none, an address. */
function isConfigured(provider: ProviderName, environment: NodeJS.ProcessEnv): boolean {
  const { keyVariables, baseUrlVariables } = factsOf(provider);
  return (keyVariables.length ? keyVariables : baseUrlVariables).some((name) => environment[name]?.trim());
}

async function ask(provider: ProviderName, { environment, clocksAhead, signal }: DoctorWorld): Promise<Finding> {
  const check = `provider ${provider}`;
  try {
    const url = `${baseUrlOf(provider, { environment })}/models`;
    const { host } = new URL(url);
    const since = performance.now();
    const response = await fetch(url, {
      headers: headersFor(provider, keyOf(provider, environment)),
      // A redirect could lead the key elsewhere.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) clocksAhead.push({ host, ms: Date.now() - date });
    return judgeAnswer(check, { provider, host, status: response.status, ms: Math.round(performance.now() - since) });
  } catch (cause) {
    return fail(
      check,
      `it was not reached: ${reasonOf(cause)}`,
      'check its address, and the network and proxy of this machine',
    );
  }
}

function headersFor(provider: ProviderName, key = ''): Record<string, string> {
  if (provider === 'anthropic') return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  if (provider === 'google') return { 'x-goog-api-key': key };
  return key ? { authorization: `Bearer ${key}` } : {};
}

interface Answer {
  readonly provider: ProviderName;
  readonly host: string;
  readonly status: number;
  readonly ms: number;
}

function judgeAnswer(check: string, { provider, host, status, ms }: Answer): Finding {
  const { keyVariables } = factsOf(provider);
  if (status < 300) return ok(check, `${host} answered in ${ms} ms and takes the key`);
  // Google says 400 to a key it does not know.
  const isRefused = status === 401 || status === 403 || (provider === 'google' && status === 400);
  if (isRefused)
    return fail(check, `${host} refused the key (HTTP ${status})`, `check ${keyVariables.join(' or ') || 'its key'}`);
  const advice =
    status === 429
      ? 'check the limits and the credit of the account'
      : 'check its address; not each server lists its models';
  return warn(check, `${host} answered with HTTP ${status}`, advice);
}

/** Without the address, which may hold a password. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `no answer within ${ANSWER_MS / 1000} s`;
  const inner = cause.cause;
  return inner instanceof Error && 'code' in inner
    ? String(inner.code)
    : (sentenceOf(cause).split(': http', 1)[0] ?? '');
}
