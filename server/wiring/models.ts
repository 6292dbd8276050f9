import type { Log } from '../http/log.ts';
import { cloudProviderNames, factsOf } from '../models/known-models.ts';
import { Models } from '../models/models.ts';
import type { Options } from '../options.ts';

/** Slow enough to see the demo model's answer stream. */
const DEMO_PACE_MS = 15;

/** Opens the models of the providers that `environment` has keys for. Throws one sentence when the default model cannot be used. */
export function openModels(options: Options, environment: NodeJS.ProcessEnv): Models {
  const models = new Models({ environment, defaultModel: options.model, demoPaceMs: options.demo ? DEMO_PACE_MS : 0 });
  models.checkDefault();
  return models;
}

interface MissingKeysOptions {
  readonly models: Models;
  readonly options: Options;
  readonly agents: { list(): readonly { readonly id: string; readonly model: string | null }[] };
  readonly log: Log;
}

/** Says once, at the start, which variables models lack: each in the sentence that a prompt would fail with. */
export async function warnOfMissingKeys({ models, options, agents, log }: MissingKeysOptions): Promise<void> {
  const fallback = await models.defaultModel();
  if (fallback === 'demo:rules' && !models.hasConfiguredDefault && !options.demo) {
    const variables = cloudProviderNames.map((name) => factsOf(name).keyVariables[0]).join(', ');
    log.warn(
      { model: fallback },
      `No model is configured: agents that name none have the demo model. Set one of ${variables}`,
    );
  }
  const users = Map.groupBy(agents.list(), ({ model }) => model ?? fallback);
  for (const model of new Set([fallback, ...users.keys()])) {
    const problem = models.findMissingKey(model);
    if (problem) log.warn({ model, agents: users.get(model)?.length ?? 0 }, problem);
  }
}
