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
